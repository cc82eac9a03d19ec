namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <summary>One subscription to a source for all who listen; who comes later hears the latest value first.</summary>
    /// <remarks>
    /// <code>
    /// source   -a-b---c-       cold
    /// first    ^------!
    /// result   -a-b---
    /// second       ^---!
    /// result       b--c
    /// </code>
    /// <para>The first to listen subscribes to the source, the last to leave lets go of it. Who comes after that, or after the source has ended,
    /// begins anew: the latest value is forgotten. What one observer throws goes to the source, and is the error of the others.</para>
    /// <para>Temperature: hot while somebody listens.</para>
    /// <para>Scheduler: none. Values come where the source gives them, to one observer after the other: the slowest sets the pace. The latest
    /// comes where it is subscribed, or, when the source gives something at that moment, behind that and where it is given.</para>
    /// <para>Buffer: the latest value.</para>
    /// <para>Acknowledgement: kept for those who listen. A value that is repeated has been acknowledged before.</para>
    /// <para>Marble: <c>marbles/share-latest.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">What is subscribed to once.</param>
    /// <returns>The source, for many.</returns>
    public static IObservable<T> ShareLatest<T>(this IObservable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new Shared<T>(source, repeatsLatest: true);
    }
}
