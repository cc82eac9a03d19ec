using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>One subscription of <c>Throttled</c>.</summary>
sealed class Pacing<T> : IObserver<T>, IOutputOwner, IDisposable
{
    static readonly TimeSpan MostMadeUpFor = TimeSpan.FromSeconds(1);

    readonly double perSecond;
    readonly BoundedQueue<T> incoming;
    readonly Func<T, long> cost;
    readonly IScheduler scheduler;
    readonly SerialOutput<T> output;
    readonly Deadline deadline;
    readonly SingleAssignmentDisposable source = new();
    Kept<T>? head;
    DateTimeOffset next = DateTimeOffset.MinValue;
    Exception? failure;
    volatile bool ended;

    public Pacing(double perSecond, BoundedQueue<T> incoming, Func<T, long> cost, IScheduler scheduler, IObserver<T> observer)
    {
        (this.perSecond, this.incoming, this.cost, this.scheduler) = (perSecond, incoming, cost, scheduler);
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
        if (error is not null || output.IsClosed)
        {
            head?.Lease.Fail(error ?? Lease.NobodyListens());
            head = null;
            if (error is not null) output.Fail(error);
            return;
        }

        while (TryHead(out var kept))
        {
            var now = scheduler.Now;
            if (now < next)
            {
                if (!deadline.IsSet || deadline.IsOver) deadline.Set(next - now);
                return;
            }

            if (!TryPay(kept.Value, now)) return;
            head = null;
            output.Tell(kept);
            incoming.Free();
        }

        if (isEnd) output.Complete();
    }

    public void Release()
    {
        source.Dispose();
        deadline.Dispose();
        incoming.Close(failure ?? Lease.NobodyListens());
        output.Call();
    }

    bool TryHead(out Kept<T> kept)
    {
        if (head is null && incoming.TryTake(out var taken)) head = taken;
        kept = head.GetValueOrDefault();
        return head is not null;
    }

    bool TryPay(T value, DateTimeOffset now)
    {
        try
        {
            var amount = cost(value);
            ArgumentOutOfRangeException.ThrowIfNegative(amount, nameof(cost));
            var hasWaited = deadline.IsSet;
            deadline.Clear();
            var since = hasWaited && now - next < MostMadeUpFor ? next : now;
            next = since + TimeSpan.FromSeconds(amount / perSecond);
            return true;
        }
        catch (Exception error)
        {
            OnError(error);
            return false;
        }
    }
}
