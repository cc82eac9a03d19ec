namespace Samsa.Embedded.Cluster;

/// <summary>What holds for a topic, with all defaults filled in.</summary>
/// <param name="RetentionBytes">How many bytes a partition keeps.</param>
/// <param name="MaxMessageBytes">The largest batch.</param>
/// <param name="LogAppendTime">Whether the broker gives the timestamps.</param>
/// <param name="MinInSync">How many replicas must be in sync for acks all.</param>
/// <param name="NeedsKeys">Whether a record must have a key.</param>
/// <param name="MaxAheadMs">How far a timestamp may be in the future, in ms.</param>
sealed record TopicRules(
    long RetentionBytes, int MaxMessageBytes, bool LogAppendTime, int MinInSync, bool NeedsKeys, long MaxAheadMs)
{
    public static TopicRules Of(TopicSettings? settings, EmbeddedKafkaOptions options, Generation generation)
    {
        var ahead = settings?.MaxTimestampAhead is { } span ? (long)span.TotalMilliseconds : generation.MaxTimestampAheadMs;
        var type = settings?.TimestampType ?? options.TimestampType;
        return new TopicRules(
            settings?.RetentionBytes ?? options.RetentionBytes,
            settings?.MaxMessageBytes ?? options.MaxMessageBytes,
            type == Protocol.Records.TimestampType.LogAppend && generation.StoredMagic > 0,
            settings?.MinInSyncReplicas ?? 1,
            settings?.NeedsKeys ?? false,
            ahead);
    }
}
