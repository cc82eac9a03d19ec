namespace Samsa.Embedded.Cluster;

/// <summary>What a topic may be called. Kafka: Topic.validate.</summary>
static class TopicNames
{
    public static bool IsLegal(string? name) =>
        name is { Length: > 0 and <= 249 } and not ("." or "..") && name.All(IsLegal);

    static bool IsLegal(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-';
}
