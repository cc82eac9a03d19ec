using System.Reactive.Concurrency;

namespace Samsa.Flow;

/// <summary>One subscription of <c>Throttled</c>.</summary>
sealed class Pacing<T> : IOutputOwner, IDisposable
{
    static readonly TimeSpan MostMadeUpFor = TimeSpan.FromSeconds(1);

    readonly double perSecond;
    readonly Intake<T, T> incoming;
    readonly Func<T, long> cost;
    readonly IScheduler scheduler;
    readonly SerialOutput<T> output;
    readonly Deadline deadline;
    Kept<T>? head;
    DateTimeOffset next = DateTimeOffset.MinValue;

    public Pacing(double perSecond, BoundedQueue<T> queue, Func<T, long> cost, IScheduler scheduler, IObserver<T> observer)
    {
        (this.perSecond, this.cost, this.scheduler) = (perSecond, cost, scheduler);
        output = new(observer, this);
        incoming = new(queue, output);
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
        incoming.Dispose();
        deadline.Dispose();
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
            output.Abort(error);
            return false;
        }
    }
}
