using System.Text.Json;

namespace Samsa.Benchmarks.Versus;

/// <summary>One line of the result. Times of latencies are milliseconds.</summary>
sealed record Measured(string Client, string Version, string Case, long Records, double Seconds)
{
    static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public double RecordsPerSecond => Seconds > 0 ? Math.Round(Records / Seconds) : 0;

    public double CpuMicrosPerRecord { get; init; }

    public double ManagedBytesPerRecord { get; init; }

    public int Gen0 { get; init; }

    public int Gen1 { get; init; }

    public int Gen2 { get; init; }

    public double PeakMegabytes { get; init; }

    public double P50 { get; init; }

    public double P99 { get; init; }

    public double P999 { get; init; }

    public double Max { get; init; }

    /// <summary>The processor time of the whole run as a share of one core.</summary>
    public double CpuPercent { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Names);

    public static Measured FromJson(string line) => JsonSerializer.Deserialize<Measured>(line, Names)!;

    /// <summary>Each number's median over several runs of the same.</summary>
    public static Measured Median(IReadOnlyList<Measured> runs) => new(
        runs[0].Client, runs[0].Version, runs[0].Case, runs[0].Records, Of(runs, run => run.Seconds))
    {
        CpuMicrosPerRecord = Of(runs, run => run.CpuMicrosPerRecord),
        ManagedBytesPerRecord = Of(runs, run => run.ManagedBytesPerRecord),
        Gen0 = (int)Of(runs, run => run.Gen0),
        Gen1 = (int)Of(runs, run => run.Gen1),
        Gen2 = (int)Of(runs, run => run.Gen2),
        PeakMegabytes = Of(runs, run => run.PeakMegabytes),
        P50 = Of(runs, run => run.P50),
        P99 = Of(runs, run => run.P99),
        P999 = Of(runs, run => run.P999),
        Max = Of(runs, run => run.Max),
        CpuPercent = Of(runs, run => run.CpuPercent),
    };

    static double Of(IReadOnlyList<Measured> runs, Func<Measured, double> number)
    {
        var sorted = runs.Select(number).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
