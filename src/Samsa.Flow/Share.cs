namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <summary>One subscription to a source for all who listen.</summary>
    /// <remarks>
    /// <code>
    /// source   -a-b-c-d-       cold
    /// first    ^----!
    /// result   -a-b-
    /// second      ^-----!
    /// result      -b-c-d       one subscription from the first ^ to the last !
    /// </code>
    /// <para>The first to listen subscribes to the source, the last to leave lets go of it. Who comes after that, or after the source has ended,
    /// begins anew. What one observer throws goes to the source, and is the error of the others.</para>
    /// <para>Temperature: hot while somebody listens.</para>
    /// <para>Scheduler: none. Values come where the source gives them, to one observer after the other: the slowest sets the pace.</para>
    /// <para>Buffer: none.</para>
    /// <para>Acknowledgement: kept. All observers have returned when the <c>OnNext</c> of the source does.</para>
    /// <para>Marble: <c>marbles/share.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">What is subscribed to once.</param>
    /// <returns>The source, for many.</returns>
    public static IObservable<T> Share<T>(this IObservable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new Shared<T>(source, repeatsLatest: false);
    }
}
