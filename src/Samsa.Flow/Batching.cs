using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>One subscription of <c>BufferBounded</c>.</summary>
sealed class Batching<T> : IObserver<T>, IOutputOwner, IDisposable
{
    readonly int count;
    readonly TimeSpan? time;
    readonly BoundedQueue<T> incoming;
    readonly List<Kept<T>> batch = [];
    readonly SerialOutput<IReadOnlyList<T>> output;
    readonly Deadline deadline;
    readonly SingleAssignmentDisposable source = new();
    Exception? failure;
    volatile bool ended;

    public Batching(int count, TimeSpan? time, IScheduler scheduler, IObserver<IReadOnlyList<T>> observer)
    {
        (this.count, this.time) = (count, time);
        incoming = new(count, BufferOverflow.Wait);
        output = new(observer, this);
        deadline = new(scheduler, output.Call);
    }

    public IDisposable Start(IObservable<T> elements)
    {
        source.Disposable = elements.SubscribeSafe(this);
        return this;
    }

    public void OnNext(T value)
    {
        try
        {
            if (!incoming.Add(value, mayWait: !output.IsMine)) return;
        }
        catch (Exception error)
        {
            OnError(error);
            return;
        }

        output.Call();
    }

    public void OnError(Exception error)
    {
        Interlocked.CompareExchange(ref failure, error, null);
        output.Call();
    }

    public void OnCompleted()
    {
        ended = true;
        output.Call();
    }

    public void Dispose() => output.Close();

    public void Attend()
    {
        var (isEnd, error) = (ended, Volatile.Read(ref failure));
        while (incoming.TryTake(out var kept)) batch.Add(kept);
        if (error is not null || output.IsClosed)
        {
            foreach (var kept in batch) kept.Lease.Fail(error ?? Lease.NobodyListens());
            batch.Clear();
            if (error is not null) output.Fail(error);
            return;
        }

        if (batch.Count == count || (batch.Count > 0 && (isEnd || deadline.IsOver))) Tell();
        if (batch.Count > 0 && !deadline.IsSet && time is { } patience) deadline.Set(patience);
        if (isEnd) output.Complete();
    }

    public void Release()
    {
        source.Dispose();
        deadline.Dispose();
        incoming.Close(failure ?? Lease.NobodyListens());
        output.Call();
    }

    void Tell()
    {
        deadline.Clear();
        Kept<T>[] told = [.. batch];
        batch.Clear();
        LeasedBatch<T>.Tell(output, told);
        foreach (var _ in told) incoming.Free();
    }
}
