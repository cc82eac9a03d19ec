using System.Collections.ObjectModel;
using Samsa.Protocol.Records;

namespace Samsa.Embedded;

/// <summary>What can be set for one topic; what is null is taken from <see cref="EmbeddedKafkaOptions"/>.</summary>
public sealed record TopicSettings
{
    /// <summary>On how many brokers each partition has a replica; null for the default of the options.</summary>
    public int? ReplicationFactor
    {
        get;
        init => field = value is null or >= 1 ? value : throw Setting.NotFrom(nameof(ReplicationFactor), value.Value, 1);
    }

    /// <summary>How many bytes one partition keeps before it forgets its oldest records. Kafka: <c>retention.bytes</c>.</summary>
    public long? RetentionBytes
    {
        get;
        init => field = value is null or >= 1 ? value : throw Setting.NotFrom(nameof(RetentionBytes), value.Value, 1);
    }

    /// <summary>The largest batch that is accepted, in bytes as it is stored. Kafka: <c>max.message.bytes</c>.</summary>
    public int? MaxMessageBytes
    {
        get;
        init => field = value is null or >= 0 ? value : throw Setting.NotFrom(nameof(MaxMessageBytes), value.Value, 0);
    }

    /// <summary>Whose clock the timestamps of the records tell. Kafka: <c>message.timestamp.type</c>.</summary>
    public TimestampType? TimestampType { get; init => field = value is { } type ? Setting.Known(type) : null; }

    /// <summary>How many replicas must be in sync for a write with acks all. Kafka: <c>min.insync.replicas</c>; default 1.</summary>
    public int MinInSyncReplicas
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(MinInSyncReplicas), value, 1);
    } = 1;

    /// <summary>
    /// Whether records without a key are refused, as on a topic with <c>cleanup.policy=compact</c>. Nothing is ever compacted away.
    /// </summary>
    public bool NeedsKeys { get; init; }

    /// <summary>
    /// How far the timestamp of a record may be ahead of the clock of the broker. Kafka: <c>message.timestamp.after.max.ms</c>;
    /// null for the default of the profile: an hour from 4.0 on (KIP-1030), anything before.
    /// </summary>
    public TimeSpan? MaxTimestampAhead
    {
        get;
        init => field = value is null || value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxTimestampAhead), $"{nameof(MaxTimestampAhead)} is {value}; it can be 00:00:00 or more.");
    }

    /// <summary>What a client set when it created the topic, by the names Kafka has for it; also what has no effect here.</summary>
    internal IReadOnlyDictionary<string, string> Given { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
