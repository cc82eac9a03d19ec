using System.Reactive.Linq;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <summary>Puts elements whose work failed somewhere else, and gives the results of the others.</summary>
    /// <remarks>
    /// <code>
    /// outcomes      -a-x-b-|     x failed; putting it away takes 3 frames
    /// dead letters  ---x----
    /// result        -a----b|     the order is kept, and capacity is 2
    /// </code>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: none.</para>
    /// <para>Buffer: <c>capacity</c> outcomes, and none in front of an observer; then <c>OnNext</c> waits while a dead letter is being put away.</para>
    /// <para>Acknowledgement: a failed element is acknowledged when it has been put away; others when the observer returns.</para>
    /// <para>Marble: <c>marbles/or-dead-letter.marble</c></para>
    /// </remarks>
    /// <typeparam name="TSource">What was worked on.</typeparam>
    /// <typeparam name="TResult">What the work makes of it.</typeparam>
    /// <param name="source">What came of the work, from <c>TrySelectAsync</c>.</param>
    /// <param name="putAway">Keeps an element nothing could be made of. When it fails, the stream does.</param>
    /// <param name="capacity">How many outcomes may wait for a dead letter that is being put away, and it.</param>
    /// <returns>The results.</returns>
    public static IObservable<TResult> OrDeadLetter<TSource, TResult>(
        this IObservable<Outcome<TSource, TResult>> source, Func<DeadLetter<TSource>, CancellationToken, ValueTask> putAway, int capacity = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(putAway);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return source.SelectAsync(Put, maxConcurrency: 1, capacity: capacity).Where(outcome => outcome.Error is null)
            .Select(outcome => outcome.Result!);

        async ValueTask<Outcome<TSource, TResult>> Put(Outcome<TSource, TResult> outcome, CancellationToken stop)
        {
            if (outcome.Error is { } error) await putAway(new(outcome.Element, error), stop).ConfigureAwait(false);
            return outcome;
        }
    }

    /// <inheritdoc
    /// cref="OrDeadLetter{TSource, TResult}(IObservable{Outcome{TSource, TResult}}, Func{DeadLetter{TSource}, CancellationToken, ValueTask}, int)"/>
    /// <param name="source">What came of the work, from <c>TrySelectAsync</c>.</param>
    /// <param name="deadLetters">Takes elements nothing could be made of; is not told the end. What it throws is an error of the stream.</param>
    public static IObservable<TResult> OrDeadLetter<TSource, TResult>(
        this IObservable<Outcome<TSource, TResult>> source, IObserver<DeadLetter<TSource>> deadLetters)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(deadLetters);
        return source.Where(IsGood).Select(outcome => outcome.Result!);

        bool IsGood(Outcome<TSource, TResult> outcome)
        {
            if (outcome.Error is not { } error) return true;
            var lease = outcome.Defer();
            try
            {
                deadLetters.OnNext(new(outcome.Element, error));
            }
            catch (Exception thrown)
            {
                lease.Fail(thrown);
                throw;
            }

            lease.Complete();
            return false;
        }
    }
}
