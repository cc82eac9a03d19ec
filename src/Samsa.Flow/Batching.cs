using System.Reactive.Concurrency;

namespace Samsa.Flow;

/// <summary>One subscription of <c>BufferBounded</c>.</summary>
sealed class Batching<T> : IOutputOwner, IDisposable
{
    readonly int count;
    readonly TimeSpan? time;
    readonly Intake<T, IReadOnlyList<T>> incoming;
    readonly List<Kept<T>> batch = [];
    readonly SerialOutput<IReadOnlyList<T>> output;
    readonly Deadline deadline;

    public Batching(int count, TimeSpan? time, IScheduler scheduler, IObserver<IReadOnlyList<T>> observer)
    {
        (this.count, this.time) = (count, time);
        output = new(observer, this);
        incoming = new(new(count, BufferOverflow.Wait), output);
        deadline = new(scheduler, output.Call);
    }

    public IDisposable Start(IObservable<T> elements)
    {
        incoming.Start(elements);
        return this;
    }

    public void Dispose() => output.Close();

    public void Attend()
    {
        var (isEnd, error) = (incoming.HasEnded, output.Fault);
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
        incoming.Dispose();
        deadline.Dispose();
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
