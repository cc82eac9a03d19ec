using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Rx;

/// <summary>Operators over records, and from and to topics.</summary>
public static partial class KafkaObservable
{
    /// <summary>How many elements may be on their way to a topic when nothing else is said.</summary>
    const int OnTheirWay = 16_384;

    /// <inheritdoc cref="ProduceTo{T}(IObservable{T}, Topic, Func{T, ProducerRecord}, SinkOptions, int, IScheduler)"/>
    public static IObservable<DeliveryReport> ProduceTo(
        this IObservable<ProducerRecord> source, Topic topic, SinkOptions? options = null, int capacity = OnTheirWay, IScheduler? scheduler = null) =>
        source.ProduceTo(topic, static record => record, options, capacity, scheduler);

    /// <summary>Writes a record to a topic for each element, and tells how each ended.</summary>
    /// <remarks>
    /// <code>
    /// source   -a-b-c|        the broker has a record after 4 frames; b is refused
    /// reports  -----a-b-(c|)  b: NotPersisted
    /// </code>
    /// <para>Records are written, and reports told, in the order of the source. A record that is not written is a report like another and ends
    /// nothing; what ends the stream is an error of the source or of <paramref name="record"/>, told behind the reports of what came before it,
    /// or that the client is closed. Disposal takes nothing more; what was taken is still sent.</para>
    /// <para>Temperature: cold; writing begins with the subscription, which has a producer of its own when the options are not those of the
    /// client.</para>
    /// <para>Scheduler: tells the reports.</para>
    /// <para>Buffer: <paramref name="capacity"/> elements, from <c>OnNext</c> until their report is told, and <see cref="SinkOptions.BufferBytes"/>.
    /// When there is no place, <c>OnNext</c> waits; when there are no bytes, <see cref="SinkOptions.Overflow"/> says what happens.</para>
    /// <para>Acknowledgement: deferred until the broker has the record. Failed for an element whose record is not, or may not be, written.</para>
    /// <para>Marble: <c>marbles/produce-to.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="topic">Where to write.</param>
    /// <param name="record">The record of an element. Its bytes may be changed when the next is asked for.</param>
    /// <param name="options">How records are written; null for <see cref="KafkaOptions.Produce"/> of the client.</param>
    /// <param name="capacity">How many elements may be on their way.</param>
    /// <param name="scheduler">Tells the reports; null for the thread pool.</param>
    /// <returns>The reports. <see cref="DeliveryReport.Tag"/> is that of the record.</returns>
    public static IObservable<DeliveryReport> ProduceTo<T>(
        this IObservable<T> source, Topic topic, Func<T, ProducerRecord> record, SinkOptions? options = null, int capacity = OnTheirWay,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return source.ProduceTo(deliveries => new TopicDoor(topic, options, deliveries), record, capacity, scheduler);
    }

    /// <summary>The same, wherever the records go.</summary>
    internal static IObservable<DeliveryReport> ProduceTo<T>(
        this IObservable<T> source, Func<IDeliveries, IRecordDoor> open, Func<T, ProducerRecord> record, int capacity, IScheduler? scheduler)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(record);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return Observable.Create<DeliveryReport>(observer =>
            new Production<T>(open, record, capacity, scheduler ?? DefaultScheduler.Instance, observer).Start(source));
    }
}
