namespace Samsa.ZooKeeper;

/// <summary>What one observer has not seen yet. It is called from the pool, in turn and under no lock; who posts never waits for it.</summary>
/// <param name="observer">The observer.</param>
/// <param name="most">How many values are kept for it; of more, the newest.</param>
/// <param name="failed">Told what the observer throws; null to let it end the process.</param>
/// <param name="left">Called once, when the observer wants no more.</param>
sealed class Mailbox<T>(IObserver<T> observer, int most, Action<Exception>? failed, Action<Mailbox<T>> left) : IThreadPoolWorkItem, IDisposable
{
    readonly Lock gate = new();
    readonly Queue<T> waiting = new(1);
    Exception? error;
    bool isRunning, isEnding, isGone;

    enum Next { Nothing, Value, End }

    public void Post(T value)
    {
        lock (gate)
        {
            if (isGone || isEnding) return;
            if (waiting.Count == most) waiting.Dequeue();
            waiting.Enqueue(value);
            Wake();
        }
    }

    /// <summary>Ends it after what still waits, with an error if there is one.</summary>
    public void End(Exception? why)
    {
        lock (gate)
        {
            if (isGone || isEnding) return;
            (isEnding, error) = (true, why);
            Wake();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (isGone) return;
            isGone = true;
            waiting.Clear();
        }

        left(this);
    }

    public void Execute()
    {
        try
        {
            Next next;
            while ((next = Take(out var value)) == Next.Value) observer.OnNext(value);
            if (next != Next.End) return;
            if (error is null) observer.OnCompleted();
            else observer.OnError(error);
        }
        catch (Exception thrown) when (failed is not null)
        {
            Dispose();
            failed(thrown);
        }
    }

    void Wake()
    {
        if (isRunning) return;
        isRunning = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    Next Take(out T value)
    {
        lock (gate)
        {
            value = default!;
            if (isGone) return Next.Nothing;
            if (waiting.TryDequeue(out value!)) return Next.Value;
            // Whoever posts after this lock is left wakes it again.
            isRunning = false;
            isGone = isEnding;
            return isEnding ? Next.End : Next.Nothing;
        }
    }
}
