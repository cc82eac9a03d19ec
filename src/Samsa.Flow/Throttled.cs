using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <summary>Gives elements on no faster than at some rate.</summary>
    /// <remarks>
    /// <code>
    /// source  -abc------d-|     one in 3 frames
    /// result  -a--b--c--d-|
    /// </code>
    /// <para>Each element keeps the next waiting for its cost divided by <paramref name="perSecond"/>. There is no credit for silence, so
    /// no bursts; only
    /// a timer that was late is made up for, up to a second. The end of the source comes behind what waits; an error comes at once.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: measures the time; elements that had to wait are told on it, others on the thread of the source.</para>
    /// <para>Buffer: <paramref name="capacity"/> elements that wait or are being told, with an overflow.</para>
    /// <para>Acknowledgement: deferred until the observer returns; what is dropped is acknowledged.</para>
    /// <para>Marble: <c>marbles/throttled.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="perSecond">How much may be given on in a second, in the unit of <paramref name="cost"/>.</param>
    /// <param name="capacity">How many elements may wait.</param>
    /// <param name="cost">What an element costs, for example its bytes; null for 1 each.</param>
    /// <param name="overflow">What happens to one more than may wait.</param>
    /// <param name="scheduler">Measures the time; null for the default.</param>
    /// <returns>The elements.</returns>
    public static IObservable<T> Throttled<T>(
        this IObservable<T> source,
        double perSecond,
        int capacity,
        Func<T, long>? cost = null,
        BufferOverflow overflow = BufferOverflow.Wait,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!(perSecond > 0)) throw new ArgumentOutOfRangeException(nameof(perSecond), perSecond, "Nothing would ever be given on.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return Observable.Create<T>(observer =>
            new Pacing<T>(perSecond, new(capacity, overflow), cost ?? (_ => 1), scheduler ?? DefaultScheduler.Instance, observer).Start(source));
    }
}
