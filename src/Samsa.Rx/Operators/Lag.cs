using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    /// <summary>How far behind the end of their topic these records are, once in a period.</summary>
    /// <inheritdoc cref="Lag(IObservable{PartitionPosition}, Func{CancellationToken, ValueTask{IReadOnlyList{PartitionOffsets}}}, TimeSpan, IScheduler)" path="/remarks"/>
    /// <param name="records">The records of a reading, which is shared with whoever handles them: <c>Publish</c> it. A position is the offset behind the
    /// last record, so that markers of transactions at the end of a partition count as to be read: a <see cref="Reading"/> knows better.</param>
    /// <param name="topic">Their topic; records of others do not count.</param>
    /// <param name="period">How often is asked.</param>
    /// <param name="isolation">Whether the end is that of all records, or of those that are committed.</param>
    /// <param name="scheduler">Measures the period; null for the default.</param>
    /// <returns>All partitions of the topic, at each answer, in the order of their numbers.</returns>
    public static IObservable<IReadOnlyList<PartitionLag>> Lag(
        this IObservable<KafkaRecord> records, Topic topic, TimeSpan period, Isolation isolation = Isolation.ReadUncommitted, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(topic);
        if (records is Reading reading) return reading.Lag(topic, period, isolation, scheduler);
        return records.Select(static record => new PartitionPosition(new(record.Topic, record.Partition), record.Offset + 1)).LagOf(topic, period, isolation, scheduler);
    }

    /// <summary>How far a reading is behind the end of its topic, once in a period: what it has dealt with, and what there was nothing to deal with in.</summary>
    /// <inheritdoc cref="Lag(IObservable{PartitionPosition}, Func{CancellationToken, ValueTask{IReadOnlyList{PartitionOffsets}}}, TimeSpan, IScheduler)" path="/remarks"/>
    /// <param name="reading">The reading, whose <see cref="Reading.Positions"/> count. It is begun by who subscribes to its records.</param>
    /// <param name="topic">Its topic, or one of them.</param>
    /// <param name="period">How often is asked.</param>
    /// <param name="isolation">Whether the end is that of all records, or of those that are committed.</param>
    /// <param name="scheduler">Measures the period; null for the default.</param>
    /// <returns>All partitions of the topic, at each answer, in the order of their numbers.</returns>
    public static IObservable<IReadOnlyList<PartitionLag>> Lag(
        this Reading reading, Topic topic, TimeSpan period, Isolation isolation = Isolation.ReadUncommitted, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(topic);
        return reading.Positions.LagOf(topic, period, isolation, scheduler);
    }

    /// <summary>How far positions are behind the ends of their partitions, once in a period.</summary>
    /// <remarks>
    /// <code>
    /// positions  -1--2-----3-      of one partition, which holds 5 records
    /// offsets    a---a---a---a     asked every 4 frames
    /// result     n---3---3---2     n = nothing known
    /// </code>
    /// <para>The first question is asked at once. While one has no answer no other is asked; one that ends with a <see cref="TimeoutException"/> is
    /// left out. It ends with the positions.</para>
    /// <para>Temperature: as the positions; each subscription asks its own questions.</para>
    /// <para>Scheduler: measures the period. Answers are told where they come.</para>
    /// <para>Buffer: the latest position of each partition.</para>
    /// <para>Acknowledgement: none; positions are no elements that are counted on.</para>
    /// <para>Marble: <c>marbles/lag.marble</c></para>
    /// </remarks>
    /// <param name="positions">What was read, or what was committed: of each partition the latest counts.</param>
    /// <param name="offsets">Where the partitions begin and end: <c>ct => new(topic.OffsetsAsync(ct))</c>.</param>
    /// <param name="period">How often is asked.</param>
    /// <param name="scheduler">Measures the period; null for the default.</param>
    /// <returns>All partitions that the answer has, at each answer, in its order.</returns>
    public static IObservable<IReadOnlyList<PartitionLag>> Lag(
        this IObservable<PartitionPosition> positions, Func<CancellationToken, ValueTask<IReadOnlyList<PartitionOffsets>>> offsets, TimeSpan period,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        return Observable.Create<IReadOnlyList<PartitionLag>>(observer =>
            new LagWatch(offsets, period, scheduler ?? DefaultScheduler.Instance, observer).Start(positions));
    }

    static IObservable<IReadOnlyList<PartitionLag>> LagOf(
        this IObservable<PartitionPosition> positions, Topic topic, TimeSpan period, Isolation isolation, IScheduler? scheduler) =>
        positions.Where(position => position.Partition.Topic == topic.Name).Lag(
            ct => new(new TopicOffsets(topic.Readers, topic.Name, isolation).AskAsync(ct)), period, scheduler);
}
