using System.Diagnostics;
using System.Globalization;
using Samsa.ZooKeeper;

namespace Samsa.Benchmarks.Versus;

/// <summary>What the ZooKeeper client costs when nothing happens: processor while it is idle, memory for what it watches.</summary>
static class ZooKeeperCosts
{
    const int Watches = 10_000;
    const int Rounds = 5;

    static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    public static async Task<int> IdleAsync()
    {
        await using var server = await ZooKeeperServer.StartAsync();
        await using var client = await ZooKeeperClient.ConnectAsync(server.Address, new() { SessionTimeout = TimeSpan.FromSeconds(10) });
        await Task.Delay(TimeSpan.FromSeconds(5));
        var (cpu, begin) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Task.Delay(Idle);
        var (used, passed) = (Environment.CpuUsage.TotalTime - cpu, Stopwatch.GetElapsedTime(begin));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"idle for {passed.TotalSeconds:0.0} s, a session of {client.Session.Timeout}:"
            + $" {used.TotalMilliseconds:0.00} ms of the processor, {100 * used / passed:0.0000} %"));
        return 0;
    }

    public static async Task<int> WatchesAsync()
    {
        await using var server = await ZooKeeperServer.StartAsync();
        await using var client = await ZooKeeperClient.ConnectAsync(server.Address);
        await client.CreateAsync("/costs");
        foreach (var some in Enumerable.Range(0, Watches).Chunk(500))
            await client.MultiAsync([.. some.Select(i => new ZkOperation.Create(Path(i), "12345678"u8.ToArray()))]);
        // The names belong to who watches.
        var paths = Enumerable.Range(0, Watches).Select(Path).ToArray();
        var nodes = new List<double>();
        var children = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            nodes.Add(await CostAsync(paths, path => client.WatchNode(path)));
            children.Add(await CostAsync(paths, path => client.WatchChildren(path)));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Watches} watched nodes of 8 bytes: {ZooKeeperRace.Median(nodes):N0} bytes each;"
            + $" their children: {ZooKeeperRace.Median(children):N0} bytes each"));
        return 0;
    }

    static string Path(int i) => $"/costs/{i:d6}";

    static async Task<double> CostAsync<T>(string[] paths, Func<string, IObservable<T>> watch)
    {
        var before = Heap();
        var seen = new CountdownEvent(paths.Length);
        var observer = new Counting<T>(seen);
        var watching = new IDisposable[paths.Length];
        for (var i = 0; i < paths.Length; i++) watching[i] = watch(paths[i]).Subscribe(observer);
        await Task.Run(seen.Wait);
        var cost = (Heap() - before) / (double)paths.Length;
        foreach (var one in watching) one.Dispose();
        seen.Dispose();
        return cost;
    }

    static long Heap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>One for all, so that only what the client keeps is counted.</summary>
    sealed class Counting<T>(CountdownEvent seen) : IObserver<T>
    {
        public void OnNext(T value) => seen.Signal();

        public void OnError(Exception error) => throw error;

        public void OnCompleted()
        {
            // It does not end before we do.
        }
    }
}
