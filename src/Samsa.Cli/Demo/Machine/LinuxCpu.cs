using System.Globalization;

namespace Samsa.Cli.Demo.Machine;

/// <summary>The processors, from /proc/stat and /proc/loadavg.</summary>
sealed class LinuxCpu(ProcFile stat, ProcFile? load) : IMeter
{
    readonly Rate user = new(), system = new(), all = new(), switches = new();

    public void Measure(double now, List<Measurement> into)
    {
        var text = stat.Read();
        // cpu  user nice system idle iowait irq softirq steal …, in ticks
        var ticks = text[..text.IndexOf('\n')].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(Number).ToArray();
        if (ticks.Length < 8) return;
        var total = all.Of(ticks.Sum(), now);
        var userPart = Share(user.Of(ticks[0] + ticks[1], now), total);
        var systemPart = Share(system.Of(ticks[2] + ticks[5] + ticks[6], now), total);
        into.Add(new("cpu.busy", Unit.Percent, userPart + systemPart));
        into.Add(new("cpu.user", Unit.Percent, userPart));
        into.Add(new("cpu.system", Unit.Percent, systemPart));
        if (text.IndexOf("\nctxt ", StringComparison.Ordinal) is > 0 and var at)
            into.Add(new("cpu.switches", Unit.PerSecond, switches.Of(Number(text[(at + 6)..text.IndexOf('\n', at + 1)]), now)));
        if (load is not null) into.Add(new("cpu.load", Unit.Count, Number(load.Read().Split(' ')[0])));
    }

    static double Share(double part, double whole) => whole > 0 ? Math.Min(100, 100 * part / whole) : 0;

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
