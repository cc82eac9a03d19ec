namespace Samsa.Rx;

/// <summary>How far a partition is dealt with.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset to read on with: everything before it is dealt with, or was not for users.</param>
public readonly record struct PartitionPosition(TopicPartition Partition, long Offset)
{
    /// <summary>Both, as logs show them: <c>clicks 3@17</c>.</summary>
    public override string ToString() => $"{Partition}@{Offset}";
}
