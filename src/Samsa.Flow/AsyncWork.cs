using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>One subscription that does asynchronous work for each element: so many at once, so many inside.</summary>
/// <remarks>
/// What comes and what is done is left in queues; whoever has the turn of the output begins, and tells. An element has its place from
/// <c>OnNext</c> until its result has been told.
/// </remarks>
sealed class AsyncWork<TSource, TKey, TResult> : IObserver<TSource>, IOutputOwner, IDisposable
{
    readonly Func<TSource, CancellationToken, ValueTask<TResult>> work;
    readonly AsyncLine<TSource, TKey, TResult> line;
    readonly AsyncOrder order;
    readonly int maxConcurrency;
    readonly BoundedQueue<TSource> incoming;
    readonly SerialOutput<TResult> output;
    readonly SingleAssignmentDisposable source = new();
    readonly CancellationTokenSource stop = new();
    readonly Queue<AsyncJob<TSource, TKey, TResult>> done = new();
    readonly Queue<AsyncJob<TSource, TKey, TResult>> toTell = new();
    readonly List<AsyncJob<TSource, TKey, TResult>> all = [];
    readonly Stack<AsyncJob<TSource, TKey, TResult>> unused = new();
    int running;
    bool mayBegin = true;
    Exception? failure, sourceError;
    volatile bool sourceEnded;

    public AsyncWork(
        Func<TSource, CancellationToken, ValueTask<TResult>> work, AsyncLine<TSource, TKey, TResult> line, AsyncOrder order,
        int maxConcurrency, int capacity, IObserver<TResult> observer)
    {
        (this.work, this.line, this.order, this.maxConcurrency) = (work, line, order, maxConcurrency);
        incoming = new(capacity, BufferOverflow.Wait);
        output = new(observer, this);
    }

    public IDisposable Start(IObservable<TSource> elements)
    {
        source.Disposable = elements.SubscribeSafe(this);
        return this;
    }

    public void OnNext(TSource value)
    {
        try
        {
            if (!incoming.Add(value, mayWait: !output.IsMine)) return;
        }
        catch (Exception error)
        {
            Stop(error);
            return;
        }

        output.Call();
    }

    public void OnError(Exception error)
    {
        sourceError = error;
        OnCompleted();
    }

    public void OnCompleted()
    {
        sourceEnded = true;
        output.Call();
    }

    public void Dispose() => output.Close();

    /// <summary>Ends with an error as soon as what runs has ended. From any thread.</summary>
    public void Stop(Exception error) => output.Abort(error);

    public void Attend()
    {
        if (output.Fault is { } error) Fail(error);
        // The end is looked at first: what came before it is seen then.
        var ended = sourceEnded;
        do
        {
            Gather();
            Begin();
        }
        while (TellNext());

        if (failure is not null || output.IsClosed) End();
        else if (ended && unused.Count == all.Count && incoming.IsEmpty) Finish();
    }

    public void Release()
    {
        source.Dispose();
        incoming.Close(failure ?? Lease.NobodyListens());
        Cancel();
        // What has been begun, or waits for its key, is put away in the turn.
        output.Call();
    }

    void Gather()
    {
        while (TryTakeDone(out var job))
        {
            running--;
            job.IsDone = true;
            // What comes behind it, in its key or in all, must not overtake what failed.
            if (job.Error is not null) mayBegin = false;
            else line.Done(job);
            if (order is AsyncOrder.Completion) toTell.Enqueue(job);
        }

        while (failure is null && incoming.TryTake(out var kept)) Add(kept);
    }

    void Add(Kept<TSource> kept)
    {
        if (!unused.TryPop(out var job)) all.Add(job = new(Done));
        job.Take(kept);
        try
        {
            line.Add(job);
            if (order is AsyncOrder.Source) toTell.Enqueue(job);
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    void Begin()
    {
        while (mayBegin && running < maxConcurrency && failure is null && !output.IsClosed && line.TryNext(out var job))
        {
            running++;
            job.Begin(work, stop.Token);
        }
    }

    bool TellNext()
    {
        if (failure is not null || output.IsClosed || !toTell.TryPeek(out var job) || !job.IsDone) return false;
        toTell.Dequeue();
        if (job.Error is { } error)
        {
            Fail(error);
            return false;
        }

        // The end puts away what was not told.
        if (!output.Tell(job.Result)) return false;
        job.Source.Lease.Complete();
        PutAway(job);
        incoming.Free();
        return true;
    }

    void Fail(Exception error)
    {
        if (failure is not null) return;
        failure = error;
        source.Dispose();
        incoming.Close(error);
        Cancel();
    }

    // Nothing of the user's runs any more when the end is told.
    void End()
    {
        if (running > 0) return;
        foreach (var job in all.Where(job => job.IsInUse))
        {
            job.Source.Lease.Fail(job.Error ?? failure ?? Lease.NobodyListens());
            PutAway(job);
        }

        toTell.Clear();
        if (failure is not null) output.Fail(failure);
    }

    void Finish()
    {
        if (sourceError is { } error) output.Fail(error);
        else output.Complete();
    }

    void PutAway(AsyncJob<TSource, TKey, TResult> job)
    {
        job.Clear();
        unused.Push(job);
    }

    void Cancel()
    {
        try
        {
            stop.Cancel();
        }
        catch (AggregateException)
        {
            // Who listens to the token cannot make the end itself fail.
        }
    }

    void Done(AsyncJob<TSource, TKey, TResult> job)
    {
        lock (done) done.Enqueue(job);
        output.Call();
    }

    bool TryTakeDone(out AsyncJob<TSource, TKey, TResult> job)
    {
        lock (done) return done.TryDequeue(out job!);
    }
}
