using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Samsa.ZooKeeper;

namespace Samsa.Benchmarks.Versus;

/// <summary>The ZooKeeper client beside kazoo, at one published server: many watched nodes that change, and many reads at once.</summary>
static class ZooKeeperRace
{
    const string Version = "3.9.2";
    const int Nodes = 1000;
    const int Changes = 10;
    const int Reads = 50_000;
    const int Rounds = 3;

    const string Kazoo = """
        import sys, threading, time
        from kazoo.client import KazooClient
        hosts, case, nodes, last, reads = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4].encode(), int(sys.argv[5])
        client = KazooClient(hosts=hosts)
        client.start()
        if case == "reads":
            start = time.perf_counter()
            asked = [client.get_async("/race/%d" % (i % nodes)) for i in range(reads)]
            for one in asked: one.get()
            print(time.perf_counter() - start, flush=True)
        else:
            left, done = set(range(nodes)), threading.Event()
            def watch(i):
                @client.DataWatch("/race/%d" % i)
                def seen(data, stat):
                    if data == last:
                        left.discard(i)
                        if not left: done.set()
            for i in range(nodes): watch(i)
            print("ready", flush=True)
            done.wait()
            print("done", flush=True)
        client.stop()
        """;

    public static async Task<int> RunAsync()
    {
        var script = Brokers.Script ?? throw new FileNotFoundException("There is no ../shared/kafka/cluster to start a server with.");
        string[] arguments = ["start", Version, "--mode", "zk", "--brokers", "0", "--owner", $"{Environment.ProcessId}"];
        using var told = JsonDocument.Parse(await Itself.ReadAsync(script, arguments));
        try
        {
            var server = told.RootElement.GetProperty("zookeeper").GetString()!;
            await using var writer = await ZooKeeperClient.ConnectAsync(server);
            await writer.CreateAsync("/race");
            await Task.WhenAll(Enumerable.Range(0, Nodes).Select(i => writer.CreateAsync($"/race/{i}").AsTask()));
            for (var round = 0; round < Rounds; round++)
            {
                Say("watch", "samsa", await WatchAsync(server, writer, $"s{round}-"));
                Say("watch", "kazoo", await KazooWatchAsync(server, writer, $"k{round}-"));
                Say("reads", "samsa", await ReadAsync(server));
                Say("reads", "kazoo", await KazooReadAsync(server));
            }
        }
        finally
        {
            await Itself.ReadAsync(script, "stop", told.RootElement.GetProperty("dir").GetString()!);
        }

        return 0;
    }

    static void Say(string what, string who, double seconds) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {who} {seconds:0.000} s"));

    static async Task<double> WatchAsync(string server, ZooKeeperClient writer, string mark)
    {
        await using var client = await ZooKeeperClient.ConnectAsync(server);
        var last = $"{mark}{Changes - 1}";
        using var ready = new CountdownEvent(Nodes);
        using var done = new CountdownEvent(Nodes);
        List<IDisposable> watching = [];
        for (var i = 0; i < Nodes; i++)
        {
            var isFirst = true;
            watching.Add(client.WatchNode($"/race/{i}").Subscribe(node =>
            {
                if (isFirst) ready.Signal();
                isFirst = false;
                if (System.Text.Encoding.UTF8.GetString(node!.Data.Span) == last) done.Signal();
            }));
        }

        ready.Wait();
        var watch = Stopwatch.StartNew();
        await ChangeAsync(writer, mark);
        done.Wait();
        var seconds = watch.Elapsed.TotalSeconds;
        foreach (var one in watching) one.Dispose();
        return seconds;
    }

    static async Task<double> KazooWatchAsync(string server, ZooKeeperClient writer, string mark)
    {
        using var process = Python(server, "watch", $"{mark}{Changes - 1}");
        await process.StandardOutput.ReadLineAsync();
        var watch = Stopwatch.StartNew();
        await ChangeAsync(writer, mark);
        await process.StandardOutput.ReadLineAsync();
        var seconds = watch.Elapsed.TotalSeconds;
        await process.WaitForExitAsync();
        return seconds;
    }

    static async Task ChangeAsync(ZooKeeperClient writer, string mark)
    {
        for (var change = 0; change < Changes; change++)
        {
            var data = System.Text.Encoding.UTF8.GetBytes($"{mark}{change}");
            await Task.WhenAll(Enumerable.Range(0, Nodes).Select(i => writer.SetAsync($"/race/{i}", data).AsTask()));
        }
    }

    static async Task<double> ReadAsync(string server)
    {
        await using var client = await ZooKeeperClient.ConnectAsync(server);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Reads).Select(i => client.GetAsync($"/race/{i % Nodes}").AsTask()));
        return watch.Elapsed.TotalSeconds;
    }

    static async Task<double> KazooReadAsync(string server)
    {
        using var process = Python(server, "reads", "");
        var seconds = double.Parse((await process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        await process.WaitForExitAsync();
        return seconds;
    }

    static Process Python(string server, string what, string last) => Process.Start(
        new ProcessStartInfo("/usr/bin/python3", ["-c", Kazoo, server, what, $"{Nodes}", last, $"{Reads}"]) { RedirectStandardOutput = true })!;
}
