using Microsoft.Reactive.Testing;
using NUnit.Framework.Interfaces;

namespace Samsa.Tests.Flow;

static class VirtualWork
{
    /// <summary>Work that takes so many ticks.</summary>
    public static async ValueTask<T> After<T>(this TestScheduler scheduler, long ticks, T result, CancellationToken stop = default)
    {
        var over = new TaskCompletionSource();
        using var stopped = stop.Register(() => over.TrySetCanceled(stop));
        scheduler.ScheduleRelative(over, ticks, static (_, over) =>
        {
            over.TrySetResult();
            return System.Reactive.Disposables.Disposable.Empty;
        });
        await over.Task;
        return result;
    }
}

/// <summary>
/// NUnit gives each test a synchronization context, and what continues after an await then takes a way over the thread pool: virtual time
/// would not wait for it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
sealed class WithoutSynchronizationContextAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test) => SynchronizationContext.SetSynchronizationContext(null);

    public void AfterTest(ITest test) { }
}
