namespace Samsa.Flow;

/// <summary>Operators that neither queue without a bound nor hold a lock while an observer runs.</summary>
public static partial class FlowObservable
{
    /// <summary>
    /// Merges one stream for each key that is assigned now: a new assignment ends the streams of the keys it leaves out,
    /// begins those it adds, and leaves alone those it keeps.
    /// </summary>
    /// <remarks>
    /// <code>
    /// assignments  --a-----b-----c----|      a = {p0}  b = {p0, p1}  c = {p1}
    /// p0           -0--1--2--3--4--5--6
    /// p1           ---k--l--m--n--o--q-
    /// result       ----1--2-m3-n4-o--q|
    /// </code>
    /// <para>What is revoked is unsubscribed before anything new is subscribed, in the same turn. An assignment that comes while
    /// the observer runs takes effect when it returns; of several the newest does, but a key that one of them left out begins anew.</para>
    /// <para>A stream that completes frees its place: the next assignment that names its key begins it again. When the
    /// assignments complete, the streams end and the output completes. An error of the assignments ends everything at once.</para>
    /// <para>Temperature: as the source. Each subscription subscribes to the assignments and has its own streams.</para>
    /// <para>Scheduler: none. Values come on the threads of the streams, one at a time.</para>
    /// <para>Buffer: none. A stream whose value comes while the observer has another's waits in <c>OnNext</c>; so no stream may make its
    /// <c>Subscribe</c> wait for a value that another thread gives. What the observer itself gives to a stream from inside
    /// <c>OnNext</c> is kept until it returns.</para>
    /// <para>Acknowledgement: kept. The observer has returned when the <c>OnNext</c> of a stream does.</para>
    /// <para>Marble: <c>marbles/merge-by-assignment.marble</c></para>
    /// </remarks>
    /// <typeparam name="TKey">What is assigned.</typeparam>
    /// <typeparam name="TResult">What the streams carry.</typeparam>
    /// <param name="assignments">Each element is the whole set that is assigned from then on, not a change to it.</param>
    /// <param name="partition">The stream of a key. Asked once each time the key is begun.</param>
    /// <param name="comparer">Which keys are the same; null for the default.</param>
    /// <returns>The values of all streams that are assigned.</returns>
    public static IObservable<TResult> MergeByAssignment<TKey, TResult>(
        this IObservable<IReadOnlyCollection<TKey>> assignments,
        Func<TKey, IObservable<TResult>> partition,
        IEqualityComparer<TKey>? comparer = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(partition);
        return assignments.MergeByAssignment((key, _) => partition(key), new MergeByAssignmentOptions<TKey> { Comparer = comparer });
    }

    /// <inheritdoc
    /// cref="MergeByAssignment{TKey, TResult}(IObservable{IReadOnlyCollection{TKey}}, Func{TKey, IObservable{TResult}}, IEqualityComparer{TKey})"/>
    /// <param name="assignments">Each element is the whole set that is assigned from then on, not a change to it.</param>
    /// <param name="partition">The stream of a key. When the key is revoked and <see cref="MergeByAssignmentOptions{TKey}.Drain"/> says so, the
    /// token tells the stream to end by itself.</param>
    /// <param name="options">How keys are revoked and begun, and what an error of one stream means.</param>
    public static IObservable<TResult> MergeByAssignment<TKey, TResult>(
        this IObservable<IReadOnlyCollection<TKey>> assignments,
        Func<TKey, CancellationToken, IObservable<TResult>> partition,
        MergeByAssignmentOptions<TKey> options)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(assignments);
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(options);
        return new AssignmentMerge<TKey, TResult>(assignments, partition, options);
    }
}
