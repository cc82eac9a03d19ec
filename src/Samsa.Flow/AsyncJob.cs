using System.Runtime.CompilerServices;

namespace Samsa.Flow;

/// <summary>One element that is being worked on. Used again for another when it has been told.</summary>
sealed class AsyncJob<TSource, TKey, TResult>
{
    readonly Action<AsyncJob<TSource, TKey, TResult>> done;
    readonly Action resume;
    ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter awaiter;

    public AsyncJob(Action<AsyncJob<TSource, TKey, TResult>> done) => (this.done, resume) = (done, Finish);

    public Kept<TSource> Source { get; private set; }

    public bool IsInUse { get; private set; }

    public bool IsDone { get; set; }

    public TResult Result { get; private set; } = default!;

    public Exception? Error { get; private set; }

    /// <summary>Whose turn it is after this one, when order by key is asked for.</summary>
    public AsyncJob<TSource, TKey, TResult>? Next { get; set; }

    public TKey Key { get; set; } = default!;

    public void Take(Kept<TSource> source) => (Source, IsInUse) = (source, true);

    public void Begin(Func<TSource, CancellationToken, ValueTask<TResult>> work, CancellationToken stop)
    {
        try
        {
#pragma warning disable CA2012 // The awaiter is asked exactly once, in Finish.
            awaiter = work(Source.Value, stop).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        }
        catch (Exception error)
        {
            Error = error;
            done(this);
            return;
        }

        if (awaiter.IsCompleted) Finish();
        else awaiter.UnsafeOnCompleted(resume);
    }

    /// <summary>Forgets the element, so that it is not kept alive.</summary>
    public void Clear()
    {
        (Source, IsInUse, IsDone, Error, Next) = (default, false, false, null, null);
        (Result, Key) = (default!, default!);
    }

    void Finish()
    {
        try
        {
            Result = awaiter.GetResult();
        }
        catch (Exception error)
        {
            Error = error;
        }

        awaiter = default;
        done(this);
    }
}
