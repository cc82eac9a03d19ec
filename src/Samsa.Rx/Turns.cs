namespace Samsa.Rx;

/// <summary>
/// Hands values to observers, each in a turn of its own: calls to one observer never overlap and are never made under a lock,
/// and an observer that blocks or throws disturbs nobody else.
/// </summary>
/// <param name="most">How many values wait for a slow observer before the oldest are dropped; 1 keeps only the newest.</param>
/// <param name="replayLatest">Whether a new observer begins with the value that was posted last.</param>
/// <param name="failed">Told when an observer throws. Its subscription has ended then.</param>
/// <param name="dropped">Makes a value that tells how many were dropped; null to say nothing about it.</param>
sealed class Turns<T>(int most, bool replayLatest, Action<Exception> failed, Func<long, T>? dropped = null) : IObservable<T>
{
    readonly Lock gate = new();
    Turn[] turns = [];
    T? latest;
    bool any, completed;

    /// <summary>Gives a value to everybody. Returns at once.</summary>
    public void Post(T value)
    {
        lock (gate)
        {
            if (completed) return;
            (latest, any) = (replayLatest ? value : default, replayLatest);
            foreach (var turn in turns) turn.Add(value);
        }
    }

    /// <summary>Ends it for everybody, after what still waits.</summary>
    public void Complete()
    {
        lock (gate)
        {
            completed = true;
            foreach (var turn in turns) turn.End();
            turns = [];
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var turn = new Turn(this, observer);
        lock (gate)
        {
            if (any) turn.Add(latest!);
            if (completed) turn.End();
            else turns = [.. turns, turn];
        }
        return turn;
    }

    void Leave(Turn turn)
    {
        lock (gate) turns = [.. turns.Where(other => other != turn)];
    }

    int Most => most;

    Action<Exception> Failed => failed;

    Func<long, T>? Dropped => dropped;

    enum Next { Nothing, Value, End }

    sealed class Turn(Turns<T> all, IObserver<T> observer) : IDisposable
    {
        readonly Lock gate = new();
        readonly Queue<T> waiting = new();
        long lost;
        bool running, ended, gone;

        public void Add(T value)
        {
            lock (gate)
            {
                if (gone || ended) return;
                if (waiting.Count == all.Most)
                {
                    waiting.Dequeue();
                    lost++;
                }
                waiting.Enqueue(value);
                Wake();
            }
        }

        public void End()
        {
            lock (gate)
            {
                ended = true;
                Wake();
            }
        }

        public void Dispose()
        {
            lock (gate)
            {
                gone = true;
                waiting.Clear();
            }
            all.Leave(this);
        }

        void Wake()
        {
            if (running || gone) return;
            running = true;
            ThreadPool.UnsafeQueueUserWorkItem(static turn => turn.Run(), this, preferLocal: false);
        }

        void Run()
        {
            try
            {
                Next next;
                while ((next = Take(out var value)) == Next.Value) observer.OnNext(value);
                if (next == Next.End) observer.OnCompleted();
            }
            // What an observer throws is told, and the observer hears nothing more; the others go on.
            catch (Exception error)
            {
                Dispose();
                all.Failed(error);
            }
        }

        Next Take(out T value)
        {
            lock (gate)
            {
                value = default!;
                if (gone) return Next.Nothing;
                if (lost > 0 && all.Dropped is { } tell)
                {
                    value = tell(lost);
                    lost = 0;
                    return Next.Value;
                }
                if (waiting.TryDequeue(out value!)) return Next.Value;
                // Whoever adds after this lock is left starts a new run.
                running = false;
                gone = ended;
                return ended ? Next.End : Next.Nothing;
            }
        }
    }
}
