using System.Diagnostics;

namespace Samsa.Tests.Connections;

/// <summary>Waits for what comes true by itself, but not for ever.</summary>
static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task True(Func<bool> so, string what = "It did not come true.")
    {
        var since = Stopwatch.GetTimestamp();
        while (!so() && Stopwatch.GetElapsedTime(since) < Patience) await Task.Delay(5);
        if (!so()) Assert.Fail(what);
    }

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience);

    public static Task Soon(this Task task) => task.WaitAsync(Patience);

    /// <summary>The exception that the task ends with; a failed test when it ends otherwise.</summary>
    public static async Task<T> ShouldThrow<T>(this Task task)
        where T : Exception
    {
        try
        {
            await task.Soon();
        }
        catch (T error)
        {
            return error;
        }
        throw new AssertionException($"It ended well, and should have thrown {typeof(T).Name}.");
    }
}
