using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <summary>A valve: gives elements on while it is open, and drops them, keeps them, or holds up their source while it is paused.</summary>
    /// <remarks>
    /// <code>
    /// source         --a--b--c-------d--|
    /// paused         f---t-----f---------
    /// Drop           --a-------------d--|
    /// Hold(16)       --a-------(bc)--d--|
    /// Upstream       --a-------b--c-- ...    a source that can be held up goes on where it was
    /// </code>
    /// <para>It is open until <paramref name="paused"/> says otherwise, and stays as it is when that completes. The end of the source comes
    /// behind what is kept; an error of either comes at once.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: none. What was kept is told on the thread that opens the valve.</para>
    /// <para>Buffer: none but with <c>Hold</c>, which has a capacity and an overflow.</para>
    /// <para>Acknowledgement: kept. What is held is deferred until it is told, what is dropped is acknowledged.</para>
    /// <para>Marble: <c>marbles/pause-when.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="paused">Whether it is paused from now on.</param>
    /// <param name="mode">What happens to elements meanwhile; null for <see cref="PauseMode.Upstream"/>.</param>
    /// <returns>The elements.</returns>
    public static IObservable<T> PauseWhen<T>(this IObservable<T> source, IObservable<bool> paused, PauseMode? mode = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(paused);
        return Observable.Create<T>(observer => new Valve<T>(mode ?? PauseMode.Upstream, source as IPausable, observer).Start(source, paused));
    }
}
