using System.Collections.Immutable;

namespace Samsa.Rx;

/// <summary>What is known of a cluster at one moment. It never changes; a newer one replaces it.</summary>
public sealed record ClusterView
{
    /// <summary>Nothing is known yet.</summary>
    internal static ClusterView Empty { get; } = new();

    /// <summary>Rises with each view that differs from the one before it.</summary>
    public long Version { get; init; }

    /// <summary>The id of the cluster; null for brokers before 0.10.1, which have none.</summary>
    public string? ClusterId { get; init; }

    /// <summary>The broker that takes administrative requests; -1 while there is none, or when brokers are too old to say.</summary>
    public int ControllerId { get; init; } = -1;

    /// <summary>The brokers by node id.</summary>
    public IReadOnlyDictionary<int, BrokerInfo> Brokers { get; init; } = ImmutableSortedDictionary<int, BrokerInfo>.Empty;

    /// <summary>The topics that somebody uses, by name.</summary>
    public IReadOnlyDictionary<string, TopicView> Topics { get; init; } = ImmutableSortedDictionary<string, TopicView>.Empty;

    /// <summary>A partition, when it is known.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <returns>The partition, or null.</returns>
    public PartitionView? Find(string topic, int partition) => Topics.GetValueOrDefault(topic)?.Find(partition);

    /// <summary>The view after a change.</summary>
    /// <param name="change">What changed since this view.</param>
    /// <returns>The view that is so now. Of a <see cref="ClusterChange.Snapshot"/> it is that one.</returns>
    public ClusterView With(ClusterChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return change.ApplyTo(this);
    }

    /// <summary>The same with one more topic, or one topic replaced.</summary>
    internal ClusterView With(TopicView topic) =>
        this with { Topics = Topics.ToImmutableSortedDictionary(StringComparer.Ordinal).SetItem(topic.Name, topic) };

    /// <summary>The same with one more broker, or another address of one.</summary>
    internal ClusterView With(BrokerInfo broker) =>
        this with { Brokers = Brokers.ToImmutableSortedDictionary().SetItem(broker.NodeId, broker) };

    /// <summary>The same with one partition replaced.</summary>
    internal ClusterView With(string topic, PartitionView partition)
    {
        var before = Topics[topic];
        var partitions = before.Partitions.Select(known => known.Partition == partition.Partition ? partition : known);
        return With(before with { Partitions = [.. partitions] });
    }
}
