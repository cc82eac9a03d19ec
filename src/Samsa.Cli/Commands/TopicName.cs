using System.CommandLine;

namespace Samsa.Cli.Commands;

/// <summary>The argument that names a topic.</summary>
static class TopicName
{
    public static Argument<string> Argument(string description) => new("TOPIC")
    {
        Description = description,
        CustomParser = result =>
        {
            var name = result.Tokens[0].Value;
            try
            {
                return Checked(name);
            }
            catch (FormatException wrong)
            {
                result.AddError($"{name}: {wrong.Message}.");
                return null;
            }
        },
    };

    /// <remarks>Kafka's own rule (org.apache.kafka.common.internals.Topic).</remarks>
    /// <exception cref="FormatException">It cannot be the name of a topic.</exception>
    public static string Checked(string name) =>
        name is { Length: > 0 and <= 249 } and not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? name
            : throw new FormatException("the name of a topic has letters, digits, dots, dashes and underscores");
}
