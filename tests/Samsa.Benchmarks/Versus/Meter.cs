using System.Diagnostics;
using System.Globalization;

namespace Samsa.Benchmarks.Versus;

/// <summary>What this process used since a moment: time, processor, managed memory.</summary>
sealed class Meter
{
    readonly TimeSpan cpu;
    readonly long allocated;
    readonly int gen0, gen1, gen2;
    readonly long started;

    /// <summary>Begins now, on a clean heap.</summary>
    public Meter()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        (gen0, gen1, gen2) = (GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
        allocated = GC.GetTotalAllocatedBytes(precise: true);
        cpu = Environment.CpuUsage.TotalTime;
        started = Stopwatch.GetTimestamp();
    }

    /// <summary>What was used until now.</summary>
    public Measured Stop(Heat heat, string client, string version, Latencies? latencies = null)
    {
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var used = Environment.CpuUsage.TotalTime - cpu;
        var records = Math.Max(1, heat.Records);
        return new(client, version, heat.Case, heat.Records, Math.Round(seconds, 4))
        {
            CpuMicrosPerRecord = Math.Round(used.TotalMicroseconds / records, 4),
            ManagedBytesPerRecord = Math.Round((GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)records, 3),
            Gen0 = GC.CollectionCount(0) - gen0,
            Gen1 = GC.CollectionCount(1) - gen1,
            Gen2 = GC.CollectionCount(2) - gen2,
            PeakMegabytes = Math.Round(PeakKilobytes() / 1024.0, 1),
            P50 = latencies?.At(0.5) ?? 0,
            P99 = latencies?.At(0.99) ?? 0,
            P999 = latencies?.At(0.999) ?? 0,
            Max = latencies?.At(1) ?? 0,
            CpuPercent = Math.Round(100 * used.TotalSeconds / seconds, 3),
        };
    }

    /// <summary>The largest working set of the process so far; where the system does not tell, that of now.</summary>
    static double PeakKilobytes()
    {
        if (!File.Exists("/proc/self/status")) return Environment.WorkingSet / 1024.0;
        var line = File.ReadLines("/proc/self/status").First(one => one.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
