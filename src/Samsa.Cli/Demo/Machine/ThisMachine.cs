namespace Samsa.Cli.Demo.Machine;

/// <summary>Everything that can be measured here: about twenty keys on Linux, a dozen elsewhere.</summary>
sealed class ThisMachine : IDisposable
{
    readonly List<ProcFile> files = [];
    readonly List<IMeter> meters = [];
    readonly TimeProvider clock;
    readonly long start;

    public ThisMachine(TimeProvider clock)
    {
        this.clock = clock;
        start = clock.GetTimestamp();
        if (Open("/proc/stat") is { } stat) meters.Add(new LinuxCpu(stat, Open("/proc/loadavg")));
        meters.Add(new Memory(Open("/proc/meminfo")));
        meters.Add(new Runtime());
        meters.Add(new Network(Open("/proc/net/dev")));
    }

    /// <summary>Measures everything once.</summary>
    public IReadOnlyList<Measurement> Measure()
    {
        var measured = new List<Measurement>(24);
        var now = clock.GetElapsedTime(start).TotalSeconds;
        foreach (var meter in meters) meter.Measure(now, measured);
        return measured;
    }

    public void Dispose()
    {
        foreach (var file in files) file.Dispose();
    }

    ProcFile? Open(string path)
    {
        var file = ProcFile.Open(path);
        if (file is not null) files.Add(file);
        return file;
    }
}
