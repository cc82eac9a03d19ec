using System.Reactive.Linq;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    /// <summary>Reads a topic, and says when everything has been read that was there when the reading began.</summary>
    /// <inheritdoc cref="WithCatchUp(IObservable{KafkaRecord}, Func{IReadOnlyDictionary{int, long}, IObservable{KafkaRecord}})" path="/remarks"/>
    /// <param name="topic">The topic.</param>
    /// <param name="options">What is read and how; null for <see cref="KafkaOptions.Consume"/> of the client. With
    /// <see cref="ConsumeOptions.UntilEnd"/> it completes behind the moment.</param>
    /// <returns>The records from before, the moment, and the records that come.</returns>
    public static IObservable<CatchUp<KafkaRecord>> WithCatchUp(this Topic topic, ConsumeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var reading = new CatchUpReading(topic, options ?? topic.Readers.Settings.Consume);
        return Asked.Then(reading.EndsAsync, ends => reading.History.WithCatchUp(seen => reading.Live(ends, seen)));
    }

    /// <summary>Puts a moment between a stream that ends with the past and one that goes on where it ended.</summary>
    /// <remarks>
    /// <code>
    /// history  -a-b-|
    /// live           --d--|       subscribed to when history has ended
    /// result   -a-b-L-d--|        L = caught up
    /// </code>
    /// <para>A reading has caught up when its position has come to where each partition ended at its beginning. What stands there
    /// may be nothing for readers: the marker of a transaction, records of one that was aborted, or nothing at all; so a topic that is empty or idle
    /// has been caught up with at once. Records are told exactly once, also those that are written while the one reading ends and the
    /// other begins. A topic that is not there yet is waited for.</para>
    /// <para>Temperature: cold.</para>
    /// <para>Scheduler: none.</para>
    /// <para>Buffer: none.</para>
    /// <para>Acknowledgement: kept.</para>
    /// <para>Marble: <c>marbles/with-catch-up.marble</c></para>
    /// </remarks>
    /// <param name="history">The records from before. Its end is the moment.</param>
    /// <param name="live">The records that come, given the offset to go on with for each partition that had records before.</param>
    /// <returns>The records from before, the moment, and the records that come.</returns>
    public static IObservable<CatchUp<KafkaRecord>> WithCatchUp(
        this IObservable<KafkaRecord> history, Func<IReadOnlyDictionary<int, long>, IObservable<KafkaRecord>> live)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(live);
        return Observable.Defer(() =>
        {
            var next = new Dictionary<int, long>();
            var before = history.Select(record =>
            {
                next[record.Partition] = record.Offset + 1;
                return new CatchUp<KafkaRecord>(CatchUpKind.History, record);
            });
            var moment = Observable.Return(new CatchUp<KafkaRecord>(CatchUpKind.CaughtUp, default));
            var after = Observable.Defer(() => live(next).Select(record => new CatchUp<KafkaRecord>(CatchUpKind.Live, record)));
            return before.Concat(moment).Concat(after);
        });
    }
}
