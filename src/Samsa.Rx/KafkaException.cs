namespace Samsa.Rx;

/// <summary>What went wrong with Kafka, in one sentence.</summary>
/// <param name="message">The sentence.</param>
/// <param name="inner">What led to it.</param>
public class KafkaException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A broker answered, and its answer was an error.</summary>
/// <param name="error">The error code.</param>
/// <param name="asked">What was asked, as the subject of a sentence: <c>"CreateTopics t at broker 1"</c>.</param>
/// <param name="detail">What the broker said about it, if anything.</param>
public class BrokerException(ErrorCode error, string asked, string? detail = null)
    : KafkaException(detail is { Length: > 0 }
        ? $"{asked} was answered with {error.KafkaName}: {Foreign.Text(detail)}"
        : $"{asked} was answered with {error.KafkaName}.")
{
    /// <summary>The error code of the answer.</summary>
    public ErrorCode Error { get; } = error;

    /// <summary>What was asked.</summary>
    public string Asked { get; } = asked;
}

/// <summary>A broker could not be reached, or was lost before its answer came.</summary>
/// <param name="message">The sentence.</param>
/// <param name="inner">What led to it.</param>
public class ConnectionException(string message, Exception? inner = null) : KafkaException(message, inner)
{
    /// <summary>
    /// Whether bytes of the request may have reached the broker. When not, the request surely had no effect;
    /// when so, its outcome is unknown.
    /// </summary>
    public bool MayHaveBeenSent { get; init; }

    /// <summary>Whether the trouble was that something took too long.</summary>
    public bool IsTimeout { get; init; }

    /// <summary>The broker: its node id when it is known, and its address.</summary>
    public string Broker { get; init; } = "";

    /// <summary>The API that was asked; empty when it failed before anything was asked.</summary>
    public string Api { get; init; } = "";
}

/// <summary>
/// Not one broker could be reached, neither of those that were given nor of those that became known. The inner exception is a <see cref="TlsException"/>
/// where one could not be agreed with on TLS.
/// </summary>
public sealed class NoBrokersAvailableException : ConnectionException
{
    internal NoBrokersAvailableException(IReadOnlyList<KeyValuePair<string, string>> tried, string when, Exception? inner = null)
        : base($"No broker could be reached{when}: {string.Join("; ", tried.Select(Sentence))}.", inner) => Tried = tried;

    /// <summary>Each address that was tried, and why it did not work.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tried { get; }

    // Most reasons begin with the address already.
    static string Sentence(KeyValuePair<string, string> tried)
    {
        var why = tried.Value.TrimEnd('.');
        return why.Contains(tried.Key, StringComparison.Ordinal) ? why : $"{tried.Key}: {why}";
    }
}

/// <summary>The broker does not speak what is needed, in any version that this library speaks. Nothing was sent.</summary>
/// <param name="api">The API.</param>
/// <param name="broker">The broker.</param>
/// <param name="why">What it speaks instead, or what to do, as a sentence.</param>
public sealed class UnsupportedApiException(string api, string broker, string why)
    : KafkaException($"{api} cannot be asked of broker {broker}. {why}")
{
    /// <summary>The API.</summary>
    public string Api { get; } = api;

    /// <summary>The broker.</summary>
    public string Broker { get; } = broker;
}

/// <summary>A record batch is damaged, or is in a form that nothing here can read.</summary>
/// <param name="topic">The topic.</param>
/// <param name="partition">The partition.</param>
/// <param name="offset">The offset at which the damaged batch begins.</param>
/// <param name="reason">What is wrong with it.</param>
/// <param name="inner">What led to it.</param>
public sealed class CorruptRecordException(string topic, int partition, long offset, string reason, Exception? inner = null)
    : KafkaException($"The batch of {topic} {partition} at offset {offset} cannot be read: {reason}", inner)
{
    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>The offset at which the damaged batch begins.</summary>
    public long Offset { get; } = offset;
}
