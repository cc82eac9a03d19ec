using System.Reactive.Linq;

namespace Samsa.Rx;

/// <summary>Operators over what Kafka gives.</summary>
public static partial class KafkaObservable
{
    /// <summary>
    /// Merges one stream for each partition that is assigned now: a new assignment ends the streams of the partitions it leaves out, begins those it adds, and leaves
    /// alone those it keeps.
    /// </summary>
    /// <remarks>
    /// <para>It is <see cref="FlowObservable.MergeByAssignment{TKey, TResult}(IObservable{IReadOnlyCollection{TKey}}, Func{TKey, CancellationToken, IObservable{TResult}}, MergeByAssignmentOptions{TKey})"/>
    /// over the partitions of assignments whose generation rises; one whose generation does not is passed over.</para>
    /// <para>Temperature: as the source. Each subscription subscribes to the assignments and has its own streams.</para>
    /// <para>Scheduler: none. Values come on the threads of the streams, one at a time.</para>
    /// <para>Buffer: none.</para>
    /// <para>Acknowledgement: kept. The observer has returned when the <c>OnNext</c> of a stream does.</para>
    /// <para>Marble: <c>marbles/partition-assignment.marble</c></para>
    /// </remarks>
    /// <typeparam name="TResult">What the streams carry.</typeparam>
    /// <param name="assignments">Each element is the whole set that is assigned from then on.</param>
    /// <param name="partition">The stream of a partition. Asked once each time the partition is begun.</param>
    /// <returns>The values of all streams that are assigned.</returns>
    public static IObservable<TResult> MergeByAssignment<TResult>(
        this IObservable<PartitionAssignment> assignments, Func<TopicPartition, IObservable<TResult>> partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        return assignments.MergeByAssignment((id, _) => partition(id), new());
    }

    /// <inheritdoc cref="MergeByAssignment{TResult}(IObservable{PartitionAssignment}, Func{TopicPartition, IObservable{TResult}})"/>
    /// <param name="assignments">Each element is the whole set that is assigned from then on.</param>
    /// <param name="partition">The stream of a partition. When the partition is revoked and <see cref="MergeByAssignmentOptions{TKey}.Drain"/> says so, the
    /// token tells the stream to end by itself.</param>
    /// <param name="options">How partitions are revoked and begun, and what an error of one stream means.</param>
    public static IObservable<TResult> MergeByAssignment<TResult>(
        this IObservable<PartitionAssignment> assignments,
        Func<TopicPartition, CancellationToken, IObservable<TResult>> partition,
        MergeByAssignmentOptions<TopicPartition> options)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        // The newest so far, each once.
        return assignments
            .Scan(static (newest, next) => next.Generation > newest.Generation ? next : newest)
            .DistinctUntilChanged(static assignment => assignment.Generation)
            .Select(static IReadOnlyCollection<TopicPartition> (assignment) => assignment.Partitions)
            .MergeByAssignment(partition, options);
    }
}
