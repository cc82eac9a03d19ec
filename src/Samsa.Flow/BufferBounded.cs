using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <summary>Puts elements together to batches of so many.</summary>
    /// <inheritdoc cref="BufferBounded{T}(IObservable{T}, int, TimeSpan, IScheduler)"/>
    public static IObservable<IReadOnlyList<T>> BufferBounded<T>(this IObservable<T> source, int count)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return Observable.Create<IReadOnlyList<T>>(observer => new Batching<T>(count, null, DefaultScheduler.Instance, observer).Start(source));
    }

    /// <inheritdoc cref="BufferBounded{T}(IObservable{T}, int, TimeSpan, IScheduler)"/>
    public static IObservable<IReadOnlyList<T>> BufferBounded<T>(this IObservable<T> source, int count, TimeSpan time) =>
        source.BufferBounded(count, time, DefaultScheduler.Instance);

    /// <summary>Puts elements together to batches of so many, or of those that came in some time.</summary>
    /// <remarks>
    /// <code>
    /// source  -a-b-c---d------|      at most 3, or 5 frames
    /// result  -----x--------y-|      x = abc, y = d
    /// </code>
    /// <para>The time begins with the first element of a batch, so no batch is empty. The end of the source comes behind what there is;
    /// an error comes at once.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: measures the time, and tells the batches whose time is over. Full ones are told on the thread of the source.</para>
    /// <para>Buffer: <paramref name="count"/> elements, with those that the observer has. Then <c>OnNext</c> waits.</para>
    /// <para>Acknowledgement: deferred until the observer has had the batch. A batch can be deferred as a whole.</para>
    /// <para>Marble: <c>marbles/buffer-bounded.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="count">How many make a batch.</param>
    /// <param name="time">How long the first of a batch waits for others.</param>
    /// <param name="scheduler">Measures the time.</param>
    /// <returns>The batches.</returns>
    public static IObservable<IReadOnlyList<T>> BufferBounded<T>(this IObservable<T> source, int count, TimeSpan time, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        return Observable.Create<IReadOnlyList<T>>(observer => new Batching<T>(count, time, scheduler, observer).Start(source));
    }
}
