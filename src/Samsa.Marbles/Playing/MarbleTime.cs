using System.Reactive.Concurrency;
using System.Threading.Tasks.Sources;

namespace Samsa.Marbles;

/// <summary>Work that takes virtual time, for operators that await.</summary>
/// <remarks>What awaits goes on inside the scheduler's turn, in the frame where the work is done: no thread pool comes between.</remarks>
public static class MarbleTime
{
    /// <summary>Gives a value after some time.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="scheduler">Whose time it is.</param>
    /// <param name="due">How long it takes; <c>Frames(n)</c> in a marble file.</param>
    /// <param name="value">What it gives.</param>
    /// <param name="cancellation">Ends it early with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The work.</returns>
    public static ValueTask<T> After<T>(this IScheduler scheduler, TimeSpan due, T value, CancellationToken cancellation = default) =>
        Work<T>.Begin(scheduler, due, work => work.Give(value), cancellation);

    /// <summary>Fails after some time.</summary>
    /// <typeparam name="T">What it would have given.</typeparam>
    /// <param name="scheduler">Whose time it is.</param>
    /// <param name="due">How long it takes; <c>Frames(n)</c> in a marble file.</param>
    /// <param name="error">What it fails with.</param>
    /// <param name="cancellation">Ends it early with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The work.</returns>
    public static ValueTask<T> FailAfter<T>(this IScheduler scheduler, TimeSpan due, Exception error, CancellationToken cancellation = default) =>
        Work<T>.Begin(scheduler, due, work => work.Fail(error), cancellation);

    sealed class Work<T> : IValueTaskSource<T>
    {
        ManualResetValueTaskSourceCore<T> core;
        CancellationTokenRegistration registration;
        IDisposable? timer;
        int isDone;

        public static ValueTask<T> Begin(IScheduler scheduler, TimeSpan due, Action<Work<T>> end, CancellationToken cancellation)
        {
            ArgumentNullException.ThrowIfNull(scheduler);
            var work = new Work<T>();
            work.registration = cancellation.UnsafeRegister(_ => work.Fail(new OperationCanceledException(cancellation)), null);
            if (work.isDone == 0) work.timer = scheduler.Schedule(due, () => end(work));
            return new(work, work.core.Version);
        }

        public void Give(T value)
        {
            if (End()) core.SetResult(value);
        }

        public void Fail(Exception error)
        {
            if (End()) core.SetException(error);
        }

        bool End()
        {
            if (Interlocked.Exchange(ref isDone, 1) != 0) return false;
            timer?.Dispose();
            registration.Unregister();
            return true;
        }

        public T GetResult(short token) => core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            // Wherever it was begun: it goes on in the turn of the scheduler that ends it.
            core.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
    }
}
