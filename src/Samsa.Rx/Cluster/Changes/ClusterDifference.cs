namespace Samsa.Rx;

/// <summary>What changed from one state of a cluster to another: in an order in which each change makes sense.</summary>
static class ClusterDifference
{
    /// <summary>The changes from the first state to the second.</summary>
    /// <param name="before">The first one; null for none, and then all of the second is told.</param>
    /// <param name="after">The second one.</param>
    /// <param name="at">When it was noticed.</param>
    public static IEnumerable<ClusterChange> Between(ClusterState? before, ClusterState after, DateTimeOffset at)
    {
        if (before is null)
        {
            yield return new ClusterChange.Snapshot(after.View) { At = at };
            if (after.Trouble is not null) yield return new ClusterChange.SourceSuspended(after.Trouble) { At = at };
            yield break;
        }

        if (before.IsLive && after.Trouble is not null) yield return new ClusterChange.SourceSuspended(after.Trouble) { At = at };
        if (!before.IsLive && after.IsLive) yield return new ClusterChange.SourceResumed { At = at };
        foreach (var change in Brokers(before.View, after.View).Concat(Topics(before.View, after.View))) yield return change with { At = at };
    }

    static IEnumerable<ClusterChange> Brokers(ClusterView before, ClusterView after)
    {
        foreach (var (id, broker) in before.Brokers)
            if (!after.Brokers.ContainsKey(id))
                yield return new ClusterChange.BrokerDown(broker);
        foreach (var (id, broker) in after.Brokers)
            if (!before.Brokers.TryGetValue(id, out var known)) yield return new ClusterChange.BrokerUp(broker);
            else if (known != broker) yield return new ClusterChange.BrokerChanged(broker, known);
        if (before.ControllerId != after.ControllerId) yield return new ClusterChange.ControllerChanged(after.ControllerId, before.ControllerId);
    }

    static IEnumerable<ClusterChange> Topics(ClusterView before, ClusterView after)
    {
        if (ReferenceEquals(before.Topics, after.Topics)) yield break;
        foreach (var topic in before.Topics.Values)
            if (!IsIn(after, topic))
                yield return new ClusterChange.TopicDeleted(topic);
        foreach (var topic in after.Topics.Values)
            if (!IsIn(before, topic)) yield return new ClusterChange.TopicCreated(topic);
            else if (!ReferenceEquals(before.Topics[topic.Name], topic))
                foreach (var change in Partitions(before.Topics[topic.Name], topic))
                    yield return change;
    }

    // A topic that was deleted and created again is another one.
    static bool IsIn(ClusterView view, TopicView topic) =>
        view.Topics.TryGetValue(topic.Name, out var known) && known.Id == topic.Id && known.Born == topic.Born;

    static IEnumerable<ClusterChange> Partitions(TopicView before, TopicView after)
    {
        int[] removed = [.. before.Partitions.Select(partition => partition.Partition).Except(after.Partitions.Select(partition => partition.Partition))];
        if (removed.Length > 0) yield return new ClusterChange.PartitionsRemoved(after, removed);
        int[] added = [.. after.Partitions.Select(partition => partition.Partition).Except(before.Partitions.Select(partition => partition.Partition))];
        if (added.Length > 0) yield return new ClusterChange.PartitionsAdded(after, added);
        foreach (var partition in after.Partitions)
        {
            if (before.Find(partition.Partition) is not { } known || known.Equals(partition)) continue;
            if (partition with { Isr = known.Isr, Replicas = known.Replicas } != known)
                yield return new ClusterChange.LeaderChanged(after.Name, partition, known.Leader);
            if (!known.Isr.SequenceEqual(partition.Isr) || !known.Replicas.SequenceEqual(partition.Replicas))
                yield return new ClusterChange.IsrChanged(after.Name, partition, known.Isr);
        }
    }
}
