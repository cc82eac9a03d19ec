using System.Reactive.Concurrency;
using Samsa.Flow;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    const int ReplayedAhead = 1000;

    static readonly TimeSpan ReplayIdle = TimeSpan.FromSeconds(10);

    /// <summary>Reads what a topic holds in the order of time, and goes on with what comes.</summary>
    /// <inheritdoc cref="ReplayThenLive(IEnumerable{IObservable{KafkaRecord}}, Func{IReadOnlyDictionary{int, long}, IObservable{KafkaRecord}}, TimeSpan, int, IScheduler)" path="/remarks"/>
    /// <param name="topic">The topic.</param>
    /// <param name="start">Where the history begins: <c>StartFrom.Last(10)</c> are the last ten of each partition.</param>
    /// <param name="options">What is read and how, but for the start; null for <see cref="KafkaOptions.Consume"/> of the client. Each partition has a
    /// reading of its own until it is caught up with: one that is ahead in time waits in <c>OnNext</c>, and must not hold up the others.</param>
    /// <param name="idle">How long a partition that gives nothing holds up the others; null for ten seconds.</param>
    /// <param name="capacity">How many records of each partition may wait for their turn.</param>
    /// <param name="scheduler">Measures how long a partition has been idle; null for the default.</param>
    /// <returns>The records from before, the moment, and the records that come.</returns>
    public static IObservable<CatchUp<KafkaRecord>> ReplayThenLive(
        this Topic topic, StartFrom start, ConsumeOptions? options = null, TimeSpan? idle = null, int capacity = ReplayedAhead, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        var reading = new CatchUpReading(topic, (options ?? topic.Readers.Settings.Consume) with { Start = start });
        return Asked.Then(reading.EndsAsync, ends => reading.HistoryOfEach(ends).ReplayThenLive(
            seen => reading.Live(ends, seen), idle ?? ReplayIdle, capacity, scheduler ?? DefaultScheduler.Instance));
    }

    /// <summary>Merges streams that end with the past in the order of time, and goes on with one of what comes.</summary>
    /// <remarks>
    /// <code>
    /// p0       -1---4|             digits are times
    /// p1       ---2-----3|
    /// live               --6-5-    subscribed to when all have ended
    /// result   ---1-2---3(4L)5     L = caught up; 6 comes between
    /// </code>
    /// <para>The order of time holds among the records from before, as far as each partition is in it. What comes is told as it comes.</para>
    /// <para>Temperature: cold.</para>
    /// <para>Scheduler: measures how long a partition has been idle.</para>
    /// <para>Buffer: <paramref name="capacity"/> records of each partition, until caught up. Then <c>OnNext</c> waits.</para>
    /// <para>Acknowledgement: deferred, until caught up, until the observer returns; then kept.</para>
    /// <para>Marble: <c>marbles/replay-then-live.marble</c></para>
    /// </remarks>
    /// <param name="histories">The records from before, of each partition. The end of all is the moment.</param>
    /// <param name="live">The records that come, given the offset to go on with for each partition that had records before.</param>
    /// <param name="idle">How long a partition that gives nothing holds up the others.</param>
    /// <param name="capacity">How many records of each partition may wait for their turn.</param>
    /// <param name="scheduler">Measures how long a partition has been idle.</param>
    /// <returns>The records from before, the moment, and the records that come.</returns>
    public static IObservable<CatchUp<KafkaRecord>> ReplayThenLive(
        this IEnumerable<IObservable<KafkaRecord>> histories, Func<IReadOnlyDictionary<int, long>, IObservable<KafkaRecord>> live, TimeSpan idle,
        int capacity, IScheduler scheduler) =>
        histories.MergeByTimestamp(static record => record.Time, idle, capacity, scheduler).WithCatchUp(live);
}
