namespace Samsa.ZooKeeper;

/// <summary>What <see cref="Mailbox{T}"/> belongs to.</summary>
interface IMailboxOwner<T>
{
    /// <summary>Told what an observer throws; null to let it end the process.</summary>
    Action<Exception>? ObserverFailed { get; }

    /// <summary>The observer wants no more. Told once.</summary>
    void Leave(Mailbox<T> mailbox);
}

/// <summary>What one observer has not seen yet. It is called from the pool, in turn and under no lock; who posts never waits for it.</summary>
/// <param name="observer">The observer.</param>
/// <param name="owner">What it belongs to.</param>
/// <param name="most">How many values are kept for it; of more, the newest.</param>
sealed class Mailbox<T>(IObserver<T> observer, IMailboxOwner<T> owner, int most = 1) : IThreadPoolWorkItem, IDisposable
{
    readonly Lock gate = new();
    // Most keep one value, and there are many of them.
    readonly Queue<T>? earlier = most > 1 ? new() : null;
    T newest = default!;
    Exception? error;
    bool isRunning, isEnding, isGone, any;

    enum Next { Nothing, Value, End }

    public void Post(T value)
    {
        lock (gate)
        {
            if (isGone || isEnding) return;
            if (any && earlier is not null)
            {
                if (earlier.Count == most - 1) earlier.Dequeue();
                earlier.Enqueue(newest);
            }

            (newest, any) = (value, true);
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
            (isGone, any, newest) = (true, false, default!);
            earlier?.Clear();
        }

        owner.Leave(this);
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
        catch (Exception thrown) when (owner.ObserverFailed is not null)
        {
            Dispose();
            owner.ObserverFailed(thrown);
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
            if (earlier?.TryDequeue(out value!) == true) return Next.Value;
            if (any)
            {
                (value, newest, any) = (newest, default!, false);
                return Next.Value;
            }

            // Whoever posts after this lock is left wakes it again.
            isRunning = false;
            isGone = isEnding;
            return isEnding ? Next.End : Next.Nothing;
        }
    }
}
