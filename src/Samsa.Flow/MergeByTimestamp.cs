using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <inheritdoc cref="MergeByTimestamp{T}(IEnumerable{IObservable{T}}, Func{T, DateTimeOffset}, TimeSpan, int, IScheduler)"/>
    public static IObservable<T> MergeByTimestamp<T>(
        this IEnumerable<IObservable<T>> sources, Func<T, DateTimeOffset> timestamp, TimeSpan idle, int capacity) =>
        sources.MergeByTimestamp(timestamp, idle, capacity, DefaultScheduler.Instance);

    /// <summary>Merges sources that are each in the order of time to one that is.</summary>
    /// <remarks>
    /// <code>
    /// p0      -1---4------|         digits are timestamps
    /// p1      ---2-----3--|
    /// result  ---1-2---3--(4|)      the smallest is told once each source has one
    /// </code>
    /// <para>A source that has given nothing for <paramref name="idle"/> since its last element was told does not hold up the others any
    /// more; what it gives
    /// later may be older than what was told before, and is told as soon as it is the smallest there is. Equal timestamps are told in the
    /// order of the sources. The first error comes at
    /// once.</para>
    /// <para>Temperature: as the sources.</para>
    /// <para>Scheduler: measures how long a source has been idle, and tells what was held up by it. Otherwise elements are told where a
    /// source gives one.</para>
    /// <para>Buffer: <paramref name="capacity"/> elements of each source. Then its <c>OnNext</c> waits; so one thread that gives for all
    /// sources needs
    /// room for what it gives in a row, or it waits for <paramref name="idle"/>.</para>
    /// <para>Acknowledgement: deferred until the observer returns.</para>
    /// <para>Marble: <c>marbles/merge-by-timestamp.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the sources carry.</typeparam>
    /// <param name="sources">The sources.</param>
    /// <param name="timestamp">The time of an element. Asked once.</param>
    /// <param name="idle">How long a source that gives nothing holds up the others.</param>
    /// <param name="capacity">How many elements of each source may be inside.</param>
    /// <param name="scheduler">Measures how long a source has been idle.</param>
    /// <returns>The elements of all sources.</returns>
    public static IObservable<T> MergeByTimestamp<T>(
        this IEnumerable<IObservable<T>> sources, Func<T, DateTimeOffset> timestamp, TimeSpan idle, int capacity, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(timestamp);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(idle, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return Observable.Create<T>(observer => new TimeMerge<T>([.. sources], timestamp, idle, capacity, scheduler, observer).Start());
    }
}
