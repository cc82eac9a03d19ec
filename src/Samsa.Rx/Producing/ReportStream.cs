using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Samsa.Rx;

/// <summary>Tells observers how records ended: hot, one report at a time, on the thread pool and never under a lock.</summary>
/// <remarks>
/// Its queue is bounded by the buffer of the producer: what is needed for reports is given back when the observers have taken them, so an
/// observer that is slow slows down whoever publishes. Reports of records that were refused at the door have a limit of their own.
/// </remarks>
sealed class ReportStream(string topic, KafkaEvents events) : IReceiver, IObservable<DeliveryReport>
{
    const int MostRefused = 16 * 1024;

    // Whether the code that runs is that of an observer, so that it must not wait for room that only it can make.
    [ThreadStatic]
    static bool isTelling;

    readonly ConcurrentQueue<Item> waiting = new();
    ImmutableArray<IObserver<DeliveryReport>> observers = [];
    long persisted, notPersisted, unknown;
    int running, refused;
    bool completed;

    /// <inheritdoc/>
    public bool IsNumbered => false;

    public static bool IsTelling => isTelling;

    public DeliveryCounts Counts => new(Volatile.Read(ref persisted), Volatile.Read(ref notPersisted), Volatile.Read(ref unknown));

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<DeliveryReport> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (Volatile.Read(ref completed))
        {
            observer.OnCompleted();
            return System.Reactive.Disposables.Disposable.Empty;
        }

        ImmutableInterlocked.Update(ref observers, (all, one) => all.Add(one), observer);
        return System.Reactive.Disposables.Disposable.Create(() => Leave(observer));
    }

    public void Settled(OutgoingBatch batch, in Run run)
    {
        Count(batch.Outcome, run.Count);
        if (observers.IsEmpty) return;
        batch.Keep();
        Enqueue(new Item(batch, run, default, null));
    }

    public void Refused(PublishException why, in ProducerRecord record, int number)
    {
        Count(why.Outcome, 1);
        if (observers.IsEmpty) return;
        if (Interlocked.Increment(ref refused) > MostRefused)
        {
            Interlocked.Decrement(ref refused);
            events.Post(new ReportsDropped(events.Now, topic));
            return;
        }

        var report = new DeliveryReport(why.Outcome, topic, record.Partition ?? -1, -1, record.Timestamp ?? -1, why, record.Tag);
        Enqueue(new Item(null, default, report, null));
    }

    /// <summary>No more reports. Ends when the observers have taken those that there are.</summary>
    public Task CompleteAsync()
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(new Item(null, default, default, end));
        return end.Task;
    }

    void Count(Outcome outcome, int records) =>
        Interlocked.Add(ref outcome is Outcome.Persisted ? ref persisted : ref outcome is Outcome.NotPersisted ? ref notPersisted : ref unknown, records);

    void Leave(IObserver<DeliveryReport> observer) => ImmutableInterlocked.Update(ref observers, (all, one) => all.Remove(one), observer);

    void Enqueue(in Item item)
    {
        waiting.Enqueue(item);
        if (Interlocked.Exchange(ref running, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(static stream => stream.Run(), this, preferLocal: false);
    }

    void Run()
    {
        isTelling = true;
        do
        {
            while (waiting.TryDequeue(out var item)) Tell(item);
            Volatile.Write(ref running, 0);
        }
        // Somebody may have come between the last look and the write.
        while (!waiting.IsEmpty && Interlocked.Exchange(ref running, 1) == 0);
        isTelling = false;
    }

    void Tell(in Item item)
    {
        if (item.End is { } end)
        {
            Volatile.Write(ref completed, true);
            foreach (var observer in observers) Guarded(observer, default, ends: true);
            observers = [];
            end.TrySetResult();
        }
        else if (item.Batch is { } batch)
        {
            for (var i = item.Run.First; i < item.Run.End; i++) ToAll(batch.ReportOf(i));
            batch.Leave();
        }
        else
        {
            Interlocked.Decrement(ref refused);
            ToAll(item.Report);
        }
    }

    void ToAll(in DeliveryReport report)
    {
        foreach (var observer in observers) Guarded(observer, report, ends: false);
    }

    void Guarded(IObserver<DeliveryReport> observer, in DeliveryReport report, bool ends)
    {
        try
        {
            if (ends) observer.OnCompleted();
            else observer.OnNext(report);
        }
        // Its subscription ends, as anywhere in Rx; the others go on.
        catch (Exception error)
        {
            Leave(observer);
            events.Post(new ObserverFailed(events.Now, $"the delivery reports of {topic}", error));
        }
    }

    readonly record struct Item(OutgoingBatch? Batch, Run Run, DeliveryReport Report, TaskCompletionSource? End);
}
