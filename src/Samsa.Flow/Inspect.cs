using System.Diagnostics.Metrics;
using System.Reactive;
using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    static readonly Meter Meter = new("Samsa.Flow");
    static readonly Counter<long> Elements = Meter.CreateCounter<long>("samsa.flow.elements", "{element}", "Elements that passed.");
    static readonly Counter<long> Errors = Meter.CreateCounter<long>("samsa.flow.errors", "{error}", "Streams that ended with an error.");
    static readonly UpDownCounter<long> Subscriptions =
        Meter.CreateUpDownCounter<long>("samsa.flow.subscriptions", "{subscription}", "Subscriptions that are there now.");

    /// <summary>Gives a place in a query a name under which it is counted, and lets somebody look at what passes.</summary>
    /// <remarks>
    /// <code>
    /// source  -a-b-|
    /// result  -a-b-|
    /// look    -a-b-|      elements += 2
    /// </code>
    /// <para>The meter <c>Samsa.Flow</c> has <c>samsa.flow.elements</c>, <c>samsa.flow.errors</c> and <c>samsa.flow.subscriptions</c>, with the tag
    /// <c>name</c>. Counting costs next to nothing while nobody collects it.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: none.</para>
    /// <para>Buffer: none.</para>
    /// <para>Acknowledgement: kept.</para>
    /// <para>Marble: <c>marbles/inspect.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">What passes.</param>
    /// <param name="name">The name of the place.</param>
    /// <param name="look">Shown everything before the observer is told; null for counting only. When it throws, that is an error of the
    /// stream.</param>
    /// <returns>The same.</returns>
    public static IObservable<T> Inspect<T>(this IObservable<T> source, string name, Action<Notification<T>>? look = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var tag = new KeyValuePair<string, object?>("name", name);
        var seen = look is null ? source : source.Do(
            value => look(Notification.CreateOnNext(value)),
            error => look(Notification.CreateOnError<T>(error)),
            () => look(Notification.CreateOnCompleted<T>()));
        return Observable.Create<T>(observer =>
        {
            Subscriptions.Add(1, tag);
            return seen.Do(_ => Elements.Add(1, tag), _ => Errors.Add(1, tag)).Finally(() => Subscriptions.Add(-1, tag)).SubscribeSafe(observer);
        });
    }
}
