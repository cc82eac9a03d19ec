using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <summary>Does asynchronous work for each element, so many at once, and gives the results.</summary>
    /// <remarks>
    /// <code>
    /// source     -a-b-----c-|      each takes 4 frames but b, which takes 1
    /// Source     -----(ab)----(c|)
    /// Completion ----ba-------(c|)
    /// </code>
    /// <para>The work of an element begins when a place for it is free, one element after the other; work that does not return before it has
    /// something to wait for holds up the others. The first error ends the source, cancels the token, and is told when nothing runs any more;
    /// in the order of the source all results before it are told first. An error of the source comes behind the results of what came
    /// before it. Disposal
    /// cancels the token.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: none. Results come on the thread of the source, or on that which ends the work; one at a time.</para>
    /// <para>Buffer: <paramref name="capacity"/> elements, counted from <c>OnNext</c> until their result has been told. Then <c>OnNext</c>
    /// waits.</para>
    /// <para>Acknowledgement: deferred until the observer has had the result. Failed for elements whose work fails or whose result is not
    /// told.</para>
    /// <para>Marble: <c>marbles/select-async.marble</c></para>
    /// </remarks>
    /// <typeparam name="TSource">What is worked on.</typeparam>
    /// <typeparam name="TResult">What the work makes of it.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="selector">The work. Its token is cancelled when nobody waits for the result any more.</param>
    /// <param name="maxConcurrency">How many elements may be worked on at once.</param>
    /// <param name="order">In which order results are told.</param>
    /// <param name="capacity">How many elements may be inside: waiting, being worked on, and done but not yet told. Null for
    /// <paramref name="maxConcurrency"/>.</param>
    /// <param name="retry">How often the work for an element is tried, and after how long; null for once. Meanwhile the element keeps its
    /// place.</param>
    /// <param name="scheduler">Measures the time between attempts; null for the default.</param>
    /// <returns>The results.</returns>
    public static IObservable<TResult> SelectAsync<TSource, TResult>(
        this IObservable<TSource> source,
        Func<TSource, CancellationToken, ValueTask<TResult>> selector,
        int maxConcurrency,
        AsyncOrder order = AsyncOrder.Source,
        int? capacity = null,
        RetryPolicy? retry = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConcurrency);
        var places = capacity ?? maxConcurrency;
        ArgumentOutOfRangeException.ThrowIfLessThan(places, maxConcurrency, nameof(capacity));
        var work = Retried(selector, retry, scheduler);
        return Observable.Create<TResult>(observer =>
            new AsyncWork<TSource, ValueTuple, TResult>(work, new SingleLine<TSource, TResult>(), order, maxConcurrency, places, observer)
                .Start(source));
    }

    /// <summary><see cref="SelectAsync"/>, but what fails is an outcome like another and does not end the stream.</summary>
    /// <inheritdoc cref="SelectAsync"/>
    /// <returns>What came of the work for each element.</returns>
    public static IObservable<Outcome<TSource, TResult>> TrySelectAsync<TSource, TResult>(
        this IObservable<TSource> source,
        Func<TSource, CancellationToken, ValueTask<TResult>> selector,
        int maxConcurrency,
        AsyncOrder order = AsyncOrder.Source,
        int? capacity = null,
        RetryPolicy? retry = null,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return source.SelectAsync(Outcome<TSource, TResult>.Of(Retried(selector, retry, scheduler)), maxConcurrency, order, capacity);
    }

    static Func<TSource, CancellationToken, ValueTask<TResult>> Retried<TSource, TResult>(
        Func<TSource, CancellationToken, ValueTask<TResult>> work, RetryPolicy? retry, IScheduler? scheduler) =>
        retry is null ? work : retry.Around(work, scheduler ?? DefaultScheduler.Instance);
}
