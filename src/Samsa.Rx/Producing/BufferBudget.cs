namespace Samsa.Rx;

/// <summary>The bytes that batches may take, and who waits for some to come back.</summary>
/// <remarks>
/// Batches take them in large pieces, so this is not touched for every record. Who waits is woken when a good part is free: woken for
/// each little piece, everybody would make little batches of it, and a full buffer would become a slow one.
/// </remarks>
sealed class BufferBudget(long most)
{
    readonly Lock gate = new();
    TaskCompletionSource? returned;
    readonly long enough = Math.Min(most / 4, 4 * 1024 * 1024);
    long left = most;

    /// <summary>All of them.</summary>
    public long Most { get; } = most;

    /// <summary>What is taken now.</summary>
    public long Taken => Most - Volatile.Read(ref left);

    /// <summary>Whether somebody waits for room. Batches that still have room are sent then, however long they might linger.</summary>
    public bool IsWanted => Volatile.Read(ref returned) is not null;

    public bool TryTake(long bytes)
    {
        var seen = Volatile.Read(ref left);
        while (seen >= bytes)
        {
            var before = Interlocked.CompareExchange(ref left, seen - bytes, seen);
            if (before == seen) return true;
            seen = before;
        }

        return false;
    }

    /// <summary>Takes what was used already, even if it is not there.</summary>
    public void Take(long bytes) => Interlocked.Add(ref left, -bytes);

    public void Return(long bytes)
    {
        if (bytes == 0) return;
        if (Interlocked.Add(ref left, bytes) < enough || Volatile.Read(ref returned) is null) return;
        TaskCompletionSource? waiting;
        lock (gate) (waiting, returned) = (returned, null);
        waiting?.TrySetResult();
    }

    /// <summary>Ends when bytes have come back after this call, and enough are free.</summary>
    public Task ReturnAsync()
    {
        lock (gate)
        {
            if (returned is null) Volatile.Write(ref returned, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return returned!.Task;
        }
    }
}
