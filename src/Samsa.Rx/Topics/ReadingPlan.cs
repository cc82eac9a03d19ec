namespace Samsa.Rx;

/// <summary>What is read, and how: enough to begin a reading any number of times.</summary>
/// <param name="Readers">The readings of the client.</param>
/// <param name="Observed">What is read, for the log.</param>
/// <param name="Options">How.</param>
/// <param name="Assignments">Which partitions.</param>
/// <param name="Merging">How partitions are given up and begun, and what an error of one means.</param>
sealed record ReadingPlan(
    Readers Readers, string Observed, ConsumeOptions Options, IObservable<PartitionAssignment> Assignments, MergeByAssignmentOptions<TopicPartition> Merging)
{
    /// <summary>A topic, as the cluster has it.</summary>
    public static ReadingPlan Of(Readers readers, string topic, ConsumeOptions? given)
    {
        var options = given ?? readers.Settings.Consume;
        return new(readers, topic, options, new TopicAssignments(readers, topic, options), new());
    }

    /// <summary>What somebody assigns.</summary>
    public static ReadingPlan Of(
        Readers readers, IObservable<PartitionAssignment> assignments, ConsumeOptions? options, MergeByAssignmentOptions<TopicPartition>? merging) =>
        new(readers, "assigned partitions", options ?? readers.Settings.Consume, assignments, merging ?? new());
}
