using System.Diagnostics;

namespace Samsa.Scenarios.Brokers;

/// <summary>Waits that end: with what was waited for, or with a test that fails and says what did not come.</summary>
static class Patience
{
    public static async Task<T> Within<T>(this Task<T> task, double seconds, string what)
    {
        await ((Task)task).Within(seconds, what);
        return await task;
    }

    public static async Task Within(this Task task, double seconds, string what)
    {
        if (await Task.WhenAny(task, Task.Delay(TimeSpan.FromSeconds(seconds))) != task)
            throw new AssertionException($"Not done after {seconds} s: {what}");
        await task;
    }

    /// <summary>Waits until it is so. <paramref name="state"/> is asked when it does not become so, and goes into the failure.</summary>
    public static async Task Until(Func<bool> isSo, double seconds, string what, Func<string>? state = null)
    {
        var waited = Stopwatch.StartNew();
        while (!isSo())
        {
            if (waited.Elapsed.TotalSeconds > seconds)
                throw new AssertionException($"Not so after {seconds} s: {what}. {state?.Invoke()}");
            await Task.Delay(10);
        }
    }
}
