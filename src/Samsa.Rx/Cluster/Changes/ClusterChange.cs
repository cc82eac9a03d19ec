using System.Collections.Immutable;

namespace Samsa.Rx;

/// <summary>Something that is different in a cluster than it was: one of the records that are nested here.</summary>
/// <remarks>
/// A <see cref="Snapshot"/> comes first, and what comes after it turns it, change by change, into what is so now: see <see cref="ClusterView.With(ClusterChange)"/>.
/// Who is slow is told less, not something else: what was changed and changed back meanwhile is left out.
/// </remarks>
public abstract record ClusterChange
{
    ClusterChange()
    {
    }

    /// <summary>When it was noticed.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The view after it.</summary>
    internal virtual ClusterView ApplyTo(ClusterView view) => view;

    /// <summary>What is so at first.</summary>
    /// <param name="View">All brokers, and all topics of the cluster.</param>
    public sealed record Snapshot(ClusterView View) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) => View;
    }

    /// <summary>A broker is there now.</summary>
    /// <param name="Broker">The broker.</param>
    public sealed record BrokerUp(BrokerInfo Broker) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) => view.With(Broker);
    }

    /// <summary>A broker is not there any more.</summary>
    /// <param name="Broker">The broker, as it was.</param>
    public sealed record BrokerDown(BrokerInfo Broker) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) =>
            view with { Brokers = view.Brokers.ToImmutableSortedDictionary().Remove(Broker.NodeId) };
    }

    /// <summary>A broker has another address, or stands elsewhere.</summary>
    /// <param name="Broker">The broker, as it is.</param>
    /// <param name="Before">As it was.</param>
    public sealed record BrokerChanged(BrokerInfo Broker, BrokerInfo Before) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) => view.With(Broker);
    }

    /// <summary>Another broker is the controller.</summary>
    /// <param name="Controller">Its node id; -1 while there is none.</param>
    /// <param name="Before">Who it was.</param>
    public sealed record ControllerChanged(int Controller, int Before) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) => view with { ControllerId = Controller };
    }

    /// <summary>A topic is there now. One that was deleted and created again under its name is deleted first.</summary>
    /// <param name="Topic">The topic. Its partitions may have no leader yet.</param>
    public sealed record TopicCreated(TopicView Topic) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) => view.With(Topic);
    }

    /// <summary>A topic is not there any more.</summary>
    /// <param name="Topic">The topic, as it was.</param>
    public sealed record TopicDeleted(TopicView Topic) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) => Without(view, Topic);
    }

    /// <summary>A topic has more partitions.</summary>
    /// <param name="Topic">The topic, as it is.</param>
    /// <param name="Added">The numbers of those that it did not have before.</param>
    public sealed record PartitionsAdded(TopicView Topic, IReadOnlyList<int> Added) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) => With(view, Topic, Added);
    }

    /// <summary>Partitions of a topic went: in Kafka 0.7, where each is kept by one broker alone, they go with that broker.</summary>
    /// <param name="Topic">The topic, as it is.</param>
    /// <param name="Removed">The numbers of those that it has not any more.</param>
    public sealed record PartitionsRemoved(TopicView Topic, IReadOnlyList<int> Removed) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) => Without(view, Topic, Removed);
    }

    /// <summary>A partition has another leader, or the same one in another epoch, or none.</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Partition">The partition, as it is: <see cref="PartitionView.Leader"/>, <see cref="PartitionView.LeaderEpoch"/>.</param>
    /// <param name="Before">Who led it before; -1 for nobody.</param>
    public sealed record LeaderChanged(string Topic, PartitionView Partition, int Before) : ClusterChange
    {
        // The replicas are what the next change tells of.
        internal override ClusterView ApplyTo(ClusterView view) =>
            view.With(Topic, Partition with { Isr = Known(view).Isr, Replicas = Known(view).Replicas });

        PartitionView Known(ClusterView view) => view.Find(Topic, Partition.Partition) ?? Partition;
    }

    /// <summary>Other replicas of a partition have all of it, or others keep it.</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Partition">The partition, as it is: <see cref="PartitionView.Isr"/>, <see cref="PartitionView.Replicas"/>.</param>
    /// <param name="Before">Those that had all of it before.</param>
    public sealed record IsrChanged(string Topic, PartitionView Partition, IReadOnlyList<int> Before) : ClusterChange
    {
        internal override ClusterView ApplyTo(ClusterView view) => view.With(Topic, Partition);
    }

    /// <summary>Nobody can be asked at the moment. What was told stays the last that is known.</summary>
    /// <param name="Why">What is wrong, in a sentence.</param>
    public sealed record SourceSuspended(string Why) : ClusterChange;

    /// <summary>Somebody can be asked again. What changed meanwhile comes next.</summary>
    public sealed record SourceResumed : ClusterChange;

    static ClusterView Without(ClusterView view, TopicView gone) =>
        view with { Topics = view.Topics.ToImmutableSortedDictionary(StringComparer.Ordinal).Remove(gone.Name) };

    static ClusterView With(ClusterView view, TopicView topic, IEnumerable<int> added) =>
        Replace(view, topic, view.Topics[topic.Name].Partitions.Concat(added.Select(number => topic.Find(number)!)));

    static ClusterView Without(ClusterView view, TopicView topic, IReadOnlyList<int> removed) =>
        Replace(view, topic, view.Topics[topic.Name].Partitions.Where(known => !removed.Contains(known.Partition)));

    static ClusterView Replace(ClusterView view, TopicView topic, IEnumerable<PartitionView> partitions) =>
        view.With(topic with { Partitions = [.. partitions.OrderBy(partition => partition.Partition)] });
}
