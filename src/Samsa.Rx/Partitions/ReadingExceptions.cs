namespace Samsa.Rx;

/// <summary>The next offset to read is not in the partition, and <see cref="ConsumeOptions.OnOutOfRange"/> says to end.</summary>
/// <param name="topic">The topic.</param>
/// <param name="partition">The partition.</param>
/// <param name="offset">The offset that was to be read.</param>
/// <param name="why">What the partition holds instead, as the end of a sentence.</param>
public sealed class OffsetOutOfRangeException(string topic, int partition, long offset, string why)
    : KafkaException($"Offset {offset} of {topic} {partition} cannot be read: {why}.")
{
    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>The offset that was to be read.</summary>
    public long Offset { get; } = offset;
}

/// <summary>A broker before 0.10.1 has a batch that is larger than what may be asked for.</summary>
/// <param name="topic">The topic.</param>
/// <param name="partition">The partition.</param>
/// <param name="offset">The offset that was to be read.</param>
/// <param name="needed">The size of the batch in bytes, as far as it is known.</param>
/// <param name="asked">How many bytes were asked for.</param>
public sealed class BatchTooLargeException(string topic, int partition, long offset, int needed, int asked)
    : KafkaException(
        $"The batch of {topic} {partition} at offset {offset} has {(needed > 0 ? $"{needed} bytes" : "an unknown size")}; "
        + $"{asked} bytes were asked for and more are not allowed.")
{
    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>The offset that was to be read.</summary>
    public long Offset { get; } = offset;
}

/// <summary>A topic, or a partition of it that was asked for, is not there.</summary>
/// <param name="topic">The topic.</param>
/// <param name="what">What is missing, as a sentence.</param>
public sealed class TopicNotFoundException(string topic, string what) : KafkaException(what)
{
    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;
}

/// <summary>A record that was kept beyond <c>OnNext</c> was not dealt with: its lease failed, so the reading cannot go past it.</summary>
/// <param name="topic">The topic.</param>
/// <param name="partition">The partition.</param>
/// <param name="offset">The offset of the record.</param>
/// <param name="inner">Why not.</param>
public sealed class RecordFailedException(string topic, int partition, long offset, Exception inner)
    : KafkaException($"{topic} {partition}@{offset} was kept and not dealt with: {inner.Message}", inner)
{
    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>The offset of the record.</summary>
    public long Offset { get; } = offset;
}
