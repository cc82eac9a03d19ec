using System.Reactive.Concurrency;
using Samsa.Flow;

namespace Samsa.Rx;

/// <summary>What the user says about windows.</summary>
sealed record WindowFunctions<TSource, TKey, TResult>(
    Func<TSource, TKey> Key, Func<TSource, DateTimeOffset> Time, Func<TSource, int> Partition, TResult Seed, Func<TResult, TSource, TResult> Fold,
    EventWindowOptions Options);

/// <summary>One subscription of <c>WindowByEventTime</c>.</summary>
sealed class Windowing<TSource, TKey, TResult> : IOutputOwner, IDisposable
    where TKey : notnull
{
    readonly WindowFunctions<TSource, TKey, TResult> how;
    readonly Intake<TSource, EventWindow<TSource, TKey, TResult>> incoming;
    readonly SerialOutput<EventWindow<TSource, TKey, TResult>> output;
    readonly Deadline deadline;
    readonly Watermark watermark;
    readonly IScheduler scheduler;
    readonly Dictionary<(TKey Key, long Start), Open> open = [];
    // By their ends; of those that end together the first that began comes first.
    readonly PriorityQueue<Open, (DateTimeOffset End, long Number)> byEnd = new();
    long number;
    int held;

    public Windowing(
        WindowFunctions<TSource, TKey, TResult> how, IScheduler scheduler, IObserver<EventWindow<TSource, TKey, TResult>> observer)
    {
        (this.how, this.scheduler) = (how, scheduler);
        output = new(observer, this);
        // What comes is put into its windows at once, so one place is enough: they hold what is held.
        incoming = new(new(1, BufferOverflow.Wait), output);
        deadline = new(scheduler, output.Call);
        watermark = new(how.Options, scheduler);
    }

    public IDisposable Start(IObservable<TSource> elements)
    {
        incoming.Start(elements);
        return this;
    }

    public void Dispose() => output.Close();

    public void Attend()
    {
        // The end is looked at first: what came before it is seen then.
        var isEnd = incoming.HasEnded;
        if (deadline.IsOver)
        {
            deadline.Clear();
            watermark.Doubt();
        }

        while (output.Fault is null && !output.IsClosed && incoming.TryTake(out var kept))
        {
            Take(kept);
            incoming.Free();
            if (output.Fault is null) Tell(watermark.Now());
        }

        var error = output.Fault;
        if (error is not null || output.IsClosed)
        {
            Forget(error ?? Lease.NobodyListens());
            if (error is not null) output.Fail(error);
            return;
        }

        Tell(isEnd ? DateTimeOffset.MaxValue : watermark.Now());
        if (isEnd) output.Complete();
        else if (!deadline.IsSet && byEnd.Count > 0 && watermark.MovesIn is { } patience) deadline.Set(patience);
    }

    public void Release()
    {
        incoming.Dispose();
        deadline.Dispose();
        output.Call();
    }

    void Take(Kept<TSource> kept)
    {
        var lease = SharedLease.Of(kept.Lease);
        try
        {
            if (Place(kept.Value, lease)) lease?.Complete();
            else lease?.Fail(Lease.NobodyListens());
        }
        catch (Exception error)
        {
            lease?.Fail(error);
            // The observer threw, and it goes where it does in Rx.
            if (output.IsClosed) throw;
            output.Abort(error);
        }
    }

    /// <returns>False: it came late or early, and nobody was told.</returns>
    bool Place(TSource element, SharedLease? lease)
    {
        var (time, key) = (how.Time(element), how.Key(element));
        var partition = how.Partition(element);
        if (how.Options.Ahead is { } ahead && time - scheduler.Now > ahead)
            return output.Tell(new EarlyElement<TSource, TKey, TResult>(key, element, time, lease ?? new()));
        watermark.Saw(partition, time);
        var (size, step) = (how.Options.Size.Ticks, how.Options.Step.Ticks);
        // Since 1970. First the latest window that it belongs to, then those before it that reach as far as it.
        var ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        var isLate = true;
        for (var start = ticks - ((ticks % step + step) % step); ticks - start < size; start -= step)
        {
            if (TimeAt(start + size) <= watermark.Told) continue;
            isLate = false;
            Add(element, (key, start), lease);
        }

        return !isLate || output.Tell(new LateElement<TSource, TKey, TResult>(key, element, time, lease ?? new()));
    }

    void Add(TSource element, (TKey Key, long Start) id, SharedLease? lease)
    {
        if (held == how.Options.Capacity) throw new Samsa.Flow.BufferFullException(held);
        if (!open.TryGetValue(id, out var window))
        {
            window = new(id, TimeAt(id.Start + how.Options.Size.Ticks), how.Seed);
            open.Add(id, window);
            byEnd.Enqueue(window, (window.End, number++));
        }

        window.Result = how.Fold(window.Result, element);
        window.Count++;
        if (lease is not null) window.Lease.Add(lease.Defer());
        held++;
    }

    static DateTimeOffset TimeAt(long ticks) =>
        new(Math.Clamp(DateTimeOffset.UnixEpoch.Ticks + ticks, DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);

    void Tell(DateTimeOffset until)
    {
        while (!output.IsClosed && byEnd.TryPeek(out var window, out _) && window.End <= until)
        {
            byEnd.Dequeue();
            open.Remove(window.Id);
            held -= window.Count;
            var closed = new ClosedWindow<TSource, TKey, TResult>(
                window.Id.Key, TimeAt(window.Id.Start), window.End, window.Result, window.Count, window.Lease);
            try
            {
                if (output.Tell(closed)) window.Lease.Complete();
                else window.Lease.Fail(Lease.NobodyListens());
            }
            catch (Exception error)
            {
                window.Lease.Fail(error);
                throw;
            }
        }
    }

    void Forget(Exception why)
    {
        while (byEnd.TryDequeue(out var window, out _)) window.Lease.Fail(why);
        open.Clear();
    }

    /// <summary>A window that is not over.</summary>
    sealed class Open((TKey Key, long Start) id, DateTimeOffset end, TResult seed)
    {
        public (TKey Key, long Start) Id => id;

        public DateTimeOffset End => end;

        public TResult Result { get; set; } = seed;

        public int Count { get; set; }

        public SharedLease Lease { get; } = new();
    }
}
