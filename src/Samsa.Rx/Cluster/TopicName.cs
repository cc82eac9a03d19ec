namespace Samsa.Rx;

/// <summary>What a topic can be called.</summary>
static class TopicName
{
    /// <summary>Kafka's limit, so that the name and a partition number make a file name.</summary>
    public const int Longest = 249;

    /// <summary>Whether Kafka would take the name: 1 to 249 of <c>a-z A-Z 0-9 . _ -</c>, and neither <c>.</c> nor <c>..</c>.</summary>
    public static bool IsLegal(string? name) =>
        name is { Length: > 0 and <= Longest } and not "." and not ".."
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>The name, when Kafka would take it.</summary>
    /// <exception cref="ArgumentException">It would not.</exception>
    public static string Checked(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return IsLegal(name)
            ? name
            : throw new ArgumentException(
                $"\"{Foreign.Text(name)}\" cannot be the name of a topic: it has 1 to {Longest} of a-z, A-Z, 0-9, '.', '_' and '-', and is neither '.' nor '..'.",
                nameof(name));
    }
}
