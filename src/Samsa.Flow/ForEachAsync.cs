using System.Reactive;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <summary>Does asynchronous work for each element, so many at once, until there are no more.</summary>
    /// <remarks>
    /// <code>
    /// source   -a-b-----c-|    each takes 2 frames
    /// work     -a-b-----c-
    /// task     -----------|    ends when the source has ended and nothing runs any more
    /// </code>
    /// <para>The first error ends the source, cancels the token of the work, and becomes that of the task when nothing runs any more.
    /// So does <paramref name="cancellation"/>.</para>
    /// <para>Temperature: hot; the source is subscribed to at once.</para>
    /// <para>Scheduler: none. Work begins on the thread of the source, or on that which ends other work.</para>
    /// <para>Buffer: <paramref name="maxConcurrency"/> elements that are being worked on. Then <c>OnNext</c> waits.</para>
    /// <para>Acknowledgement: deferred until the work has ended. Failed for elements whose work fails or is not begun.</para>
    /// <para>Marble: <c>marbles/for-each-async.marble</c></para>
    /// </remarks>
    /// <typeparam name="TSource">What is worked on.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="onNext">The work.</param>
    /// <param name="maxConcurrency">How many elements may be worked on at once.</param>
    /// <param name="cancellation">Ends the source, and cancels what is being worked on.</param>
    /// <returns>A task that ends when nothing runs any more: with the source, with the first error, or cancelled.</returns>
    public static Task ForEachAsync<TSource>(
        this IObservable<TSource> source,
        Func<TSource, CancellationToken, ValueTask> onNext,
        int maxConcurrency,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(onNext);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConcurrency);
        if (cancellation.IsCancellationRequested) return Task.FromCanceled(cancellation);

        CancellationTokenRegistration registration = default;
        // Whoever awaits must not run in the turn of the work.
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = new AsyncWork<TSource, ValueTuple, Unit>(
            Work, new SingleLine<TSource, Unit>(), AsyncOrder.Completion, maxConcurrency, maxConcurrency,
            Observer.Create<Unit>(_ => { }, Fail, Complete));
        registration = cancellation.UnsafeRegister(static (state, token) =>
            ((AsyncWork<TSource, ValueTuple, Unit>)state!).Stop(new OperationCanceledException(token)), work);
        Trampoline.Run(() => work.Start(source));
        return ended.Task;

        async ValueTask<Unit> Work(TSource element, CancellationToken stop)
        {
            await onNext(element, stop).ConfigureAwait(false);
            return Unit.Default;
        }

        void Fail(Exception error)
        {
            registration.Unregister();
            if (error is OperationCanceledException && cancellation.IsCancellationRequested) ended.TrySetCanceled(cancellation);
            else ended.TrySetException(error);
        }

        void Complete()
        {
            registration.Unregister();
            ended.TrySetResult();
        }
    }
}
