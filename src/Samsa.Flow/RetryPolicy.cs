using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>How often, and how long after a failure, something is tried again.</summary>
public sealed record RetryPolicy
{
    /// <summary>How often it is tried in all; what fails the last time is an error.</summary>
    public int MaxAttempts
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MaxAttempts), value, "The first attempt counts, too.");
    } = 10;

    /// <summary>The time before the second attempt.</summary>
    public TimeSpan First
    {
        get;
        init => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(First), value, "Time does not run backwards.");
    } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest time between two attempts.</summary>
    public TimeSpan Max
    {
        get;
        init => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(Max), value, "Time does not run backwards.");
    } = TimeSpan.FromSeconds(30);

    /// <summary>How much longer than the last each time is.</summary>
    public double Factor
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Factor), value, "Times do not become shorter.");
    } = 2;

    /// <summary>How much of a time is left to chance, so that those who failed together do not come back together: 0.2 is from 20 %
    /// shorter to 20 % longer.</summary>
    public double Jitter
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Jitter), value, "It can be from 0 to 1.");
    } = 0.2;

    /// <summary>Which failures are tried again; null for all.</summary>
    public Func<Exception, bool>? When { get; init; }

    /// <summary>Whether a stream that has given something begins to count anew.</summary>
    public bool ResetOnNext { get; init; } = true;

    /// <summary>Where chance comes from.</summary>
    public Random Random { get; init => field = value ?? throw new ArgumentNullException(nameof(Random)); } = Random.Shared;

    /// <summary>Whether another attempt is made after so many.</summary>
    internal bool IsTriedAgain(int attempts, Exception error) => attempts < MaxAttempts && (When is not { } when || when(error));

    /// <summary>The time before another attempt after so many.</summary>
    internal TimeSpan TimeAfter(int attempts)
    {
        // Nothing, however often it is doubled, is nothing: arithmetic would say that it is no number.
        if (First == TimeSpan.Zero) return First;
        var ticks = First.Ticks * Math.Pow(Factor, attempts - 1);
        if (Jitter > 0) ticks = Math.Min(ticks, Max.Ticks) * (1 + Jitter * (2 * Random.NextDouble() - 1));
        return ticks < Max.Ticks ? TimeSpan.FromTicks((long)ticks) : Max;
    }

    /// <summary>The same work, tried as often as this says.</summary>
    internal Func<TSource, CancellationToken, ValueTask<TResult>> Around<TSource, TResult>(
        Func<TSource, CancellationToken, ValueTask<TResult>> work, IScheduler scheduler) =>
        async (element, stop) =>
        {
            for (var attempts = 1; ; attempts++)
            {
                try
                {
                    return await work(element, stop).ConfigureAwait(false);
                }
                catch (Exception error)
                {
                    if (stop.IsCancellationRequested || !IsTriedAgain(attempts, error)) throw;
                }

                await After(TimeAfter(attempts), scheduler, stop).ConfigureAwait(false);
            }
        };

    // It goes on where the scheduler runs, so that virtual time stays exact.
    static async ValueTask After(TimeSpan time, IScheduler scheduler, CancellationToken stop)
    {
        var over = new TaskCompletionSource();
        using var stopped = stop.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), over);
        using var timer = scheduler.Schedule(over, time, static (_, over) =>
        {
            over.TrySetResult();
            return Disposable.Empty;
        });
        await over.Task.ConfigureAwait(false);
    }
}
