namespace Samsa.Flow;

/// <summary>An element that is kept beyond <c>OnNext</c>, and the duty that comes with it.</summary>
readonly record struct Kept<T>(T Value, Lease Lease)
{
    public static Kept<T> Of(T value) => new(value, Lease.Of(value));
}

/// <summary>A queue with a bound, between threads. What has been taken has its place until <see cref="Free"/>, so work that goes on
/// counts, too.</summary>
sealed class BoundedQueue<T>(int capacity, BufferOverflow overflow, Action<T>? dropped = null)
{
    readonly object gate = new();
    readonly Queue<Kept<T>> queue = new();
    int inside, waiting;
    bool closed;

    enum Placed { Added, InsteadOfOldest, Dropped, Closed, Full, WouldWaitForItself }

    public bool IsEmpty
    {
        get
        {
            lock (gate) return queue.Count == 0;
        }
    }

    /// <summary>Adds an element, or does with it what the overflow says.</summary>
    /// <param name="value">The element.</param>
    /// <param name="mayWait">False for the thread that takes: it would wait for itself.</param>
    /// <returns>Whether it was added.</returns>
    public bool Add(T value, bool mayWait)
    {
        var kept = Kept<T>.Of(value);
        var placed = Place(kept, mayWait, out var oldest);
        if (placed is Placed.Added) return true;
        if (placed is Placed.InsteadOfOldest)
        {
            Drop(oldest);
            return true;
        }

        if (placed is Placed.Dropped)
        {
            Drop(kept);
            return false;
        }

        Exception error = placed switch
        {
            Placed.Closed => Lease.NobodyListens(),
            Placed.Full => new BufferFullException(capacity),
            _ => new InvalidOperationException(
                $"An observer gave an element to its own source while {capacity} were on their way. It would wait for itself."),
        };
        kept.Lease.Fail(error);
        return placed is Placed.Closed ? false : throw error;
    }

    public bool TryTake(out Kept<T> kept)
    {
        lock (gate) return queue.TryDequeue(out kept);
    }

    /// <summary>What was taken is dealt with, and its place is free.</summary>
    public void Free()
    {
        lock (gate)
        {
            inside--;
            if (waiting > 0) Monitor.Pulse(gate);
        }
    }

    /// <summary>Takes nothing more; what is in it will not be dealt with. From any thread, and more than once.</summary>
    public void Close(Exception why)
    {
        Kept<T>[] left;
        lock (gate)
        {
            closed = true;
            left = [.. queue];
            queue.Clear();
            Monitor.PulseAll(gate);
        }

        foreach (var kept in left) kept.Lease.Fail(why);
    }

    Placed Place(Kept<T> kept, bool mayWait, out Kept<T> oldest)
    {
        oldest = default;
        lock (gate)
        {
            if (overflow is BufferOverflow.Wait)
            {
                while (inside >= capacity && mayWait && !closed) WaitForAPlace();
            }

            if (closed) return Placed.Closed;
            var placed = Placed.Added;
            if (inside >= capacity)
            {
                placed = overflow switch
                {
                    BufferOverflow.Wait => Placed.WouldWaitForItself,
                    BufferOverflow.Fail => Placed.Full,
                    // When all that is inside has been taken already, nothing can make room.
                    BufferOverflow.DropOldest when queue.TryDequeue(out oldest) => Placed.InsteadOfOldest,
                    _ => Placed.Dropped,
                };
                if (placed is not Placed.InsteadOfOldest) return placed;
                inside--;
            }

            queue.Enqueue(kept);
            inside++;
            return placed;
        }
    }

    void WaitForAPlace()
    {
        waiting++;
        try
        {
            Monitor.Wait(gate);
        }
        finally
        {
            waiting--;
        }
    }

    // It was dropped on purpose: nobody shall see it again.
    void Drop(Kept<T> kept)
    {
        kept.Lease.Complete();
        dropped?.Invoke(kept.Value);
    }
}
