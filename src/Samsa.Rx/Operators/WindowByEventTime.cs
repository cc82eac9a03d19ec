using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    /// <inheritdoc cref="WindowByEventTime{TSource, TKey, TResult}(IObservable{TSource}, Func{TSource, TKey}, Func{TSource, DateTimeOffset}, Func{TSource, int}, TResult, Func{TResult, TSource, TResult}, EventWindowOptions, IScheduler)"/>
    public static IObservable<EventWindow<KafkaRecord, TKey, TResult>> WindowByEventTime<TKey, TResult>(
        this IObservable<KafkaRecord> source, Func<KafkaRecord, TKey> key, TResult seed, Func<TResult, KafkaRecord, TResult> fold,
        EventWindowOptions options, IScheduler? scheduler = null)
        where TKey : notnull =>
        source.WindowByEventTime(key, static record => record.Time, static record => record.Partition, seed, fold, options, scheduler);

    /// <summary>Puts elements together by the time when they happened, whenever they come, and tells a window when it is over.</summary>
    /// <remarks>
    /// <code>
    /// source  -1-2-3-6-4---9-0-|      digits are times; windows of 3, lateness 1
    /// result  -------a-----b-c-(de|)  a = 1 2, b = 3 4, c = 0 came late, d = 6, e = 9
    /// </code>
    /// <para>A window is over when the watermark has come to its end. The watermark of a partition is the latest time it has had, less the
    /// lateness; the one that counts is the earliest of all partitions that are not idle. It never goes back. Windows that are over are told in the
    /// order of their ends, then of their coming. An element all of whose windows are over is told at once, as late; with
    /// <see cref="EventWindowOptions.Ahead"/> one whose time is too far ahead of the scheduler's clock is told at once, as early, and moves no watermark.</para>
    /// <para>At the end of the source all windows are told. Its error comes at once, and open windows are forgotten.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: measures how long a partition has been idle, and tells the windows that were held up by it; its clock says what is early.</para>
    /// <para>Buffer: the windows that are open. When they hold more than <see cref="EventWindowOptions.Capacity"/> elements the stream ends with a
    /// <see cref="Samsa.Flow.BufferFullException"/>: no watermark would come while <c>OnNext</c> waits.</para>
    /// <para>Acknowledgement: deferred until the observer has had all windows of the element. A window can be deferred as a whole.</para>
    /// <para>Marble: <c>marbles/window-by-event-time.marble</c></para>
    /// </remarks>
    /// <typeparam name="TSource">What the source carries.</typeparam>
    /// <typeparam name="TKey">Of what there is a window each.</typeparam>
    /// <typeparam name="TResult">What the elements of a window become.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="key">The key of an element.</param>
    /// <param name="time">When it happened.</param>
    /// <param name="partition">The partition it came from: what is in the order of time, about.</param>
    /// <param name="seed">What a window begins with.</param>
    /// <param name="fold">Adds an element.</param>
    /// <param name="options">How windows are cut, and when they are over.</param>
    /// <param name="scheduler">Measures how long a partition has been idle; null for the default.</param>
    /// <returns>A <see cref="ClosedWindow{TSource, TKey, TResult}"/> for each window, a
    /// <see cref="LateElement{TSource, TKey, TResult}"/> for each element that came too late, and an
    /// <see cref="EarlyElement{TSource, TKey, TResult}"/> for each whose time is too far ahead.</returns>
    public static IObservable<EventWindow<TSource, TKey, TResult>> WindowByEventTime<TSource, TKey, TResult>(
        this IObservable<TSource> source, Func<TSource, TKey> key, Func<TSource, DateTimeOffset> time, Func<TSource, int> partition, TResult seed,
        Func<TResult, TSource, TResult> fold, EventWindowOptions options, IScheduler? scheduler = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(fold);
        ArgumentNullException.ThrowIfNull(options);
        var how = new WindowFunctions<TSource, TKey, TResult>(key, time, partition, seed, fold, options.Checked());
        return Observable.Create<EventWindow<TSource, TKey, TResult>>(observer =>
            new Windowing<TSource, TKey, TResult>(how, scheduler ?? DefaultScheduler.Instance, observer).Start(source));
    }
}
