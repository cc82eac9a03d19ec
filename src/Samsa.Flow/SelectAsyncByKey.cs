using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <summary>Does asynchronous work for each element: those of one key one after the other, those of different keys at once.</summary>
    /// <remarks>
    /// <code>
    /// source   -a-b-A-c-|          a and A have one key; both take 6 frames, b and c take 2; two at once
    /// result   -----b-a-c---(A|)   A begins when a has ended, c gets the place of b
    /// </code>
    /// <para>The results of one key come in its order. A key is forgotten when nothing with it is inside. Errors and disposal are those of
    /// <c>SelectAsync</c>.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: none. Results come on the thread of the source, or on that which ends the work; one at a time.</para>
    /// <para>Buffer: <paramref name="capacity"/> elements, counted from <c>OnNext</c> until their result has been told. Then <c>OnNext</c>
    /// waits.</para>
    /// <para>Acknowledgement: deferred until the observer has had the result. Failed for elements whose work fails or whose result is not
    /// told.</para>
    /// <para>Marble: <c>marbles/select-async-by-key.marble</c></para>
    /// </remarks>
    /// <typeparam name="TSource">What is worked on.</typeparam>
    /// <typeparam name="TKey">What has an order of its own.</typeparam>
    /// <typeparam name="TResult">What the work makes of it.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="keySelector">The key of an element. Asked once.</param>
    /// <param name="selector">The work. Its token is cancelled when nobody waits for the result any more.</param>
    /// <param name="maxConcurrency">How many elements may be worked on at once.</param>
    /// <param name="comparer">Which keys are the same; null for the default.</param>
    /// <param name="capacity">How many elements may be inside: waiting for a place or for their key, being worked on, and done but not yet
    /// told. More of them
    /// find more different keys to work on at once. Null for four times <paramref name="maxConcurrency"/>.</param>
    /// <param name="retry">How often the work for an element is tried, and after how long; null for once. Meanwhile the element keeps its
    /// place.</param>
    /// <param name="scheduler">Measures the time between attempts; null for the default.</param>
    /// <returns>The results, as they come.</returns>
    public static IObservable<TResult> SelectAsyncByKey<TSource, TKey, TResult>(
        this IObservable<TSource> source,
        Func<TSource, TKey> keySelector,
        Func<TSource, CancellationToken, ValueTask<TResult>> selector,
        int maxConcurrency,
        IEqualityComparer<TKey>? comparer = null,
        int? capacity = null,
        RetryPolicy? retry = null,
        IScheduler? scheduler = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(keySelector);
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConcurrency);
        var places = capacity ?? checked(maxConcurrency * 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(places, maxConcurrency, nameof(capacity));
        var work = Retried(selector, retry, scheduler);
        return Observable.Create<TResult>(observer => new AsyncWork<TSource, TKey, TResult>(
            work, new LinePerKey<TSource, TKey, TResult>(keySelector, comparer), AsyncOrder.Completion, maxConcurrency, places, observer)
                .Start(source));
    }

    /// <summary><see cref="SelectAsyncByKey"/>, but what fails is an outcome like another and does not end the stream.</summary>
    /// <inheritdoc cref="SelectAsyncByKey"/>
    /// <returns>What came of the work for each element, as it comes.</returns>
    public static IObservable<Outcome<TSource, TResult>> TrySelectAsyncByKey<TSource, TKey, TResult>(
        this IObservable<TSource> source,
        Func<TSource, TKey> keySelector,
        Func<TSource, CancellationToken, ValueTask<TResult>> selector,
        int maxConcurrency,
        IEqualityComparer<TKey>? comparer = null,
        int? capacity = null,
        RetryPolicy? retry = null,
        IScheduler? scheduler = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(selector);
        return source.SelectAsyncByKey(
            keySelector, Outcome<TSource, TResult>.Of(Retried(selector, retry, scheduler)), maxConcurrency, comparer, capacity);
    }
}
