using System.Numerics;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Samsa.Flow;

namespace Samsa.Rx;

/// <summary>One subscription of <c>ProduceTo</c>: a ring of the elements that are on their way, in the order of the source.</summary>
sealed class Production<T> : IObserver<T>, IDeliveries, IOutputOwner, IDisposable
{
    readonly Func<IDeliveries, IRecordDoor> open;
    readonly Func<T, ProducerRecord> record;
    readonly int capacity;
    readonly IScheduler scheduler;
    readonly SerialOutput<DeliveryReport> output;
    readonly SingleAssignmentDisposable source = new();
    // Also the lock of the ring, and what those wait for who find it full.
    readonly Slot[] ring;
    // The oldest that was not told, and the next that comes; they go on counting from the other end when they overflow.
    int first, next;
    IRecordDoor? door;
    bool closed;
    volatile bool ended;
    Exception? failure;
    int isScheduled;

    public Production(
        Func<IDeliveries, IRecordDoor> open, Func<T, ProducerRecord> record, int capacity, IScheduler scheduler, IObserver<DeliveryReport> observer)
    {
        (this.open, this.record, this.capacity, this.scheduler) = (open, record, capacity, scheduler);
        ring = new Slot[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        output = new(observer, this);
    }

    enum State : byte { UnderWay, Ended, Untold }

    int Inside => unchecked(next - first);

    public IDisposable Start(IObservable<T> elements)
    {
        try
        {
            door = open(this);
        }
        catch (Exception error)
        {
            End(error);
            return this;
        }

        source.Disposable = elements.SubscribeSafe(this);
        return this;
    }

    public void OnNext(T value)
    {
        if (ended) return;
        Lease lease = default;
        try
        {
            lease = Lease.Of(value);
            var made = record(value);
            if (TryEnter(lease) is { } number) Publish(made, number);
            else lease.Fail(Lease.NobodyListens());
        }
        catch (Exception error)
        {
            lease.Fail(error);
            End(error);
        }
    }

    public void OnError(Exception error) => End(error);

    public void OnCompleted() => End(null);

    public void Dispose() => output.Close();

    public void Ended(int number, in DeliveryReport report)
    {
        lock (ring)
        {
            ref var slot = ref At(number);
            (slot.Report, slot.State) = (report, State.Ended);
        }
    }

    // Who tells of the ends is a producer, which may not be held up by an observer.
    public void Wake()
    {
        lock (ring)
        {
            if (Inside > 0 ? At(first).State is State.UnderWay : !ended) return;
        }

        if (Interlocked.Exchange(ref isScheduled, 1) != 0) return;
        scheduler.Schedule(this, static (_, production) =>
        {
            Interlocked.Exchange(ref production.isScheduled, 0);
            production.output.Call();
            return Disposable.Empty;
        });
    }

    public void Attend()
    {
        // The end is looked at first: what came before it is seen then.
        var isEnd = ended;
        while (TryNext(out var slot))
        {
            if (slot.State is State.Untold) continue;
            // Whatever the observer makes of it: the broker has it, or has not.
            if (slot.Report.Error is { } error) slot.Lease.Fail(error);
            else slot.Lease.Complete();
            output.Tell(slot.Report);
        }

        if (!isEnd || !IsEmpty()) return;
        if (failure is { } why) output.Fail(why);
        else output.Complete();
    }

    public void Release()
    {
        source.Dispose();
        lock (ring)
        {
            closed = true;
            Monitor.PulseAll(ring);
        }

        door?.Close();
    }

    void Publish(in ProducerRecord made, int number)
    {
        try
        {
            door!.Publish(made, number);
        }
        catch
        {
            lock (ring) At(number).State = State.Untold;
            throw;
        }
    }

    void End(Exception? error)
    {
        if (ended) return;
        failure = error;
        ended = true;
        source.Dispose();
        door?.Flush();
        Wake();
    }

    // Null: nobody listens any more.
    int? TryEnter(Lease lease)
    {
        lock (ring)
        {
            while (Inside >= capacity && !closed)
            {
                if (output.IsMine)
                {
                    throw new InvalidOperationException(
                        $"An observer of delivery reports gave an element to their own source while {capacity} were on their way. It would wait for itself.");
                }

                Monitor.Wait(ring);
            }

            if (closed) return null;
            At(next) = new() { Lease = lease };
            return unchecked(next++);
        }
    }

    bool TryNext(out Slot slot)
    {
        lock (ring)
        {
            slot = At(first);
            if (Inside == 0 || slot.State is State.UnderWay) return false;
            At(first) = default;
            first = unchecked(first + 1);
            Monitor.Pulse(ring);
            return true;
        }
    }

    bool IsEmpty()
    {
        lock (ring) return Inside == 0;
    }

    ref Slot At(int number) => ref ring[number & (ring.Length - 1)];

    /// <summary>An element that is on its way.</summary>
    struct Slot
    {
        public Lease Lease;
        public DeliveryReport Report;
        public State State;
    }
}
