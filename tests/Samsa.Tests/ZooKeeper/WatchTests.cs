using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

[TestFixture("3.4.6")]
[TestFixture("3.4.10")]
[TestFixture("3.8.4")]
[TestFixture(Debian)]
[TestFixture(Embedded)]
public sealed class WatchTests(string version) : ServerTests(version)
{
    [Test]
    public async Task A_node_is_seen_to_come_change_go_and_come_again()
    {
        var path = $"{Base}/a";
        using var seen = new Recorder<ZkNode?>(Direct.WatchNode(path));
        await seen.BecomesAsync(node => node is null);
        await Direct.CreateAsync(path, Bytes("1"));
        await seen.BecomesAsync(node => Text(node) is "1");
        await Direct.SetAsync(path, Bytes("2"));
        await seen.BecomesAsync(node => Text(node) is "2");
        await Direct.DeleteAsync(path);
        await seen.BecomesAsync(node => node is null);
        await Direct.CreateAsync(path, Bytes("2"));
        await seen.BecomesAsync(node => Text(node) is "2");

        Assert.That(seen.Seen.Select(Text), Is.EqualTo([null, "1", "2", null, "2"]));
        Assert.That(seen.Seen.OfType<ZkNode>().Select(node => node.Stat.Mzxid), Is.Ordered.Ascending);
    }

    [Test]
    public async Task Children_are_seen_and_what_is_written_into_them_is_not()
    {
        using var seen = new Recorder<ZkChildren?>(Direct.WatchChildren($"{Base}/list"));
        await seen.BecomesAsync(list => list is null);
        await Direct.CreateAsync($"{Base}/list");
        await seen.BecomesAsync(list => list is { Names: [] });
        await Direct.CreateAsync($"{Base}/list/b");
        await seen.BecomesAsync(list => list is { Names: ["b"] });
        await Direct.SetAsync($"{Base}/list/b", Bytes("x"));
        await Direct.SetAsync($"{Base}/list", Bytes("x"));
        await Direct.CreateAsync($"{Base}/list/a");
        await seen.BecomesAsync(list => list is { Names: ["a", "b"] });
        await Direct.MultiAsync([new ZkOperation.Delete($"{Base}/list/a"), new ZkOperation.Delete($"{Base}/list/b"), new ZkOperation.Delete($"{Base}/list")]);
        await seen.BecomesAsync(list => list is null);

        Assert.That(seen.Seen.OfType<ZkChildren>().Select(list => list.Stat.Pzxid), Is.Ordered.Ascending.And.Unique);
    }

    [Test]
    public async Task Those_who_observe_a_path_share_its_watch_and_begin_with_what_is_known()
    {
        var before = Direct.WatchCount;
        using var first = new Recorder<ZkNode?>(Direct.WatchNode(Base));
        await first.BecomesAsync(node => node is not null);
        using (var second = new Recorder<ZkNode?>(Direct.WatchNode(Base)))
        {
            await second.BecomesAsync(node => node is not null);
            Assert.That(second.Last, Is.SameAs(first.Last));
            Assert.That(Direct.WatchCount, Is.EqualTo(before + 1));
        }

        Assert.That(Direct.WatchCount, Is.EqualTo(before + 1));
        await Direct.SetAsync(Base, Bytes("x"));
        await first.BecomesAsync(node => Text(node) is "x");
        first.Dispose();
        Assert.That(Direct.WatchCount, Is.EqualTo(before));
    }

    [Test]
    public async Task A_server_forgets_what_nobody_observes_any_more_when_it_can_be_told()
    {
        if (!Knows35) return;
        var client = await ConnectAsync(options: Quick with { RemovesWatches = true });
        using var list = new Recorder<ZkChildren?>(client.WatchChildren($"{Base}/none"));
        using var node = new Recorder<ZkNode?>(client.WatchNode($"{Base}/none"));
        await list.BecomesAsync(seen => seen is null);
        await node.BecomesAsync(seen => seen is null);
        Assert.That(await RealZooKeeper.SayAsync(Server.ConnectString, "wchp"), Does.Contain($"{Base}/none"));

        list.Dispose();
        using var again = new Recorder<ZkNode?>(client.WatchNode(Base));
        await again.BecomesAsync(seen => seen is not null);
        Assert.That(await RealZooKeeper.SayAsync(Server.ConnectString, "wchp"), Does.Contain($"{Base}/none"));

        node.Dispose();
        await client.GetAsync(Base);
        Assert.That(await RealZooKeeper.SayAsync(Server.ConnectString, "wchp"), Does.Not.Contain($"{Base}/none"));
    }

    [Test]
    public async Task An_observer_that_blocks_delays_nobody_and_sees_the_newest_then()
    {
        var options = Quick with { SessionTimeout = TimeSpan.FromSeconds(2.5) };
        var client = await ConnectAsync(options: options);
        using var release = new ManualResetEventSlim();
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        List<string?> slow = [];
        using var blocked = client.WatchNode(Base).Subscribe(new Blocking(node =>
        {
            slow.Add(Text(node));
            if (slow.Count == 1) release.Wait();
        }));
        using var quick = new Recorder<ZkNode?>(client.WatchNode(Base));
        await quick.BecomesAsync(node => node is not null);

        // Longer than the session, by the clock of the server: an ephemeral node of a session that nobody keeps is gone then.
        using var proxy = new Proxy(Server.ConnectString);
        var lost = await ConnectAsync(proxy.Address, options);
        await lost.CreateAsync($"{Base}/lost", mode: ZkCreateMode.Ephemeral);
        proxy.Block();
        using var there = new Recorder<ZkNode?>(Direct.WatchNode($"{Base}/lost"));
        for (var i = 1; i <= 50; i++) await client.SetAsync(Base, Bytes($"{i}"));
        await there.BecomesAsync(node => node is null);

        await quick.BecomesAsync(node => Text(node) is "50");
        release.Set();
        Assert.That(sessions.Seen.Select(session => session.State), Is.All.EqualTo(ZkSessionState.Connected), string.Join('\n', sessions.Seen));
        using var after = new Recorder<ZkNode?>(client.WatchNode(Base));
        await client.SetAsync(Base, Bytes("end"));
        await after.BecomesAsync(node => Text(node) is "end");
        string?[] both = ["", "50", "end"], one = ["", "end"];
        Assert.That(() => slow.ToArray(), Is.EqualTo(both).Or.EqualTo(one).After(5000, 10));
    }

    [Test]
    public async Task A_tree_is_seen_whole_and_what_happened_between_two_states()
    {
        await Direct.CreateAsync($"{Base}/a");
        await Direct.CreateAsync($"{Base}/a/x", Bytes("1"));
        await Direct.CreateAsync($"{Base}/a/x/deep");
        using var seen = new Recorder<ZkTree>(Direct.WatchTree(Base, depth: 2));
        var first = await seen.BecomesAsync(tree => tree.IsLive);
        Assert.That(first.Nodes.Keys, Is.EquivalentTo([Base, $"{Base}/a", $"{Base}/a/x"]));

        await Direct.SetAsync($"{Base}/a/x", Bytes("2"));
        await Direct.CreateAsync($"{Base}/b");
        var second = await seen.BecomesAsync(tree =>
            tree.IsLive && tree.Nodes.ContainsKey($"{Base}/b") && Text(tree.Nodes.GetValueOrDefault($"{Base}/a/x")) is "2");
        Assert.That(second.ChangesSince(first).Select(change => (change.Kind, change.Node.Path)),
            Is.EqualTo([(ZkTreeChangeKind.Added, $"{Base}/b"), (ZkTreeChangeKind.Updated, $"{Base}/a/x")]));

        foreach (var path in (string[])["/a/x/deep", "/a/x", "/a"]) await Direct.DeleteAsync(Base + path);
        var third = await seen.BecomesAsync(tree => tree.IsLive && tree.Nodes.Count == 2);
        Assert.That(third.ChangesSince(second).Select(change => (change.Kind, change.Node.Path)),
            Is.EqualTo([(ZkTreeChangeKind.Removed, $"{Base}/a/x"), (ZkTreeChangeKind.Removed, $"{Base}/a")]));

        await Direct.CreateAsync($"{Base}/a");
        await Direct.CreateAsync($"{Base}/a/y");
        await seen.BecomesAsync(tree => tree.IsLive && tree.Nodes.Count == 4);
        seen.Dispose();
        Assert.That(Direct.WatchCount, Is.Zero);
    }

    [Test]
    public async Task A_chroot_that_is_created_later_is_seen()
    {
        var below = await ConnectAsync($"{Server.ConnectString}{Base}/later/root");
        using var tree = new Recorder<ZkTree>(below.WatchTree("/", 1));
        using var node = new Recorder<ZkNode?>(below.WatchNode("/x"));
        await tree.BecomesAsync(seen => seen.Nodes.IsEmpty);
        await node.BecomesAsync(seen => seen is null);

        await below.CreateParentsAsync("/x");
        await below.CreateAsync("/x", Bytes("1"));

        await node.BecomesAsync(seen => Text(seen) is "1");
        await tree.BecomesAsync(seen => seen.Nodes.Count == 2);
    }

    [Test]
    public async Task Five_thousand_children_of_more_than_a_mebibyte_are_seen()
    {
        var filling = new string('x', 210);
        foreach (var some in Enumerable.Range(0, 5000).Chunk(500))
            await Direct.MultiAsync([.. some.Select(i => new ZkOperation.Create($"{Base}/{i:d5}-{filling}", null))]);
        using var seen = new Recorder<ZkChildren?>(Direct.WatchChildren(Base));
        await seen.BecomesAsync(list => list?.Names.Count == 5000);
        Assert.That(seen.Last!.Names.Sum(name => name.Length + 4), Is.GreaterThan(1 << 20));

        // Where less is allowed, that is said, and only to who asked for it.
        var narrow = await ConnectAsync(options: Quick with { MaxFrameBytes = 1 << 20 });
        using var refused = new Recorder<ZkChildren?>(narrow.WatchChildren(Base));
        using var other = new Recorder<ZkNode?>(narrow.WatchNode(Base));
        Assert.That((await refused.EndAsync())!.Message, Does.Contain("MaxFrameBytes"));
        await other.BecomesAsync(node => node is not null);
        await Direct.SetAsync(Base, Bytes("x"));
        await other.BecomesAsync(node => Text(node) is "x");
    }

    [Test]
    public async Task What_may_not_be_read_fails_and_nothing_else_does()
    {
        var known = await ConnectAsync(options: Quick with { Auth = [ZkAuth.Digest("user", "pass")] });
        await known.CreateAsync($"{Base}/secret", Bytes("s"), acl: ZkAcl.Own);
        using var refused = new Recorder<ZkNode?>(Direct.WatchNode($"{Base}/secret"));
        using var allowed = new Recorder<ZkNode?>(known.WatchNode($"{Base}/secret"));

        Assert.That(await refused.EndAsync(), Is.TypeOf<ZooKeeperException>().With.Property("Error").EqualTo(ZooKeeperError.NoAuth));
        await allowed.BecomesAsync(node => Text(node) is "s");
    }

    [Test]
    public async Task What_is_watched_completes_with_the_client()
    {
        var client = new ZooKeeperClient(Server.ConnectString, Quick);
        using var seen = new Recorder<ZkNode?>(client.WatchNode(Base));
        using var tree = new Recorder<ZkTree>(client.WatchTree(Base));
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        await seen.BecomesAsync(node => node is not null);
        await client.DisposeAsync();

        Assert.That(await seen.EndAsync(), Is.Null);
        Assert.That(await tree.EndAsync(), Is.Null);
        Assert.That(await sessions.EndAsync(), Is.Null);
        Assert.That(sessions.Last.State, Is.EqualTo(ZkSessionState.Closed));
        using var late = new Recorder<ZkNode?>(client.WatchNode(Base));
        Assert.That(await late.EndAsync(), Is.TypeOf<ObjectDisposedException>());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.GetAsync(Base));
    }

    [Test]
    public async Task What_an_observer_throws_ends_its_subscription_alone()
    {
        var told = new TaskCompletionSource<Exception>();
        var client = await ConnectAsync(options: Quick with { ObserverFailed = error => told.TrySetResult(error) });
        using var bad = client.WatchNode(Base).Subscribe(new Blocking(_ => throw new InvalidOperationException("bad")));
        using var good = new Recorder<ZkNode?>(client.WatchNode(Base));

        Assert.That((await told.Task.WaitAsync(TimeSpan.FromSeconds(20))).Message, Is.EqualTo("bad"));
        await client.SetAsync(Base, Bytes("x"));
        await good.BecomesAsync(node => Text(node) is "x");
    }

    sealed class Blocking(Action<ZkNode?> next) : IObserver<ZkNode?>
    {
        public void OnNext(ZkNode? value) => next(value);

        public void OnError(Exception error) { }

        public void OnCompleted() { }
    }
}
