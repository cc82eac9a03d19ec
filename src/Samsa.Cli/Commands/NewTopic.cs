using System.Globalization;

namespace Samsa.Cli.Commands;

/// <summary>NAME or NAME:PARTITIONS.</summary>
readonly record struct NewTopic(string Name, int? Partitions)
{
    /// <exception cref="FormatException">It is neither.</exception>
    public static NewTopic Parse(string text)
    {
        if (text.LastIndexOf(':') is not (>= 0 and var at)) return new(TopicName.Checked(text), null);
        return int.TryParse(text[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var partitions) && partitions > 0
            ? new(TopicName.Checked(text[..at]), partitions)
            : throw new FormatException("it is NAME or NAME:PARTITIONS");
    }
}
