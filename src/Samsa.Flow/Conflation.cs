using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>One subscription of <c>ConflateByKey</c>.</summary>
sealed class Conflation<T, TKey> : IObserver<T>, IOutputOwner, IDisposable
    where TKey : notnull
{
    readonly Func<T, TKey> keySelector;
    readonly TimeSpan period;
    readonly int capacity;
    // Also the lock of it, and what those wait for who find it full.
    readonly OrderedDictionary<TKey, Kept<T>> latest;
    readonly SerialOutput<IReadOnlyList<T>> output;
    readonly Deadline deadline;
    readonly SingleAssignmentDisposable source = new();
    volatile bool ended, isFull;

    public Conflation(
        Func<T, TKey> keySelector, TimeSpan period, int capacity, IScheduler scheduler, IEqualityComparer<TKey>? comparer,
        IObserver<IReadOnlyList<T>> observer)
    {
        (this.keySelector, this.period, this.capacity) = (keySelector, period, capacity);
        latest = new(comparer);
        output = new(observer, this);
        deadline = new(scheduler, output.Call);
    }

    enum Placed { First, Another, Instead, Full, Closed }

    public IDisposable Start(IObservable<T> elements)
    {
        source.Disposable = elements.SubscribeSafe(this);
        return this;
    }

    public void OnNext(T value)
    {
        Kept<T> kept = default;
        try
        {
            // First: what the selector makes nothing of has failed.
            kept = Kept<T>.Of(value);
            Put(keySelector(value), kept);
        }
        // What the observer throws closes the output, and goes to who gave the element.
        catch (Exception error) when (!output.IsClosed)
        {
            kept.Lease.Fail(error);
            OnError(error);
        }
    }

    public void OnError(Exception error) => output.Abort(error);

    public void OnCompleted()
    {
        ended = true;
        output.Call();
    }

    public void Dispose() => output.Close();

    public void Attend()
    {
        var (isEnd, error) = (ended, output.Fault);
        if (error is not null || output.IsClosed)
        {
            foreach (var kept in Take()) kept.Lease.Fail(error ?? Lease.NobodyListens());
            if (error is not null) output.Fail(error);
            return;
        }

        if (isFull || isEnd || deadline.IsOver)
        {
            deadline.Clear();
            LeasedBatch<T>.Tell(output, Take());
        }

        if (!deadline.IsSet && HasAny()) deadline.Set(period);
        if (isEnd) output.Complete();
    }

    public void Release()
    {
        source.Dispose();
        deadline.Dispose();
        lock (latest) Monitor.PulseAll(latest);
        output.Call();
    }

    void Put(TKey key, Kept<T> kept)
    {
        while (true)
        {
            switch (TryPut(key, kept, out var replaced))
            {
                case Placed.First:
                    output.Call();
                    return;
                case Placed.Another:
                    return;
                case Placed.Instead:
                    replaced.Lease.Complete();
                    return;
                case Placed.Closed:
                    kept.Lease.Fail(Lease.NobodyListens());
                    return;
            }

            isFull = true;
            try
            {
                output.Call();
            }
            catch (Exception error)
            {
                kept.Lease.Fail(error);
                throw;
            }

            WaitForRoom();
        }
    }

    Placed TryPut(TKey key, Kept<T> kept, out Kept<T> replaced)
    {
        replaced = default;
        lock (latest)
        {
            if (output.IsClosed) return Placed.Closed;
            if (latest.TryGetValue(key, out replaced))
            {
                latest[key] = kept;
                return Placed.Instead;
            }

            if (latest.Count >= capacity) return Placed.Full;
            latest.Add(key, kept);
            return latest.Count == 1 ? Placed.First : Placed.Another;
        }
    }

    void WaitForRoom()
    {
        lock (latest)
        {
            if (latest.Count < capacity || output.IsClosed) return;
            if (output.IsMine)
            {
                throw new InvalidOperationException(
                    $"An observer gave an element to its own source while {capacity} keys were waiting. It would wait for itself.");
            }

            Monitor.Wait(latest);
        }
    }

    Kept<T>[] Take()
    {
        lock (latest)
        {
            Kept<T>[] all = [.. latest.Values];
            latest.Clear();
            isFull = false;
            Monitor.PulseAll(latest);
            return all;
        }
    }

    bool HasAny()
    {
        lock (latest) return latest.Count > 0;
    }
}
