using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>One subscription of <c>MergeByTimestamp</c>.</summary>
sealed class TimeMerge<T> : IOutputOwner, IDisposable
{
    readonly IObservable<T>[] sources;
    readonly Func<T, DateTimeOffset> timestamp;
    readonly TimeSpan idle;
    readonly IScheduler scheduler;
    readonly Lane[] lanes;
    readonly SerialOutput<T> output;
    readonly Deadline deadline;
    // A lane is in one of these, until it has ended and is empty.
    readonly PriorityQueue<Lane, (DateTimeOffset Time, int Index)> heads = new();
    readonly List<Lane> empty;
    DateTimeOffset waitsSince;
    Exception? failure;

    public TimeMerge(
        IObservable<T>[] sources, Func<T, DateTimeOffset> timestamp, TimeSpan idle, int capacity, IScheduler scheduler, IObserver<T> observer)
    {
        (this.sources, this.timestamp, this.idle, this.scheduler) = (sources, timestamp, idle, scheduler);
        lanes = [.. sources.Select((_, index) => new Lane(this, index, capacity))];
        empty = [.. lanes];
        output = new(observer, this);
        deadline = new(scheduler, output.Call);
    }

    bool HasFailed => Volatile.Read(ref failure) is not null;

    public IDisposable Start()
    {
        for (var i = 0; i < sources.Length; i++) lanes[i].Start(sources[i]);
        // There may be none at all.
        output.Call();
        return this;
    }

    public void Dispose() => output.Close();

    public void Attend()
    {
        if (!HasFailed && !output.IsClosed)
        {
            do Fill();
            while (!HasFailed && TellNext());
        }

        if (HasFailed || output.IsClosed)
        {
            PutAway();
            if (failure is not null) output.Fail(failure);
            return;
        }

        if (heads.Count == 0 && empty.Count == 0) output.Complete();
    }

    public void Release()
    {
        deadline.Dispose();
        foreach (var lane in lanes) lane.Close(failure ?? Lease.NobodyListens());
        output.Call();
    }

    void Fail(Exception error)
    {
        Interlocked.CompareExchange(ref failure, error, null);
        output.Call();
    }

    void Fill()
    {
        var now = scheduler.Now;
        for (var i = empty.Count - 1; i >= 0; i--)
        {
            var lane = empty[i];
            // The end is looked at first: what came before it is seen then.
            var isEnd = lane.HasEnded;
            if (lane.TryTake(out var kept))
            {
                lane.Head = kept;
                if (TryTime(kept.Value) is not { } time) return;
                heads.Enqueue(lane, (time, lane.Index));
                empty.RemoveAt(i);
            }
            else if (isEnd)
            {
                empty.RemoveAt(i);
            }
            else
            {
                lane.EmptySince ??= now;
            }
        }
    }

    DateTimeOffset? TryTime(T value)
    {
        try
        {
            return timestamp(value);
        }
        catch (Exception error)
        {
            Fail(error);
            return null;
        }
    }

    bool TellNext()
    {
        if (heads.Count == 0 || IsHeldUp()) return false;
        var lane = heads.Dequeue();
        var kept = lane.Head!.Value;
        (lane.Head, lane.EmptySince) = (null, null);
        empty.Add(lane);
        output.Tell(kept);
        lane.Free();
        return true;
    }

    bool IsHeldUp()
    {
        DateTimeOffset? since = null;
        foreach (var lane in empty)
        {
            if (since is null || lane.EmptySince > since) since = lane.EmptySince;
        }

        if (since is not { } newest) return false;
        var silent = scheduler.Now - newest;
        if (silent >= idle) return false;
        if (!deadline.IsSet || deadline.IsOver || waitsSince != newest) deadline.Set(idle - silent);
        waitsSince = newest;
        return true;
    }

    void PutAway()
    {
        foreach (var lane in lanes)
        {
            lane.Head?.Lease.Fail(failure ?? Lease.NobodyListens());
            lane.Head = null;
        }
    }

    /// <summary>What one source has given.</summary>
    sealed class Lane(TimeMerge<T> merge, int index, int capacity) : IObserver<T>, IDisposable
    {
        readonly BoundedQueue<T> queue = new(capacity, BufferOverflow.Wait);
        readonly SingleAssignmentDisposable source = new();
        volatile bool ended;

        public int Index => index;

        public bool HasEnded => ended;

        public Kept<T>? Head { get; set; }

        public DateTimeOffset? EmptySince { get; set; }

        public void Start(IObservable<T> elements) => source.Disposable = elements.SubscribeSafe(this);

        public bool TryTake(out Kept<T> kept) => queue.TryTake(out kept);

        public void Free() => queue.Free();

        public void OnNext(T value)
        {
            try
            {
                if (queue.Add(value, mayWait: !merge.output.IsMine)) merge.output.Call();
            }
            catch (Exception error)
            {
                merge.Fail(error);
            }
        }

        public void OnError(Exception error) => merge.Fail(error);

        public void OnCompleted()
        {
            ended = true;
            merge.output.Call();
        }

        public void Close(Exception why)
        {
            Dispose();
            queue.Close(why);
        }

        public void Dispose() => source.Dispose();
    }
}
