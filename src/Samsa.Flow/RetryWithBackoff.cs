using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <inheritdoc cref="RetryWithBackoff{T}(IObservable{T}, RetryPolicy, IScheduler)"/>
    public static IObservable<T> RetryWithBackoff<T>(this IObservable<T> source, RetryPolicy policy) =>
        source.RetryWithBackoff(policy, DefaultScheduler.Instance);

    /// <summary>Subscribes to a source again some time after it has failed, later each time.</summary>
    /// <remarks>
    /// <code>
    /// source  -a-#                    each time; First = 2 frames, MaxAttempts = 3, ResetOnNext = false
    /// subs    ^--!
    /// subs    -----^--!
    /// subs    ------------^--!
    /// result  -a----a------a-#
    /// </code>
    /// <para>Temperature: cold; it subscribes to the source once for each attempt.</para>
    /// <para>Scheduler: measures the time between attempts, and the second and later ones begin on it. Values come where the source gives
    /// them.</para>
    /// <para>Buffer: none.</para>
    /// <para>Acknowledgement: kept. The observer has returned when the <c>OnNext</c> of the source does.</para>
    /// <para>Marble: <c>marbles/retry-with-backoff.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What the source carries.</typeparam>
    /// <param name="source">What is subscribed to again.</param>
    /// <param name="policy">How often, and after how long.</param>
    /// <param name="scheduler">Measures the time between attempts.</param>
    /// <returns>The values of all attempts, and the error of the last.</returns>
    public static IObservable<T> RetryWithBackoff<T>(this IObservable<T> source, RetryPolicy policy, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(scheduler);
        return new Retrying<T>(source, policy, scheduler);
    }

    sealed class Retrying<T>(IObservable<T> source, RetryPolicy policy, IScheduler scheduler) : ObservableBase<T>
    {
        protected override IDisposable SubscribeCore(IObserver<T> observer)
        {
            var attempts = new Attempts<T>(source, policy, scheduler, observer);
            attempts.Begin();
            return attempts;
        }
    }

    sealed class Attempts<T>(IObservable<T> source, RetryPolicy policy, IScheduler scheduler, IObserver<T> observer) : IObserver<T>, IDisposable
    {
        readonly SerialDisposable subscription = new(), timer = new();
        int failed, toBegin;

        // A source that fails while it is being subscribed to, on a scheduler that does not wait, must not make a deep stack.
        public void Begin()
        {
            if (Interlocked.Increment(ref toBegin) > 1) return;
            do
            {
                var attempt = new SingleAssignmentDisposable();
                subscription.Disposable = attempt;
                attempt.Disposable = source.SubscribeSafe(this);
            }
            while (Interlocked.Decrement(ref toBegin) > 0);
        }

        public void OnNext(T value)
        {
            if (policy.ResetOnNext) failed = 0;
            observer.OnNext(value);
        }

        public void OnError(Exception error)
        {
            TimeSpan time;
            try
            {
                if (!policy.IsTriedAgain(++failed, error))
                {
                    observer.OnError(error);
                    return;
                }

                time = policy.TimeAfter(failed);
            }
            catch (Exception thrown)
            {
                observer.OnError(thrown);
                return;
            }

            // What has failed is let go of before the wait.
            subscription.Disposable = Disposable.Empty;
            var wait = new SingleAssignmentDisposable();
            timer.Disposable = wait;
            wait.Disposable = scheduler.Schedule(this, time, static (_, attempts) =>
            {
                attempts.Begin();
                return Disposable.Empty;
            });
        }

        public void OnCompleted() => observer.OnCompleted();

        public void Dispose()
        {
            timer.Dispose();
            subscription.Dispose();
        }
    }
}
