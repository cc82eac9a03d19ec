using System.Reactive;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>One subscription of <c>PauseWhen</c>.</summary>
sealed class Valve<T> : IOutputOwner, IDisposable
{
    readonly object gate = new();
    readonly PauseMode mode;
    readonly IPausable? pausable;
    readonly BoundedQueue<T> held;
    readonly SerialOutput<T> output;
    readonly SerialDisposable pause = new();
    readonly SingleAssignmentDisposable source = new(), signal = new();
    volatile bool paused, sourceEnded;

    public Valve(PauseMode mode, IPausable? pausable, IObserver<T> observer)
    {
        this.mode = mode;
        this.pausable = mode.Does is PauseMode.Kind.Upstream ? pausable : null;
        held = new(mode.Capacity, mode.Overflow);
        output = new(observer, this);
    }

    public IDisposable Start(IObservable<T> elements, IObservable<bool> signals)
    {
        signal.Disposable = signals.SubscribeSafe(Observer.Create<bool>(Switch, output.Abort, () => { }));
        source.Disposable = elements.SubscribeSafe(new Inlet(this));
        return this;
    }

    public void Dispose() => output.Close();

    public void Attend()
    {
        if (output.IsClosed) return;
        if (output.Fault is { } error)
        {
            output.Fail(error);
            return;
        }

        // The end is looked at first: what came before it is seen then.
        var ended = sourceEnded;
        while (!paused && held.TryTake(out var kept))
        {
            output.Tell(kept);
            held.Free();
        }

        if (ended && held.IsEmpty) output.Complete();
    }

    public void Release()
    {
        source.Dispose();
        signal.Dispose();
        pause.Dispose();
        held.Close(output.Fault ?? Lease.NobodyListens());
        lock (gate) Monitor.PulseAll(gate);
    }

    void Switch(bool isPaused)
    {
        if (paused == isPaused) return;
        paused = isPaused;
        try
        {
            pause.Disposable = isPaused ? pausable?.Pause() : Disposable.Empty;
        }
        catch (Exception error)
        {
            output.Abort(error);
            return;
        }

        if (isPaused) return;
        lock (gate) Monitor.PulseAll(gate);
        output.Call();
    }

    // False when it waits for nothing any more.
    bool WaitUntilOpen()
    {
        if (!paused) return true;
        if (output.IsMine)
            throw new InvalidOperationException(
                "An observer gave an element to its own source while the valve was paused. It would wait for itself.");
        lock (gate)
        {
            while (paused && !output.IsClosed) Monitor.Wait(gate);
        }

        return !output.IsClosed;
    }

    /// <summary>Where the elements come in.</summary>
    sealed class Inlet(Valve<T> valve) : SerialInput<T>(valve.output)
    {
        public override void OnNext(T value)
        {
            try
            {
                if (IsKept(value)) return;
            }
            // What the observer throws closes the output, and goes to who gave the element.
            catch (Exception error) when (!valve.output.IsClosed)
            {
                valve.output.Abort(error);
                return;
            }

            base.OnNext(value);
        }

        public override void OnError(Exception error) => valve.output.Abort(error);

        public override void OnCompleted()
        {
            valve.sourceEnded = true;
            valve.output.Call();
        }

        protected override void Ended(Exception? error) { }

        // Or dropped, or for nobody.
        bool IsKept(T value)
        {
            switch (valve.mode.Does)
            {
                case PauseMode.Kind.Drop:
                    return valve.paused;
                case PauseMode.Kind.Upstream:
                    return !valve.WaitUntilOpen();
                default:
                    // Behind what was kept before; what is being told of it has the turn.
                    if (!valve.paused && valve.held.IsEmpty) return false;
                    if (valve.held.Add(value, mayWait: !valve.output.IsMine)) valve.output.Call();
                    return true;
            }
        }
    }
}
