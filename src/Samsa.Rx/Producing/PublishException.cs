using Samsa.Protocol;

namespace Samsa.Rx;

/// <summary>A record, or a batch of them, was not written, or nobody knows whether it was.</summary>
public class PublishException : KafkaException
{
    internal PublishException(string message, Outcome outcome, ErrorCode code, string topic, int partition, Exception? cause = null)
        : base(message, cause) => (Outcome, Code, Topic, Partition) = (outcome, code, topic, partition);

    /// <summary><see cref="Outcome.NotPersisted"/> or <see cref="Outcome.Unknown"/>.</summary>
    public Outcome Outcome { get; }

    /// <summary>The error of Kafka that fits best; <see cref="ErrorCode.None"/> when none does (the record was dropped, the producer was disposed).</summary>
    public ErrorCode Code { get; }

    /// <summary>The topic it was for.</summary>
    public string Topic { get; }

    /// <summary>The partition it was for; −1 when it never got one.</summary>
    public int Partition { get; }

    /// <summary>The same for another who awaits it: an exception that is thrown twice mixes up its stack traces.</summary>
    internal virtual PublishException Again() => new(Message, Outcome, Code, Topic, Partition, InnerException);
}

/// <summary>
/// The broker refused other records of the same batch, and with them the whole batch (KIP-467). Of this one it said nothing: it can be published again.
/// </summary>
public sealed class BatchRefusedException : PublishException
{
    internal BatchRefusedException(string message, Outcome outcome, ErrorCode code, string topic, int partition, Exception? cause = null)
        : base(message, outcome, code, topic, partition, cause)
    {
    }

    internal override PublishException Again() => new BatchRefusedException(Message, Outcome, Code, Topic, Partition, InnerException);
}

/// <summary>There is no partition to write to: the topic does not exist and is not created, or it has no such partition.</summary>
public sealed class NoPartitionException : PublishException
{
    internal NoPartitionException(string message, string topic, int partition, ErrorCode code = ErrorCode.UnknownTopicOrPartition, Exception? cause = null)
        : base(message, Outcome.NotPersisted, code, topic, partition, cause)
    {
    }
}

/// <summary>The record is larger than <see cref="SinkOptions.RequestBytes"/> or than the buffer, and was refused before it was sent.</summary>
public sealed class RecordTooLargeException : PublishException
{
    internal RecordTooLargeException(string message, string topic, int partition)
        : base(message, Outcome.NotPersisted, ErrorCode.MessageTooLarge, topic, partition)
    {
    }
}

/// <summary>The buffer of the producer is full, and <see cref="SinkOptions.Overflow"/> does not let the record wait (any longer).</summary>
public sealed class BufferFullException : PublishException
{
    internal BufferFullException(string message, string topic, int partition)
        : base(message, Outcome.NotPersisted, ErrorCode.None, topic, partition)
    {
    }
}
