using System.Runtime.ExceptionServices;

namespace Samsa.Flow;

/// <summary>Who decides what goes to a <see cref="SerialOutput{T}"/>.</summary>
interface IOutputOwner
{
    /// <summary>Something was called for. Runs in the turn of the output, never while its observer does; also when the output is closed.</summary>
    void Attend();

    /// <summary>The output takes nothing more: ends what feeds it. May come from any thread, and more than once.</summary>
    void Release();
}

/// <summary>Brings what comes from several threads to one observer, one at a time, and holds no lock while the observer runs.</summary>
/// <remarks>
/// <para>There is one turn. In it the observer is called and the owner's work is done. A change (<see cref="Call"/>, <see cref="Do"/>) never
/// waits: who finds the turn taken leaves word and goes, and whoever has it does not give it back before everything is done that was left.</para>
/// <para>A value (<see cref="Give"/>) waits for the turn, which is the only back pressure that Rx knows: when <c>OnNext</c> returns, the
/// observer has
/// seen the value, so an acknowledgement that is bound to that stays right. What the observer itself gives to a stream from inside
/// <c>OnNext</c> cannot wait, and is kept until it returns.</para>
/// </remarks>
sealed class SerialOutput<T>(IObserver<T> observer, IOutputOwner owner)
{
    // The turn belongs to a thread, to nobody, or to the next of those who wait.
    const int Nobody = 0, Next = -1;

    // So many may overtake those who wait: a thread that has to wake up takes long, but should not wait for ever.
    const int Patience = 64;

    readonly object gate = new();
    readonly Queue<(SerialInput<T> From, Action Act)> acts = new();
    readonly Queue<(SerialInput<T> From, T Value)> own = new();
    int turn, waiting, overtaken;
    volatile bool called, closed, gives;
    bool isCalling;
    Exception? fault;
    ExceptionDispatchInfo? thrown;

    public bool IsClosed => closed;

    /// <summary>The error that it shall end with; null while there is none. The first counts.</summary>
    public Exception? Fault => Volatile.Read(ref fault);

    /// <summary>Whether this thread has the turn, so that nothing may wait for it.</summary>
    public bool IsMine => Volatile.Read(ref turn) == ThisThread.Number;

    /// <summary>Has the owner's <see cref="IOutputOwner.Attend"/> run, here or by whoever has the turn.</summary>
    public void Call()
    {
        called = true;
        BeSeen();
        var me = ThisThread.Number;
        if (TryTake(me)) Leave(me);
    }

    /// <summary>It shall end with an error: whoever has the turn sees to it. From any thread.</summary>
    public void Abort(Exception error)
    {
        Interlocked.CompareExchange(ref fault, error, null);
        Call();
    }

    /// <summary>A stream has a value. Returns when the observer has seen it.</summary>
    public void Give(SerialInput<T> from, in T value)
    {
        if (!gives) gives = true;
        var me = ThisThread.Number;
        if (!TryTake(me))
        {
            if (Volatile.Read(ref turn) == me)
            {
                GiveInOwnTurn(from, value);
                return;
            }

            if (!Wait(from, me)) return;
        }

        try
        {
            if (called) CatchUp();
            if (!from.IsClosed) Tell(value);
        }
        catch
        {
            Abandon();
            throw;
        }

        // Values are many, and those who want something meanwhile are few: they see to it that nothing is missed here. See BeSeen.
        if (called || waiting > 0 || thrown is not null)
        {
            Leave(me);
            return;
        }

        Volatile.Write(ref turn, Nobody);
        if (called || Volatile.Read(ref waiting) > 0) Call();
    }

    /// <summary>A stream has many values at hand: they are given in one turn, and what others want meanwhile is done between two of them.</summary>
    public void GiveAll<TFeed>(SerialInput<T> from, ref TFeed feed)
        where TFeed : struct, IFeed<T>
    {
        if (!gives) gives = true;
        var me = ThisThread.Number;
        if (!TryTake(me))
        {
            if (Volatile.Read(ref turn) == me)
            {
                while (feed.TryNext(out var own)) GiveInOwnTurn(from, own);
                return;
            }

            if (!Wait(from, me)) return;
        }

        try
        {
            while (true)
            {
                if (called) CatchUp();
                if (from.IsClosed || closed || !feed.TryNext(out var value)) break;
                isCalling = true;
                observer.OnNext(value);
                isCalling = false;
            }
        }
        catch
        {
            isCalling = false;
            Abandon();
            throw;
        }

        Leave(me);
    }

    /// <summary>A stream has something to be done in the turn.</summary>
    public void Do(SerialInput<T> from, Action act)
    {
        if (Volatile.Read(ref turn) == ThisThread.Number && !isCalling)
        {
            if (!from.IsClosed) act();
            return;
        }

        lock (gate) acts.Enqueue((from, act));
        Call();
    }

    /// <summary>Tells the observer a value. Only in the turn.</summary>
    /// <returns>Whether it was told; not when the output is closed.</returns>
    public bool Tell(in T value)
    {
        if (closed) return false;
        isCalling = true;
        try
        {
            observer.OnNext(value);
            return true;
        }
        catch (Exception error)
        {
            // There is nobody to tell anything to any more. Who subscribes may swallow it: see Leave.
            thrown = ExceptionDispatchInfo.Capture(error);
            Close();
            throw;
        }
        finally
        {
            isCalling = false;
        }
    }

    /// <summary>Tells the observer a value that was kept, and ends its lease. Only in the turn.</summary>
    public void Tell(Kept<T> kept)
    {
        try
        {
            if (Tell(kept.Value)) kept.Lease.Complete();
            else kept.Lease.Fail(Lease.NobodyListens());
        }
        catch (Exception error) when (closed)
        {
            kept.Lease.Fail(error);
            throw;
        }
    }

    /// <summary>Completes the observer. Only in the turn.</summary>
    public void Complete()
    {
        if (closed) return;
        Close();
        observer.OnCompleted();
    }

    /// <summary>Ends the observer with an error. Only in the turn.</summary>
    public void Fail(Exception error)
    {
        if (closed) return;
        Close();
        observer.OnError(error);
    }

    /// <summary>Nothing more is told. From any thread.</summary>
    public void Close()
    {
        closed = true;
        lock (gate) acts.Clear();
        Wake();
        owner.Release();
    }

    /// <summary>Lets those who wait see that they are closed.</summary>
    public void Wake()
    {
        lock (gate) Monitor.PulseAll(gate);
    }

    // Either we see that the turn is free, or who has it sees what we have left. For that both must not read before what they wrote can be seen by
    // others; who gives values does not wait for that each time, so we make it so for all threads at once.
    void BeSeen()
    {
        Interlocked.MemoryBarrier();
        if (gives) Interlocked.MemoryBarrierProcessWide();
    }

    bool TryTake(int me) => Interlocked.CompareExchange(ref turn, me, Nobody) == Nobody;

    void Leave(int me)
    {
        do
        {
            if (called)
            {
                try
                {
                    CatchUp();
                }
                catch
                {
                    Abandon();
                    throw;
                }
            }

            // A source that calls while it is being subscribed to may have kept the observer's exception to itself.
            if (thrown is { } kept)
            {
                Abandon();
                kept.Throw();
            }

            GiveBack();
        }
        while (called && TryTake(me));
    }

    void GiveBack()
    {
        if (Volatile.Read(ref waiting) > 0 && ++overtaken >= Patience && TryHandOver()) return;
        Interlocked.Exchange(ref turn, Nobody);
        if (Volatile.Read(ref waiting) == 0) return;
        lock (gate) Monitor.Pulse(gate);
    }

    bool TryHandOver()
    {
        lock (gate)
        {
            if (waiting == 0) return false;
            Interlocked.Exchange(ref turn, Next);
            Monitor.Pulse(gate);
            return true;
        }
    }

    // Whoever is woken takes the turn if it can be had, even when it has nothing to tell any more: the others wait for it to be given back.
    bool Wait(SerialInput<T> from, int me)
    {
        var spin = new SpinWait();
        while (!spin.NextSpinWillYield)
        {
            spin.SpinOnce();
            if (TryTake(me)) return true;
        }

        lock (gate)
        {
            waiting++;
            BeSeen();
            try
            {
                while (!TryTake(me) && Interlocked.CompareExchange(ref turn, me, Next) != Next)
                {
                    if (closed || from.IsClosed) return false;
                    Monitor.Wait(gate);
                }

                overtaken = 0;
                return true;
            }
            finally
            {
                waiting--;
            }
        }
    }

    void CatchUp()
    {
        do
        {
            called = false;
            Interlocked.MemoryBarrier();
            owner.Attend();
            while (!called && own.TryDequeue(out var left))
                if (!left.From.IsClosed) Tell(left.Value);
            while (!called && TryNext(out var next))
                if (!next.From.IsClosed) next.Act();
        }
        while (called);
    }

    bool TryNext(out (SerialInput<T> From, Action Act) next)
    {
        lock (gate) return acts.TryDequeue(out next);
    }

    void GiveInOwnTurn(SerialInput<T> from, in T value)
    {
        // It gives values while it is being subscribed to.
        if (!isCalling)
        {
            if (from.IsWanted && !from.IsClosed) Tell(value);
            return;
        }

        own.Enqueue((from, value));
        called = true;
    }

    void Abandon()
    {
        thrown = null;
        Close();
        Interlocked.Exchange(ref turn, Nobody);
        // There may be something to be put away.
        Call();
    }
}
