namespace Samsa.Rx;

/// <summary>How failures are put into words.</summary>
static class PublishFailure
{
    /// <summary>Nothing can be published anymore.</summary>
    public static ObjectDisposedException Closed() => new("Kafka", "The client, or the sink, was disposed of; nothing can be published through it.");

    /// <summary>The producer of a record was disposed of before the record was in a batch.</summary>
    public static PublishException Disposed(string topic, int partition = -1) =>
        new($"A record for {topic} was not written: the producer was disposed of.", Outcome.NotPersisted, ErrorCode.None, topic, partition);

    /// <summary>A record cannot be said in the format of its broker.</summary>
    public static PublishException NoHeaders(string topic, int partition) => new(
        $"A record for {topic} {partition} was not written: it has headers, and its broker is older than Kafka 0.11, which knows none.",
        Outcome.NotPersisted, ErrorCode.UnsupportedForMessageFormat, topic, partition);

    /// <summary>A batch has failed.</summary>
    public static PublishException Of(PartitionLane lane, OutgoingBatch batch, ErrorCode code, string why, Exception? cause) =>
        new(Sentence(lane, batch, batch.Count == 1 ? "A record" : $"A batch of {batch.Count} records", code, why), OutcomeOf(batch), code, lane.Topic, lane.Partition, cause);

    /// <summary>A record has failed that the broker has named.</summary>
    public static PublishException OfNamed(PartitionLane lane, OutgoingBatch batch, ErrorCode code, string why) =>
        new(Sentence(lane, batch, "A record", code, why), OutcomeOf(batch), code, lane.Topic, lane.Partition);

    /// <summary>A record has failed because the broker has named others of its batch.</summary>
    public static BatchRefusedException OfOther(PartitionLane lane, OutgoingBatch batch, ErrorCode code, string why) =>
        new(Sentence(lane, batch, "A record", code, $"others of its batch were refused: {why}"), OutcomeOf(batch), code, lane.Topic, lane.Partition);

    static Outcome OutcomeOf(OutgoingBatch batch) => batch.MayBeWritten ? Outcome.Unknown : Outcome.NotPersisted;

    static string Sentence(PartitionLane lane, OutgoingBatch batch, string what, ErrorCode code, string why)
    {
        var end = OutcomeOf(batch) is Outcome.Unknown ? "may have been written or not" : "was not written";
        var named = code is ErrorCode.None ? "" : code.KafkaName + ", ";
        return $"{what} for {lane.Topic} {lane.Partition} {end}: {named}{Foreign.Text(why).TrimEnd('.')}.";
    }
}
