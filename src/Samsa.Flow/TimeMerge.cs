using System.Reactive.Concurrency;

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

    public TimeMerge(
        IObservable<T>[] sources, Func<T, DateTimeOffset> timestamp, TimeSpan idle, int capacity, IScheduler scheduler, IObserver<T> observer)
    {
        (this.sources, this.timestamp, this.idle, this.scheduler) = (sources, timestamp, idle, scheduler);
        output = new(observer, this);
        lanes = [.. sources.Select((_, index) => new Lane(index, new(new(capacity, BufferOverflow.Wait), output)))];
        empty = [.. lanes];
        deadline = new(scheduler, output.Call);
    }

    public IDisposable Start()
    {
        for (var i = 0; i < sources.Length; i++) lanes[i].Incoming.Start(sources[i]);
        // There may be none at all.
        output.Call();
        return this;
    }

    public void Dispose() => output.Close();

    public void Attend()
    {
        if (output.Fault is null && !output.IsClosed)
        {
            do Fill();
            while (output.Fault is null && TellNext());
        }

        var error = output.Fault;
        if (error is not null || output.IsClosed)
        {
            PutAway(error);
            if (error is not null) output.Fail(error);
            return;
        }

        if (heads.Count == 0 && empty.Count == 0) output.Complete();
    }

    public void Release()
    {
        deadline.Dispose();
        foreach (var lane in lanes) lane.Incoming.Dispose();
        output.Call();
    }

    void Fill()
    {
        var now = scheduler.Now;
        for (var i = empty.Count - 1; i >= 0; i--)
        {
            var lane = empty[i];
            // The end is looked at first: what came before it is seen then.
            var isEnd = lane.Incoming.HasEnded;
            if (lane.Incoming.TryTake(out var kept))
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
            output.Abort(error);
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
        lane.Incoming.Free();
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

    void PutAway(Exception? error)
    {
        foreach (var lane in lanes)
        {
            lane.Head?.Lease.Fail(error ?? Lease.NobodyListens());
            lane.Head = null;
        }
    }

    /// <summary>What one source has given.</summary>
    sealed class Lane(int index, Intake<T, T> incoming)
    {
        public int Index => index;

        public Intake<T, T> Incoming => incoming;

        public Kept<T>? Head { get; set; }

        public DateTimeOffset? EmptySince { get; set; }
    }
}
