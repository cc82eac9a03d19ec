using System.Globalization;
using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Connections that are cut at bad moments. Whatever happens, what is seen in the end is what the server has.</summary>
[TestFixture("3.4.6")]
[TestFixture("3.8.4")]
[TestFixture(Debian)]
[TestFixture(Embedded)]
public sealed class FaultTests(string version) : ServerTests(version)
{
    static readonly ZooKeeperOptions Patient = Quick with { SessionTimeout = TimeSpan.FromSeconds(10), MaxBackoff = TimeSpan.FromMilliseconds(5) };

    /// <summary>How many connections are cut; more on demand.</summary>
    static int Cuts => Number("SAMSA_ZOOKEEPER_CUTS", 120);

    static int Histories => Number("SAMSA_ZOOKEEPER_HISTORIES", 4);

    static int Seed => Number("SAMSA_SEED", Environment.TickCount & 0xffffff);

    [Test]
    public async Task No_change_is_lost_between_an_event_and_the_reading_after_it()
    {
        var seed = Seed;
        TestContext.Out.WriteLine($"SAMSA_SEED={seed} {Cuts} cuts");
        var random = new Random(seed);
        using var proxy = new Proxy(Server.ConnectString);
        var client = await ConnectAsync(proxy.Address, Patient);
        using var node = new Recorder<ZkNode?>(client.WatchNode(Base));
        using var list = new Recorder<ZkChildren?>(client.WatchChildren(Base));
        await node.BecomesAsync(seen => seen is not null);
        await list.BecomesAsync(seen => seen is not null);

        for (var i = 1; proxy.Cuts < Cuts; i++)
        {
            proxy.CutAt((Cut)random.Next(4));
            await Direct.SetAsync(Base, Bytes($"{i}"));
            var child = $"{Base}/c{i % 10}";
            var isThere = await Direct.ExistsAsync(child) is not null;
            if (isThere) await Direct.DeleteAsync(child);
            else await Direct.CreateAsync(child);
            await node.BecomesAsync(seen => Text(seen) == $"{i}");
            await list.BecomesAsync(seen => seen!.Names.Contains($"c{i % 10}") != isThere);
        }

        Assert.That(node.Seen.Select(seen => seen!.Stat.Mzxid), Is.Ordered.Ascending.And.Unique);
        Assert.That(list.Seen.Select(seen => seen!.Stat.Pzxid), Is.Ordered.Ascending.And.Unique);
        Assert.That(client.Session.Epoch, Is.EqualTo(1));
    }

    [Test]
    public async Task After_any_history_what_is_seen_is_what_the_server_has()
    {
        var seed = Seed;
        TestContext.Out.WriteLine($"SAMSA_SEED={seed} {Histories} histories");
        var random = new Random(seed);
        using var proxy = new Proxy(Server.ConnectString);
        var client = await ConnectAsync(proxy.Address, Patient);
        for (var history = 0; history < Histories; history++)
        {
            var root = $"{Base}/h{history}";
            using var seen = new Recorder<ZkTree>(client.WatchTree(root));
            using var node = new Recorder<ZkNode?>(client.WatchNode($"{root}/a"));
            await Kazoo.BesideAsync(Server.ConnectString, $"{root}/a", async () =>
            {
                for (var step = 0; step < 60; step++) await StepAsync(root, random, proxy);
                // What ends it, for both.
                await Direct.CreateParentsAsync($"{root}/a");
                if (await Direct.ExistsAsync($"{root}/a") is null) await Direct.CreateAsync($"{root}/a");
                await Direct.SetAsync($"{root}/a", Bytes("the end"));
                await node.BecomesAsync(now => Text(now) is "the end");
            });

            var there = await ReadAsync(root);
            var last = await seen.BecomesAsync(tree => tree.IsLive && Spelt(tree.Nodes.Values).SequenceEqual(Spelt(there)));
            Assert.That(Spelt(last.Nodes.Values), Is.EqualTo(Spelt(there)));
            Assert.That(node.Seen.OfType<ZkNode>().Select(now => now.Stat.Mzxid), Is.Ordered.Ascending.And.Unique);
            Assert.That(seen.Seen.Select(tree => tree.Zxid), Is.Ordered.Ascending);
        }
    }

    async Task StepAsync(string root, Random random, Proxy proxy)
    {
        string[] paths = ["", "/a", "/b", "/a/x", "/a/y", "/b/x"];
        var path = root + paths[random.Next(paths.Length)];
        switch (random.Next(10))
        {
            case < 4:
                await ErrorOf(async () => await Direct.CreateAsync(path, Bytes($"{random.Next(100)}")));
                break;
            case < 7:
                await ErrorOf(async () => await Direct.SetAsync(path, Bytes($"{random.Next(100)}")));
                break;
            case < 9:
                await ErrorOf(async () => await Direct.DeleteAsync(path));
                break;
            default:
                if (random.Next(2) == 0) proxy.CutNow();
                else proxy.CutAt((Cut)random.Next(4));
                break;
        }
    }

    async Task<List<ZkNode>> ReadAsync(string path)
    {
        List<ZkNode> all = [];
        if (await Direct.GetAsync(path) is { } node) all.Add(node);
        foreach (var name in (await Direct.GetChildrenAsync(path))?.Names ?? []) all.AddRange(await ReadAsync($"{path}/{name}"));
        return all;
    }

    static string[] Spelt(IEnumerable<ZkNode> nodes) =>
        [.. nodes.Select(node => $"{node.Path} {node.Stat.Czxid} {node.Stat.Mzxid} {Text(node)}").Order(StringComparer.Ordinal)];

    static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : otherwise;
}
