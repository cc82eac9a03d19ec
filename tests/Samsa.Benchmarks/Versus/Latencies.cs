using System.Buffers.Binary;
using System.Diagnostics;

namespace Samsa.Benchmarks.Versus;

/// <summary>How long records took from the call to the observer; each carries its moment in its first eight bytes.</summary>
sealed class Latencies(long skipped, long counted)
{
    readonly long[] ticks = new long[counted];
    readonly TaskCompletionSource warm = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long seen;

    /// <summary>Ends when those came that do not count.</summary>
    public Task Warm => warm.Task;

    /// <summary>Ends when all came.</summary>
    public Task Ended => ended.Task;

    public static void Stamp(Span<byte> value) => BinaryPrimitives.WriteInt64LittleEndian(value, Stopwatch.GetTimestamp());

    public void Took(ReadOnlySpan<byte> value)
    {
        var at = seen++ - skipped;
        if (at == 0) warm.TrySetResult();
        if (at >= 0 && at < ticks.Length) ticks[at] = Stopwatch.GetTimestamp() - BinaryPrimitives.ReadInt64LittleEndian(value);
        if (at == ticks.Length - 1) ended.TrySetResult();
    }

    /// <summary>The latency that this share of the records did not exceed, in milliseconds.</summary>
    public double At(double share)
    {
        Array.Sort(ticks);
        var ms = ticks[(int)Math.Min(ticks.Length - 1, share * ticks.Length)] * 1000.0 / Stopwatch.Frequency;
        return Math.Round(ms, 3);
    }

    /// <summary>Calls for each record when its time has come: so many in a second.</summary>
    public static void Pace(long records, int perSecond, Action send)
    {
        var started = Stopwatch.GetTimestamp();
        for (var sent = 0L; sent < records;)
        {
            var due = Math.Min(records, (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond));
            for (; sent < due; sent++) send();
            Thread.Sleep(1);
        }
    }
}
