using System.Diagnostics;
using System.Globalization;
using System.Text;
using Samsa.ZooKeeper;

namespace Samsa.Benchmarks.Versus;

/// <summary>
/// The ZooKeeper client beside kazoo at one published server, each in a process of its own, in turn: many reads at once, and many watched nodes that
/// change. The medians of wall time and of the processor that each takes for itself.
/// </summary>
static class ZooKeeperRace
{
    public const int Nodes = 1000;
    public const int Changes = 10;
    public const int Reads = 50_000;
    const int Rounds = 5;

    /// <summary>How many nodes are written by one request: what changes them must not be what is measured.</summary>
    const int Together = 250;

    static readonly string[] Cases = ["reads", "burst", "rounds"];

    public static async Task<int> RunAsync()
    {
        await using var server = await ZooKeeperServer.StartAsync();
        await using var writer = await ZooKeeperClient.ConnectAsync(server.Address);
        await writer.CreateAsync("/race");
        await Task.WhenAll(Enumerable.Range(0, Nodes).Select(i => writer.CreateAsync($"/race/{i}", "first"u8.ToArray()).AsTask()));
        var alone = new List<double>();
        for (var round = 0; round < 3 * Rounds; round++) alone.Add(await AloneAsync(writer));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"The changes alone, {Changes} times {Nodes} nodes: {Median(alone.TakeLast(Rounds)):0.000} s."));
        foreach (var what in Cases)
        {
            var runs = new Dictionary<string, List<Run>> { ["samsa"] = [], ["kazoo"] = [] };
            // The first of each warms the server up.
            for (var round = 0; round < 2 * (Rounds + 1); round++)
            {
                var who = round % 2 == 0 ? "samsa" : "kazoo";
                var run = await RunAsync(server.Address, writer, what, who, $"{what}{round}");
                if (round >= 2) runs[who].Add(run);
            }

            Say(what, runs);
        }

        return 0;
    }

    static async Task<Run> RunAsync(string server, ZooKeeperClient writer, string what, string who, string mark)
    {
        string[] arguments = [server, what, $"{mark}-{Changes}"];
        using var process = who == "samsa"
            ? Itself.Start(redirectInput: true, ["versus-zookeeper-run", .. arguments])
            : Itself.Start("/usr/bin/python3", redirectInput: true, ["-c", Kazoo.Script, .. arguments, $"{Nodes}", $"{Changes}", $"{Reads}"]);
        await HearAsync(process, "ready");
        var begin = Stopwatch.GetTimestamp();
        await process.StandardInput.WriteLineAsync("go");
        await process.StandardInput.FlushAsync();
        for (var change = 1; change <= Changes && what != "reads"; change++)
        {
            await ChangeAsync(writer, Encoding.UTF8.GetBytes($"{mark}-{change}"), 1);
            if (what == "rounds") await HearAsync(process, "seen");
        }

        var told = await HearAsync(process, "done");
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        var numbers = told.Split(' ')[1..].Select(one => double.Parse(one, CultureInfo.InvariantCulture)).ToArray();
        return new(seconds, numbers[0], numbers[1]);
    }

    static async Task<string> HearAsync(Process process, string word)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var line = await process.StandardOutput.ReadLineAsync(late.Token);
        return line?.StartsWith(word, StringComparison.Ordinal) == true ? line : throw new InvalidOperationException($"{word} was expected, \"{line}\" came.");
    }

    static async Task<double> AloneAsync(ZooKeeperClient writer)
    {
        var begin = Stopwatch.GetTimestamp();
        await ChangeAsync(writer, "alone"u8.ToArray(), Changes);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    static async Task ChangeAsync(ZooKeeperClient writer, byte[] data, int times) => await Task.WhenAll(Enumerable.Range(0, times).SelectMany(_ =>
        Enumerable.Range(0, Nodes).Chunk(Together).Select(some =>
            writer.MultiAsync([.. some.Select(i => new ZkOperation.Set($"/race/{i}", data))]).AsTask())));

    static void Say(string what, Dictionary<string, List<Run>> runs)
    {
        foreach (var (who, all) in runs)
        {
            double Of(Func<Run, double> of) => Median(all.Select(of));
            var each = string.Join(' ', all.Select(run => run.Seconds.ToString("0.000", CultureInfo.InvariantCulture)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{what,-7} {who} {Of(run => run.Seconds):0.000} s, its processor {Of(run => run.Cpu):0.000} s,"
                + $" {Of(run => run.CpuMicros):0.0} µs each of {Of(run => run.Seen):N0}   [{each}]"));
        }

        double Times(Func<Run, double> of) => Median(runs["kazoo"].Select(of)) / Median(runs["samsa"].Select(of));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what,-7} times {Times(run => run.Seconds):0.0} wall, {Times(run => run.Cpu):0.0} processor,"
            + $" {Times(run => run.CpuMicros):0.0} processor for each"));
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <param name="Seconds">From the first change, or read, until the last was seen.</param>
    /// <param name="Cpu">What the process took of the processors meanwhile, in seconds.</param>
    /// <param name="Seen">How many states were seen, or reads answered.</param>
    sealed record Run(double Seconds, double Cpu, double Seen)
    {
        public double CpuMicros => Cpu * 1e6 / Seen;
    }
}
