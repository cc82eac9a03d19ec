using System.Globalization;

namespace Samsa.Benchmarks.Versus;

/// <summary>The result for people, and the lines for programs.</summary>
static class Table
{
    public static void PrintHead() => Console.WriteLine(
        $"{"case",-24} {"client",-16} {"records/s",11} {"CPU µs",8} {"bytes",9} {"gen 0/1/2",12} {"peak MB",8} {"p50 ms",8} {"p99 ms",8} {"p99.9",8} {"CPU %",7}  version");

    public static void Print(Measured run, string? file)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{run.Case,-24} {run.Client,-16} {run.RecordsPerSecond,11:N0} {run.CpuMicrosPerRecord,8:0.000} {run.ManagedBytesPerRecord,9:0.00} {$"{run.Gen0}/{run.Gen1}/{run.Gen2}",12} {run.PeakMegabytes,8:0} {run.P50,8:0.000} {run.P99,8:0.000} {run.P999,8:0.000} {run.CpuPercent,7:0.0}  {run.Version}"));
        if (file is not null) File.AppendAllText(file, run.ToJson() + "\n");
    }

    public static void PrintRatio(Measured ours, Measured theirs) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{"",-24} {"times",-16} {ours.RecordsPerSecond / theirs.RecordsPerSecond,11:0.00} {ours.CpuMicrosPerRecord / theirs.CpuMicrosPerRecord,8:0.00}"));
}
