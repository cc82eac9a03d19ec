using System.Reactive.Linq;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    /// <summary>The records from before the reading began; completes when it has caught up.</summary>
    /// <remarks>
    /// <code>
    /// source  -a-b-L--d-|      L = caught up
    /// result  -a-b-|
    /// </code>
    /// <para>Of a whole topic, <see cref="ConsumeOptions.UntilEnd"/> gives the same without the detour.</para>
    /// <para>Temperature: as the source, which is left at the moment.</para>
    /// <para>Scheduler: none.</para>
    /// <para>Buffer: none.</para>
    /// <para>Acknowledgement: kept.</para>
    /// <para>Marble: <c>marbles/until-caught-up.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="source">Records from before, the moment, and what comes.</param>
    /// <returns>The records from before.</returns>
    public static IObservable<T> UntilCaughtUp<T>(this IObservable<CatchUp<T>> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.TakeWhile(static next => next.Kind is CatchUpKind.History).Select(static next => next.Value!);
    }
}
