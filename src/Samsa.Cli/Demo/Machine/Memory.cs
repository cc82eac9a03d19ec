using System.Globalization;

namespace Samsa.Cli.Demo.Machine;

/// <summary>Memory in use and left: from /proc/meminfo, elsewhere as the runtime sees it.</summary>
sealed class Memory(ProcFile? meminfo) : IMeter
{
    public void Measure(double now, List<Measurement> into)
    {
        var (total, available) = meminfo is null ? FromRuntime() : FromProc(meminfo.Read());
        into.Add(new("memory.used", Unit.Bytes, total - available));
        into.Add(new("memory.available", Unit.Bytes, available));
        into.Add(new("memory.samsa", Unit.Bytes, Environment.WorkingSet));
    }

    static (double Total, double Available) FromRuntime()
    {
        var info = GC.GetGCMemoryInfo();
        return (info.TotalAvailableMemoryBytes, Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes));
    }

    static (double Total, double Available) FromProc(string text) => (Line(text, "MemTotal:"), Line(text, "MemAvailable:"));

    // MemTotal:       16384256 kB
    static double Line(string text, string name)
    {
        var at = text.IndexOf(name, StringComparison.Ordinal);
        if (at < 0) return 0;
        var digits = text.AsSpan(at + name.Length).TrimStart(' ');
        return 1024 * double.Parse(digits[..digits.IndexOf(' ')], CultureInfo.InvariantCulture);
    }
}
