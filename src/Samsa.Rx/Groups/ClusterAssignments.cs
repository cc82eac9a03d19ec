using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);

    /// <summary>The partitions of all topics of some kind, as assignments that follow what changes in the cluster.</summary>
    /// <remarks>
    /// <para>Topics that are created, partitions that are added, topics that are deleted change the assignment; leaders that move do not. Partitions that come later are read
    /// from their first record. Kafka's own topics are left out.</para>
    /// <code>
    /// kafka.AsObservable(kafka.Changes.ToAssignments(topic => topic.StartsWith("orders.")))
    /// </code>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: measures the time to settle, and tells the assignments.</para>
    /// <para>Buffer: the latest view of the cluster.</para>
    /// <para>Acknowledgement: none; changes are no records.</para>
    /// <para>Marble: <c>marbles/changes-to-assignments.marble</c></para>
    /// </remarks>
    /// <param name="changes">What changes, as <see cref="Kafka.Changes"/> tells it.</param>
    /// <param name="topics">Whether a topic of this name is wanted.</param>
    /// <param name="settle">How long is waited for more changes when something changes, so that what happens together is one assignment; null for 200 ms.</param>
    /// <param name="scheduler">Measures that time; null for the default.</param>
    /// <returns>Assignments of rising generations, each the whole set. The first may be of nothing.</returns>
    public static IObservable<PartitionAssignment> ToAssignments(
        this IObservable<ClusterChange> changes, Func<string, bool> topics, TimeSpan? settle = null, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(topics);
        return changes
            .Scan(ClusterView.Empty, static (view, change) => view.With(change))
            .ConflateByKey(static _ => 0, settle ?? SettleTime, capacity: 1, scheduler ?? DefaultScheduler.Instance)
            .Scan(Nothing, (before, latest) => Next(before, PartitionsOf(latest[^1], topics)))
            .DistinctUntilChanged(static assignment => assignment.Generation);
    }

    static ImmutableArray<TopicPartition> PartitionsOf(ClusterView view, Func<string, bool> topics) =>
    [
        .. from topic in view.Topics.Values
           where !topic.IsInternal && topics(topic.Name)
           from partition in topic.Partitions
           select new TopicPartition(topic.Name, partition.Partition),
    ];

    static PartitionAssignment Next(PartitionAssignment before, ImmutableArray<TopicPartition> now)
    {
        if (before.Generation > 0 && before.Partitions.SequenceEqual(now)) return before;
        var next = new PartitionAssignment(before.Generation + 1, now);
        return before.Generation == 0
            ? next
            : next with { Starts = now.Except(before.Partitions).ToImmutableDictionary(partition => partition, _ => StartFrom.Beginning) };
    }
}
