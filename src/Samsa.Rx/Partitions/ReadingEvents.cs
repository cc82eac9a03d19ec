namespace Samsa.Rx;

/// <summary>The next offset to read was not in the partition, and the reading goes on somewhere else.</summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="From">The offset that was to be read.</param>
/// <param name="To">The offset that is read instead.</param>
/// <param name="Why">What the broker says.</param>
public sealed record OffsetReset(DateTimeOffset At, string Topic, int Partition, long From, long To, string Why) : KafkaEvent(At);

/// <summary>
/// The log of a partition was cut below what was read of it: its leader was lost, and the broker that leads it now did not have everything
/// (an unclean election, or acks that did not wait for it). The reading goes on where the two logs part (KIP-320).
/// </summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="From">The offset that was to be read.</param>
/// <param name="To">
/// The offset that is read instead. What was delivered from here up to <paramref name="From"/> is not in the log any more; other records have,
/// or will have, those offsets.
/// </param>
public sealed record LogTruncated(DateTimeOffset At, string Topic, int Partition, long From, long To) : KafkaEvent(At);

/// <summary>A batch could not be read and was skipped, as <see cref="ConsumeOptions.OnCorrupt"/> says.</summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The first offset that was not delivered.</param>
/// <param name="Next">The offset with which the reading goes on.</param>
/// <param name="Error">What is wrong with it.</param>
public sealed record BatchSkipped(DateTimeOffset At, string Topic, int Partition, long Offset, long Next, Exception Error) : KafkaEvent(At);

/// <summary>A reading takes partitions in: those that it begins with, or some that were added to the topic later.</summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partitions">Their numbers.</param>
public sealed record PartitionsFound(DateTimeOffset At, string Topic, IReadOnlyList<int> Partitions) : KafkaEvent(At)
{
    /// <inheritdoc/>
    public override string ToString() => $"PartitionsFound {{ At = {At}, Topic = {Topic}, Partitions = {string.Join(", ", Partitions)} }}";
}

/// <summary>
/// A partition waits, because too many of its records are kept and not dealt with yet (<see cref="ConsumeOptions.InFlightPartitionRecords"/>). It goes on by itself when half of them are.
/// </summary>
/// <param name="At">When.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Records">How many are kept.</param>
/// <param name="Bytes">How many bytes those have.</param>
public sealed record PartitionHeld(DateTimeOffset At, string Topic, int Partition, int Records, long Bytes) : KafkaEvent(At);
