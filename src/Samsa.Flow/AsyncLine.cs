namespace Samsa.Flow;

/// <summary>What waits to be begun, and in which order it may.</summary>
abstract class AsyncLine<TSource, TKey, TResult>
{
    protected Queue<AsyncJob<TSource, TKey, TResult>> MayBegin { get; } = new();

    public abstract void Add(AsyncJob<TSource, TKey, TResult> job);

    public bool TryNext(out AsyncJob<TSource, TKey, TResult> job) => MayBegin.TryDequeue(out job!);

    public virtual void Done(AsyncJob<TSource, TKey, TResult> job) { }
}

/// <summary>First come, first begun.</summary>
sealed class SingleLine<TSource, TResult> : AsyncLine<TSource, ValueTuple, TResult>
{
    public override void Add(AsyncJob<TSource, ValueTuple, TResult> job) => MayBegin.Enqueue(job);
}

/// <summary>One line for each key. A key is known while something with it waits or runs.</summary>
sealed class LinePerKey<TSource, TKey, TResult>(Func<TSource, TKey> keySelector, IEqualityComparer<TKey>? comparer)
    : AsyncLine<TSource, TKey, TResult>
    where TKey : notnull
{
    readonly Dictionary<TKey, AsyncJob<TSource, TKey, TResult>> last = new(comparer);

    public int Keys => last.Count;

    public override void Add(AsyncJob<TSource, TKey, TResult> job)
    {
        job.Key = keySelector(job.Source.Value);
        if (last.TryGetValue(job.Key, out var before)) before.Next = job;
        else MayBegin.Enqueue(job);
        last[job.Key] = job;
    }

    public override void Done(AsyncJob<TSource, TKey, TResult> job)
    {
        if (job.Next is { } next) MayBegin.Enqueue(next);
        else last.Remove(job.Key);
    }
}
