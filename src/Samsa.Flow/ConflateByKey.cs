using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <inheritdoc cref="ConflateByKey{T, TKey}(IObservable{T}, Func{T, TKey}, TimeSpan, int, IScheduler, IEqualityComparer{TKey})"/>
    public static IObservable<IReadOnlyList<T>> ConflateByKey<T, TKey>(
        this IObservable<T> source, Func<T, TKey> keySelector, TimeSpan period, int capacity, IEqualityComparer<TKey>? comparer = null)
        where TKey : notnull =>
        source.ConflateByKey(keySelector, period, capacity, DefaultScheduler.Instance, comparer);

    /// <summary>The latest element of each key, together once in a period: for those who cannot look at everything.</summary>
    /// <remarks>
    /// <code>
    /// source  -abA----B------|    a, A and b, B have one key each; a period is 5 frames
    /// result  ------x------y-|    x = A, b   y = B
    /// </code>
    /// <para>The period begins with the first element of a batch, whose keys are in the order in which they first came. The end of the source
    /// comes behind what there is; an error comes at once. While the observer is busy, newer elements go on replacing older ones.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: measures the period, and tells the batches.</para>
    /// <para>Buffer: one element for each of <paramref name="capacity"/> keys. One more ends the period at once; when the observer is still
    /// busy then, <c>OnNext</c> waits.</para>
    /// <para>Acknowledgement: deferred until the observer has had the batch, which can be deferred as a whole. What is replaced is
    /// acknowledged.</para>
    /// <para>Marble: <c>marbles/conflate-by-key.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <typeparam name="TKey">Of what only the latest counts.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="keySelector">The key of an element.</param>
    /// <param name="period">How long a batch is collected.</param>
    /// <param name="capacity">How many keys a batch may have.</param>
    /// <param name="scheduler">Measures the period.</param>
    /// <param name="comparer">Which keys are the same; null for the default.</param>
    /// <returns>The batches.</returns>
    public static IObservable<IReadOnlyList<T>> ConflateByKey<T, TKey>(
        this IObservable<T> source, Func<T, TKey> keySelector, TimeSpan period, int capacity, IScheduler scheduler,
        IEqualityComparer<TKey>? comparer = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(keySelector);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return Observable.Create<IReadOnlyList<T>>(observer =>
            new Conflation<T, TKey>(keySelector, period, capacity, scheduler, comparer, observer).Start(source));
    }
}
