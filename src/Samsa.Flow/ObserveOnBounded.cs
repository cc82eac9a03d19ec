using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <inheritdoc cref="ObserveOnBounded{T}(IObservable{T}, int, BufferOverflow, IScheduler, Action{T})"/>
    public static IObservable<T> ObserveOnBounded<T>(this IObservable<T> source, int capacity, IScheduler scheduler) =>
        source.ObserveOnBounded(capacity, BufferOverflow.Wait, scheduler);

    /// <summary>Observes a source on a scheduler, with so many elements between the two.</summary>
    /// <remarks>
    /// <code>
    /// source      -abcd----|     the observer takes 3 frames for each; capacity 2
    /// Wait        -a--b--c--d|   the source waits with c and d
    /// DropNewest  -a--b----|
    /// DropOldest  -a--d----|
    /// </code>
    /// <para>The end comes behind the elements.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: the observer runs on it. What the observer throws goes to it.</para>
    /// <para>Buffer: <paramref name="capacity"/> elements, with that which the observer has.</para>
    /// <para>Acknowledgement: deferred until the observer returns; what is dropped is acknowledged.</para>
    /// <para>Marble: <c>marbles/observe-on-bounded.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="capacity">How many elements may be on their way.</param>
    /// <param name="overflow">What happens to one more.</param>
    /// <param name="scheduler">Where the observer runs.</param>
    /// <param name="dropped">Told what is dropped, where it is given.</param>
    /// <returns>The elements.</returns>
    public static IObservable<T> ObserveOnBounded<T>(
        this IObservable<T> source, int capacity, BufferOverflow overflow, IScheduler scheduler, Action<T>? dropped = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return Observable.Create<T>(observer => new HandOver<T>(new(capacity, overflow, dropped), scheduler, observer).Start(source));
    }
}
