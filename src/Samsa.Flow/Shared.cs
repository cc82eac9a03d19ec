using System.Reactive;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>A source that is subscribed to while somebody listens.</summary>
sealed class Shared<T>(IObservable<T> source, bool repeatsLatest) : ObservableBase<T>
{
    readonly Lock gate = new();
    Run? current;

    bool RepeatsLatest => repeatsLatest;

    protected override IDisposable SubscribeCore(IObserver<T> observer)
    {
        Run run;
        bool isFirst;
        lock (gate)
        {
            isFirst = current is null;
            run = current ??= new(this);
            run.Listeners++;
        }

        var listener = run.Join(observer);
        if (isFirst) run.Connect(source);
        return listener;
    }

    // Who comes from now on begins anew.
    void Forget(Run run)
    {
        lock (gate)
        {
            if (current == run) current = null;
        }
    }

    bool IsLastToLeave(Run run)
    {
        lock (gate)
        {
            if (--run.Listeners > 0) return false;
            if (current == run) current = null;
            return true;
        }
    }

    /// <summary>One subscription to the source. It is the observer of its own output, and tells all who listen.</summary>
    sealed class Run : IOutputOwner, IObserver<T>, IDisposable
    {
        readonly Shared<T> shared;
        readonly SerialOutput<T> output;
        readonly SingleAssignmentDisposable subscription = new();
        readonly Queue<Listener> coming = new();
        // These are changed in the turn, while nobody is being told anything.
        readonly List<Listener> listeners = [];
        Listener? only;
        T latest = default!;
        bool hasLatest, hasEnded;
        Exception? failure;

        public Run(Shared<T> shared)
        {
            this.shared = shared;
            output = new(this, this);
        }

        /// <summary>Guarded by the gate of the shared.</summary>
        public int Listeners { get; set; }

        public IDisposable Join(IObserver<T> observer)
        {
            var listener = new Listener(this, observer);
            lock (coming) coming.Enqueue(listener);
            output.Call();
            return listener;
        }

        public void Connect(IObservable<T> source) => subscription.Disposable = source.SubscribeSafe(new Inlet(this));

        public void Dispose() => output.Close();

        public void Attend()
        {
            listeners.RemoveAll(static listener => listener.HasLeft);
            while (TryNext(out var listener))
            {
                listeners.Add(listener);
                if (!hasLatest) continue;
                only = listener;
                if (!output.Tell(latest) && hasEnded) listener.OnNext(latest);
                only = null;
            }

            // Who came while the end was told hears it now, and so do those whose neighbour has thrown.
            if (output.IsClosed && (hasEnded || failure is not null)) End();
        }

        public void Release()
        {
            shared.Forget(this);
            subscription.Dispose();
            output.Call();
        }

        public void OnNext(T value)
        {
            if (shared.RepeatsLatest) (latest, hasLatest) = (value, true);
            if (only is not null)
            {
                only.OnNext(value);
                return;
            }

            foreach (var listener in listeners) listener.OnNext(value);
        }

        public void OnError(Exception error)
        {
            failure = error;
            OnCompleted();
        }

        public void OnCompleted()
        {
            hasEnded = true;
            End();
        }

        void End()
        {
            // One that throws is told no more; the others are when the output is put away.
            while (listeners is [var listener, ..])
            {
                listeners.RemoveAt(0);
                listener.End(failure);
            }
        }

        bool TryNext(out Listener listener)
        {
            lock (coming) return coming.TryDequeue(out listener!);
        }

        sealed class Inlet(Run run) : SerialInput<T>(run.output)
        {
            protected override void Ended(Exception? error)
            {
                if (error is null) run.output.Complete();
                else run.output.Fail(error);
            }
        }

        sealed class Listener(Run run, IObserver<T> observer) : IDisposable
        {
            int left;

            public bool HasLeft => Volatile.Read(ref left) != 0;

            public void OnNext(T value)
            {
                if (HasLeft) return;
                try
                {
                    observer.OnNext(value);
                }
                catch (Exception error)
                {
                    run.failure ??= error;
                    Dispose();
                    throw;
                }
            }

            public void End(Exception? error)
            {
                if (HasLeft) return;
                if (error is null) observer.OnCompleted();
                else observer.OnError(error);
            }

            public void Dispose()
            {
                if (Interlocked.Exchange(ref left, 1) != 0) return;
                if (run.shared.IsLastToLeave(run)) run.Dispose();
                else run.output.Call();
            }
        }
    }
}
