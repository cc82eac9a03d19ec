using System.Globalization;
using System.Text;
using Samsa.ZooKeeper;

namespace Samsa.Benchmarks.Versus;

/// <summary>One run of our client, in a process of its own: says "ready", begins at a line of input, and tells at last what it took.</summary>
static class ZooKeeperRunner
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (server, what, last) = (arguments[0], arguments[1], arguments[2]);
        await using var client = await ZooKeeperClient.ConnectAsync(server);
        if (what == "reads")
        {
            await ReadAsync(client, ZooKeeperRace.Reads / 10);
            var cpu = Go();
            await ReadAsync(client, ZooKeeperRace.Reads);
            Done(cpu, ZooKeeperRace.Reads);
        }
        else
        {
            var mark = last[..last.LastIndexOf('-')];
            int[] awaited = what == "rounds" ? [.. Enumerable.Range(1, ZooKeeperRace.Changes)] : [ZooKeeperRace.Changes];
            var watch = new Watch(client, [.. awaited.Select(i => Encoding.UTF8.GetBytes($"{mark}-{i}"))], says: what == "rounds");
            await watch.Ready;
            var cpu = Go();
            await watch.Done;
            Done(cpu, watch.Seen);
        }

        Console.ReadLine();
        return 0;
    }

    static TimeSpan Go()
    {
        Console.WriteLine("ready");
        Console.ReadLine();
        return Environment.CpuUsage.TotalTime;
    }

    static void Done(TimeSpan since, int count) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"done {(Environment.CpuUsage.TotalTime - since).TotalSeconds} {count}"));

    static async Task ReadAsync(ZooKeeperClient client, int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => client.GetAsync($"/race/{i % ZooKeeperRace.Nodes}").AsTask()));

    /// <summary>Watches all nodes until each has been seen as it should become, one state after the other.</summary>
    sealed class Watch
    {
        readonly TaskCompletionSource ready = new(), done = new();
        readonly byte[][] awaited;
        readonly bool says;
        int first = ZooKeeperRace.Nodes, left = ZooKeeperRace.Nodes, seen, round;

        public Watch(ZooKeeperClient client, byte[][] awaited, bool says)
        {
            (this.awaited, this.says) = (awaited, says);
            for (var i = 0; i < ZooKeeperRace.Nodes; i++)
            {
                var isFirst = true;
                client.WatchNode($"/race/{i}").Subscribe(node =>
                {
                    if (isFirst)
                    {
                        isFirst = false;
                        if (Interlocked.Decrement(ref first) == 0) ready.SetResult();
                    }
                    else See(node!);
                });
            }
        }

        public Task Ready => ready.Task;

        public Task Done => done.Task;

        public int Seen => seen;

        void See(ZkNode node)
        {
            Interlocked.Increment(ref seen);
            if (!node.Data.Span.SequenceEqual(awaited[Volatile.Read(ref round)]) || Interlocked.Decrement(ref left) > 0) return;
            Volatile.Write(ref left, ZooKeeperRace.Nodes);
            var isLast = round == awaited.Length - 1;
            if (!isLast) Volatile.Write(ref round, round + 1);
            if (says) Console.WriteLine("seen");
            if (isLast) done.SetResult();
        }
    }
}
