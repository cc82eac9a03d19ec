namespace Samsa.Rx;

/// <summary>How far a partition is read, and how far it reaches.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Position">The offset to be read next; null when nothing is known of it.</param>
/// <param name="Beginning">The offset of the oldest record that is there.</param>
/// <param name="End">The offset that the next record will have.</param>
public readonly record struct PartitionLag(int Partition, long? Position, long Beginning, long End)
{
    /// <summary>
    /// How many offsets are still to be read: at least as many as there are records. What was deleted before it was read does not count. Null when
    /// the position is not known.
    /// </summary>
    public long? Lag => Position is { } position ? Math.Max(0, End - Math.Max(position, Beginning)) : null;
}
