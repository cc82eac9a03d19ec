namespace Samsa.Rx;

/// <summary>What is known of a topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its id; all zero when the brokers have none (before 2.8). Another id under the same name is another topic.</param>
/// <param name="IsInternal">Whether Kafka keeps its own things in it.</param>
/// <param name="Error">Why it cannot be used, or <see cref="ErrorCode.None"/>.</param>
/// <param name="Partitions">Its partitions in the order of their numbers. A number may be missing: use <see cref="Find"/>.</param>
public sealed record TopicView(string Name, Guid Id, bool IsInternal, ErrorCode Error, IReadOnlyList<PartitionView> Partitions)
{
    /// <summary>What tells a topic from one that had its name before, where topics have no ids: the transaction that created its node. Zero where nobody knows.</summary>
    internal long Born { get; init; }

    /// <summary>A partition by its number.</summary>
    /// <param name="partition">The number.</param>
    /// <returns>The partition, or null when it is not known.</returns>
    public PartitionView? Find(int partition)
    {
        if (partition >= 0 && partition < Partitions.Count && Partitions[partition].Partition == partition) return Partitions[partition];
        foreach (var known in Partitions)
            if (known.Partition == partition)
                return known;
        return null;
    }
}

/// <summary>What is known of a partition.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Leader">The broker that takes its records and gives them out; -1 while there is none.</param>
/// <param name="LeaderEpoch">How often its leader changed; -1 when the brokers do not say (before 2.1).</param>
/// <param name="Replicas">The brokers that keep it.</param>
/// <param name="Isr">Those of them that have all of it.</param>
/// <param name="Error">Why it cannot be used at the moment, or <see cref="ErrorCode.None"/>.</param>
public sealed record PartitionView(
    int Partition, int Leader, int LeaderEpoch, IReadOnlyList<int> Replicas, IReadOnlyList<int> Isr, ErrorCode Error)
{
    /// <summary>Whether two views of the partition tell the same.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>Whether they do.</returns>
    public bool Equals(PartitionView? other) =>
        other is not null && Partition == other.Partition && Leader == other.Leader && LeaderEpoch == other.LeaderEpoch
        && Error == other.Error && Replicas.SequenceEqual(other.Replicas) && Isr.SequenceEqual(other.Isr);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Partition, Leader, LeaderEpoch, Error);
}
