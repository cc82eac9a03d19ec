using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>One subscription of <c>ObserveOnBounded</c>.</summary>
sealed class HandOver<T>(BoundedQueue<T> queue, IScheduler scheduler, IObserver<T> observer) : IObserver<T>, IDisposable
{
    // Others may want the scheduler, too.
    const int AtOnce = 256;

    readonly SingleAssignmentDisposable source = new();
    readonly SerialDisposable scheduled = new();
    Exception? error;
    volatile bool ended, closed;
    int isScheduled, observingThread;

    public IDisposable Start(IObservable<T> elements)
    {
        source.Disposable = elements.SubscribeSafe(this);
        return this;
    }

    public void OnNext(T value)
    {
        try
        {
            if (!queue.Add(value, mayWait: Volatile.Read(ref observingThread) != ThisThread.Number)) return;
        }
        catch (Exception thrown)
        {
            source.Dispose();
            OnError(thrown);
            return;
        }

        Wake();
    }

    public void OnError(Exception thrown)
    {
        if (ended) return;
        error = thrown;
        OnCompleted();
    }

    public void OnCompleted()
    {
        ended = true;
        Wake();
    }

    public void Dispose()
    {
        closed = true;
        source.Dispose();
        scheduled.Dispose();
        queue.Close(Lease.NobodyListens());
    }

    void Wake()
    {
        if (Interlocked.Exchange(ref isScheduled, 1) == 0) Schedule();
    }

    void Schedule()
    {
        var slot = new SingleAssignmentDisposable();
        scheduled.Disposable = slot;
        slot.Disposable = scheduler.Schedule(this, static (_, handOver) =>
        {
            handOver.Observe();
            return Disposable.Empty;
        });
    }

    void Observe()
    {
        for (var i = 0; i < AtOnce; i++)
        {
            // The end is looked at first: what came before it is seen then.
            var isEnd = ended;
            if (closed) return;
            if (queue.TryTake(out var kept))
            {
                Observe(kept);
            }
            else if (isEnd)
            {
                End();
                return;
            }
            else
            {
                Interlocked.Exchange(ref isScheduled, 0);
                // Something may have come before this could be seen; who brought it may have scheduled it.
                if (queue.IsEmpty && !ended) return;
                if (Interlocked.Exchange(ref isScheduled, 1) != 0) return;
            }
        }

        Schedule();
    }

    void Observe(Kept<T> kept)
    {
        Volatile.Write(ref observingThread, ThisThread.Number);
        try
        {
            observer.OnNext(kept.Value);
        }
        catch (Exception thrown)
        {
            kept.Lease.Fail(thrown);
            Dispose();
            throw;
        }
        finally
        {
            Volatile.Write(ref observingThread, 0);
        }

        kept.Lease.Complete();
        queue.Free();
    }

    void End()
    {
        Dispose();
        if (error is null) observer.OnCompleted();
        else observer.OnError(error);
    }
}
