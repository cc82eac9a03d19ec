using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>What a server does that a client library hides: the embedded one and a published one are asked the same.</summary>
[TestFixture("3.8.4")]
[TestFixture(Embedded)]
public sealed class WireTests(string version) : ServerTests(version)
{
    readonly List<RawClient> raw = [];

    [TearDown]
    public void CloseRaw()
    {
        foreach (var one in raw) one.Dispose();
        raw.Clear();
    }

    [Test]
    public async Task A_node_tells_its_history()
    {
        var client = await RawAsync();
        var made = (await client.AskAsync(new Create2.Request { Path = $"{Base}/a", Data = null, Acl = ZkAcl.Open })).Body!.Stat;
        Assert.That((made.Mzxid, made.Pzxid, made.Version), Is.EqualTo((made.Czxid, made.Czxid, 0)));
        Assert.That((made.ChildrenVersion, made.DataLength), Is.EqualTo((0, 0)));
        Assert.That(made.Mtime, Is.EqualTo(made.Ctime));
        Assert.That((await client.AskAsync(new GetData.Request { Path = $"{Base}/a" })).Body!.Data, Is.Null);

        await CreateAsync(client, "a/x");
        await CreateAsync(client, "a/y");
        var deleted = await DeleteAsync(client, "a/x");
        var written = (await client.AskAsync(new SetData.Request { Path = $"{Base}/a", Data = Bytes("12") })).Body!.Stat;
        Assert.Multiple(() =>
        {
            Assert.That((written.Czxid, written.Pzxid, written.Mzxid), Is.EqualTo((made.Czxid, deleted, deleted + 1)));
            // Two have come and one has gone.
            Assert.That((written.Version, written.ChildrenVersion, written.ChildrenCount, written.DataLength), Is.EqualTo((1, 3, 1, 2)));
        });

        // The numbers of sequential nodes count those that came, whatever they are called.
        Assert.That((await client.AskAsync(Sequential($"{Base}/a/"))).Body!.Path, Is.EqualTo($"{Base}/a/0000000002"));
        var guarded = (await client.AskAsync(new SetAcl.Request { Path = $"{Base}/a", Acl = ZkAcl.Open, Version = 0 })).Body!.Stat;
        Assert.That((guarded.AclVersion, guarded.Version, guarded.Mzxid), Is.EqualTo((1, 1, written.Mzxid)));
        await client.AskAsync(new SetAcl.Request { Path = $"{Base}/a", Acl = ZkAcl.Open, Version = 0 }, ZooKeeperError.BadVersion);
    }

    [Test]
    public async Task What_is_refused_has_a_number_and_what_is_read_has_none()
    {
        var client = await RawAsync();
        await CreateAsync(client, "a");
        var before = client.Zxid;
        await client.AskAsync(new Create.Request { Path = $"{Base}/a", Acl = ZkAcl.Open }, ZooKeeperError.NodeExists);
        Assert.That(client.Zxid, Is.EqualTo(before + 1));
        await client.AskAsync(new GetData.Request { Path = $"{Base}/none" }, ZooKeeperError.NoNode);
        await client.AskAsync(new Exists.Request { Path = Base });
        Assert.That(client.Zxid, Is.EqualTo(before + 1));
        // A ping tells it, too.
        await client.AskAsync(new Ping.Request(), Xids.Ping);
        Assert.That(client.Zxid, Is.EqualTo(before + 1));
    }

    [Test]
    public async Task Watches_fire_once_and_before_the_answer_that_shows_the_change()
    {
        var (client, other) = (await RawAsync(), await RawAsync());
        await CreateAsync(other, "a");
        await client.AskAsync(new GetData.Request { Path = $"{Base}/a", Watch = true });
        await client.AskAsync(new Exists.Request { Path = $"{Base}/a", Watch = true });
        await client.AskAsync(new GetChildren2.Request { Path = $"{Base}/a", Watch = true });
        await client.AskAsync(new GetChildren.Request { Path = Base, Watch = true });
        await client.AskAsync(new Exists.Request { Path = $"{Base}/new", Watch = true });
        await client.AskAsync(new GetData.Request { Path = $"{Base}/none", Watch = true }, ZooKeeperError.NoNode);

        // Two watches of the data tell one event.
        await SetAsync(other, "a", "1");
        await SetAsync(other, "a", "2");
        await client.AskAsync(new Exists.Request { Path = $"{Base}/a" });
        Assert.That(client.Events, Is.EqualTo([$"DataChanged {Base}/a"]));

        // Once deleted: the node itself, and its parent's children. The data is not watched any more.
        await DeleteAsync(other, "a");
        await CreateAsync(other, "new");
        await CreateAsync(other, "none");
        await client.AskAsync(new Exists.Request { Path = Base });
        Assert.That(client.Events, Is.EqualTo([$"Deleted {Base}/a", $"ChildrenChanged {Base}", $"Created {Base}/new"]));

        // Who changes it himself hears of it before he hears that it is done.
        await client.AskAsync(new GetData.Request { Path = $"{Base}/new", Watch = true });
        await client.AskAsync(new GetChildren.Request { Path = $"{Base}/new", Watch = true });
        await client.AskAsync(new Delete.Request { Path = $"{Base}/new" });
        Assert.That(client.Events, Is.EqualTo([$"Deleted {Base}/new"]));
    }

    [Test]
    public async Task A_multi_tells_of_all_that_it_did_and_of_nothing_when_it_was_refused()
    {
        var client = await RawAsync();
        await client.AskAsync(new GetChildren.Request { Path = Base, Watch = true });
        await client.AskAsync(new Exists.Request { Path = $"{Base}/a", Watch = true });
        var refused = await client.AskAsync(new Multi.Request
        {
            Operations = [Node("a"), Node("b"), new SetData.Request { Path = $"{Base}/none", Data = Bytes("") }, Node("c")],
        });
        Assert.That((refused.Error, client.Events), Is.EqualTo((ZooKeeperError.Ok, Array.Empty<string>())));
        Assert.That(refused.Body!.Results.Select(result => (result.Type, result.Error)), Is.EqualTo(
            [(-1, ZooKeeperError.Ok), (-1, ZooKeeperError.Ok), (-1, ZooKeeperError.NoNode), (-1, ZooKeeperError.RuntimeInconsistency)]));

        var done = await client.AskAsync(new Multi.Request
        {
            Operations =
            [
                Node("a"), Sequential($"{Base}/a/s-"), new SetData.Request { Path = $"{Base}/a", Data = Bytes("1"), Version = 0 },
                new Check.Request { Path = $"{Base}/a", Version = 1 }, new Delete.Request { Path = $"{Base}/a/s-0000000000" },
                new CreateContainer.Request { Path = $"{Base}/box", Acl = ZkAcl.Open },
            ],
        });
        Assert.That(done.Body!.Results.Select(result => result.Type), Is.EqualTo([1, 1, 5, 13, 2, 15]));
        Assert.That(client.Events, Is.EqualTo([$"Created {Base}/a", $"ChildrenChanged {Base}"]));
        // All of it is one write.
        var stat = (await client.AskAsync(new Exists.Request { Path = $"{Base}/a" })).Body!.Stat;
        Assert.That((stat.Czxid, stat.Mzxid, stat.Pzxid), Is.EqualTo((client.Zxid, client.Zxid, client.Zxid)));
    }

    [Test]
    public async Task A_session_goes_on_with_its_password_and_takes_the_place_of_its_old_connection()
    {
        var first = await RawAsync();
        await first.AskAsync(new Create.Request { Path = $"{Base}/e", Acl = ZkAcl.Open, Flags = 1 });
        var again = await RawAsync(Known(first) with { LastZxidSeen = first.Zxid, TimeoutMs = 5000 });
        Assert.That((again.Hello!.SessionId, again.Hello.TimeoutMs), Is.EqualTo((first.Hello!.SessionId, 5000)));
        Assert.That(await first.ReadToEndAsync(), Is.Empty);
        Assert.That((await again.AskAsync(new Exists.Request { Path = $"{Base}/e" })).Body!.Stat.EphemeralOwner, Is.EqualTo(first.Hello.SessionId));

        // A wrong password is told as a session that is over, and costs the right one its connection.
        var wrong = await RawAsync(Known(first) with { Password = new byte[16] });
        Assert.That((wrong.Hello!.SessionId, wrong.Hello.TimeoutMs), Is.EqualTo((0L, 0)));
        Assert.That(await wrong.ReadToEndAsync(), Is.Empty);
        Assert.That(await again.ReadToEndAsync(), Is.Empty);

        var last = await RawAsync(Known(first));
        Assert.That((await last.AskAsync(new CloseSession.Request())).Error, Is.EqualTo(ZooKeeperError.Ok));
        Assert.That(await last.ReadToEndAsync(), Is.Empty);
        Assert.That(await Direct.ExistsAsync($"{Base}/e"), Is.Null);
        var late = await RawAsync(Known(first));
        Assert.That((late.Hello!.SessionId, late.Hello.TimeoutMs), Is.EqualTo((0L, 0)));
    }

    [Test]
    public async Task Who_has_seen_more_than_the_server_is_not_answered() =>
        Assert.That((await RawAsync(new() { LastZxidSeen = long.MaxValue, TimeoutMs = 4000, Password = new byte[16] })).Hello, Is.Null);

    [Test]
    public async Task A_client_from_before_3_4_is_answered_without_the_byte_that_it_does_not_know()
    {
        var client = await RawAsync(version: 0);
        Assert.That(client.Hello!.SessionId, Is.Not.Zero);
        await client.AskAsync(new Exists.Request { Path = "/" }, ZooKeeperError.Ok);
    }

    [Test]
    public async Task What_was_watched_is_watched_again_and_what_was_missed_is_told()
    {
        var (first, other) = (await RawAsync(), await RawAsync());
        foreach (var name in (string[])["same", "set", "gone", "list"]) await CreateAsync(other, name);
        await first.AskAsync(new Sync.Request { Path = "/" });
        var seen = first.Zxid;
        first.Dispose();
        await SetAsync(other, "set", "1");
        await DeleteAsync(other, "gone");
        await CreateAsync(other, "list/x");
        await CreateAsync(other, "came");

        var again = await RawAsync(Known(first) with { LastZxidSeen = seen });
        await again.AskAsync(new SetWatches.Request
        {
            RelativeZxid = seen,
            Data = [$"{Base}/same", $"{Base}/set", $"{Base}/gone"],
            Exist = [$"{Base}/came", $"{Base}/never"],
            Child = [$"{Base}/list", $"{Base}/same"],
        }, -8);
        Assert.That(again.Events, Is.EqualTo(
            [$"DataChanged {Base}/set", $"Deleted {Base}/gone", $"Created {Base}/came", $"ChildrenChanged {Base}/list"]));

        var more = await RawAsync();
        await SetAsync(more, "same", "1");
        await CreateAsync(more, "never");
        await CreateAsync(more, "same/x");
        await again.AskAsync(new Ping.Request(), Xids.Ping);
        Assert.That(again.Events, Is.EqualTo([$"DataChanged {Base}/same", $"Created {Base}/never", $"ChildrenChanged {Base}/same"]));
    }

    [Test]
    public async Task Watches_that_stay_are_set_again_with_the_others()
    {
        var client = await RawAsync();
        await client.AskAsync(new SetWatches2.Request
        {
            RelativeZxid = client.Zxid,
            Exist = [$"{Base}/a"],
            Persistent = [$"{Base}/p"],
            PersistentRecursive = [$"{Base}/r"],
        }, -8);
        foreach (var name in (string[])["a", "p", "r", "r/x"])
        {
            await CreateAsync(client, name);
            Assert.That(client.Events, Is.EqualTo([$"Created {Base}/{name}"]));
        }

        await SetAsync(client, "a", "1");
        Assert.That(client.Events, Is.Empty);
        await SetAsync(client, "p", "1");
        Assert.That(client.Events, Is.EqualTo([$"DataChanged {Base}/p"]));
    }

    [Test]
    public async Task A_watch_that_stays_tells_everything_until_it_is_taken_back()
    {
        var client = await RawAsync();
        await client.AskAsync(new AddWatch.Request { Path = Base, Mode = 0 }, ZooKeeperError.Ok);
        await CreateAsync(client, "a");
        Assert.That(client.Events, Is.EqualTo([$"ChildrenChanged {Base}"]));
        await CreateAsync(client, "a/b");
        Assert.That(client.Events, Is.Empty);
        await client.AskAsync(new SetData.Request { Path = Base, Data = Bytes("1") });
        Assert.That(client.Events, Is.EqualTo([$"DataChanged {Base}"]));
        await client.AskAsync(new RemoveWatches.Request { Path = Base, Type = 3 }, ZooKeeperError.Ok);
        await client.AskAsync(new RemoveWatches.Request { Path = Base, Type = 3 }, ZooKeeperError.NoWatcher);
        await CreateAsync(client, "c");
        Assert.That(client.Events, Is.Empty);

        await client.AskAsync(new AddWatch.Request { Path = Base, Mode = 1 });
        await CreateAsync(client, "a/b/c");
        Assert.That(client.Events, Is.EqualTo([$"Created {Base}/a/b/c"]));
        await SetAsync(client, "a/b/c", "1");
        Assert.That(client.Events, Is.EqualTo([$"DataChanged {Base}/a/b/c"]));
        await DeleteAsync(client, "a/b/c");
        Assert.That(client.Events, Is.EqualTo([$"Deleted {Base}/a/b/c"]));
    }

    [Test]
    public async Task One_sort_of_watch_is_taken_back_and_the_other_stays()
    {
        var client = await RawAsync();
        await client.AskAsync(new GetData.Request { Path = Base, Watch = true });
        await client.AskAsync(new GetChildren2.Request { Path = Base, Watch = true });
        await client.AskAsync(new CheckWatches.Request { Path = Base, Type = 1 }, ZooKeeperError.Ok);
        await client.AskAsync(new RemoveWatches.Request { Path = Base, Type = 1 }, ZooKeeperError.Ok);
        await client.AskAsync(new CheckWatches.Request { Path = Base, Type = 1 }, ZooKeeperError.NoWatcher);
        await CreateAsync(client, "a");
        Assert.That(client.Events, Is.Empty);
        await client.AskAsync(new SetData.Request { Path = Base, Data = Bytes("1") });
        Assert.That(client.Events, Is.EqualTo([$"DataChanged {Base}"]));
    }

    [Test]
    public async Task What_is_not_known_is_refused_and_ends_the_connection_but_not_the_session()
    {
        var client = await RawAsync();
        Assert.That((await client.AskAsync(999, [])).Error, Is.EqualTo(ZooKeeperError.Unimplemented));
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
        var again = await RawAsync(Known(client));
        Assert.That(again.Hello!.SessionId, Is.EqualTo(client.Hello!.SessionId));
    }

    [Test]
    public async Task What_makes_no_sense_is_refused()
    {
        var client = await RawAsync();
        foreach (var path in (string[])["a", $"{Base}/", $"{Base}/.", $"{Base}/a\u0000"])
            await client.AskAsync(new Create.Request { Path = path, Acl = ZkAcl.Open }, ZooKeeperError.BadArguments);
        // Their parents are looked for first.
        foreach (var path in (string[])[$"{Base}//a", $"{Base}/./a"])
            await client.AskAsync(new Create.Request { Path = path, Acl = ZkAcl.Open }, ZooKeeperError.NoNode);
        await client.AskAsync(new Create.Request { Path = "/", Acl = ZkAcl.Open }, ZooKeeperError.NodeExists);
        await client.AskAsync(new Create.Request { Path = $"{Base}/x", Acl = ZkAcl.Open, Flags = 77 }, ZooKeeperError.BadArguments);
        ZkAcl[] senseless =
            [new() { Scheme = "world", Id = "x" }, new() { Scheme = "digest", Id = "x" }, new() { Scheme = "nonsense" }, ZkAcl.Own[0]];
        foreach (var acl in senseless)
            await client.AskAsync(new Create.Request { Path = $"{Base}/x", Acl = [acl] }, ZooKeeperError.InvalidAcl);
        foreach (var path in (string[])["/", "/zookeeper", "/zookeeper/quota"])
            await client.AskAsync(new Delete.Request { Path = path }, ZooKeeperError.BadArguments);
    }

    [Test]
    public async Task Access_is_given_by_address_and_by_digest_and_digests_are_not_shown()
    {
        var (client, other) = (await RawAsync(), await RawAsync());
        var digest = ZkAcl.Digest("user", "pass");
        ZkAcl[] acl = [new() { Permissions = ZkPermissions.Read | ZkPermissions.Create, Scheme = "ip", Id = "127.0.0.0/8" }, digest];
        await client.AskAsync(new Create.Request { Path = $"{Base}/a", Acl = acl });
        await other.AskAsync(new GetData.Request { Path = $"{Base}/a" }, ZooKeeperError.Ok);
        await other.AskAsync(new SetData.Request { Path = $"{Base}/a" }, ZooKeeperError.NoAuth);
        Assert.That((await other.AskAsync(new GetAcl.Request { Path = $"{Base}/a" })).Body!.Acl![1].Id, Is.EqualTo("user:x"));
        await CreateAsync(other, "a/x");
        await other.AskAsync(new Delete.Request { Path = $"{Base}/a/x" }, ZooKeeperError.NoAuth);

        var auth = new Auth.Request { Scheme = "digest", Credentials = Bytes("user:pass") };
        Assert.That((await other.AskAsync(auth, Xids.Auth)).Error, Is.EqualTo(ZooKeeperError.Ok));
        Assert.That((await other.AskAsync(new GetAcl.Request { Path = $"{Base}/a" })).Body!.Acl, Is.EqualTo(acl));
        await other.AskAsync(new Delete.Request { Path = $"{Base}/a/x" }, ZooKeeperError.Ok);
        await other.AskAsync(new SetData.Request { Path = $"{Base}/a" }, ZooKeeperError.Ok);
    }

    [TestCase("ffffffff")]
    [TestCase("7fffffff")]
    [TestCase("00000000")]
    [TestCase("47455420")]
    public async Task A_first_message_of_a_length_that_cannot_be_ends_the_connection(string hex)
    {
        var client = await RawClient.DialAsync(Server.ConnectString);
        raw.Add(client);
        await client.SendAsync(Convert.FromHexString(hex));
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task A_request_that_is_too_long_ends_the_connection()
    {
        var client = await RawAsync();
        await client.SendAsync(Convert.FromHexString("00200000"));
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task It_answers_words_of_four_letters()
    {
        Assert.That(await RealZooKeeper.SayAsync(Server.ConnectString, "ruok"), Is.EqualTo("imok"));
        Assert.That(await RealZooKeeper.SayAsync(Server.ConnectString, "isro"), Is.EqualTo("rw"));
        Assert.That(await RealZooKeeper.SayAsync(Server.ConnectString, "srvr"),
            Does.StartWith("Zookeeper version: 3.8.4").And.Contain("Mode: standalone").And.Contain("Node count: "));
        await Direct.CreateAsync($"{Base}/e", mode: ZkCreateMode.Ephemeral);
        Assert.That(await RealZooKeeper.SayAsync(Server.ConnectString, "dump"), Does.Contain($"0x{Direct.Session.Id:x}:\n\t{Base}/e\n"));
        Assert.That(await RealZooKeeper.SayAsync(Server.ConnectString, "envi"), Does.Contain("zookeeper.version=3.8.4"));
    }

    async Task<RawClient> RawAsync(Connect.Request? hello = null, short version = 1)
    {
        var client = await RawClient.ConnectAsync(Server.ConnectString, hello, version);
        raw.Add(client);
        return client;
    }

    static Connect.Request Known(RawClient client) =>
        new() { SessionId = client.Hello!.SessionId, Password = client.Hello.Password, TimeoutMs = 4000 };

    Create.Request Node(string name) => new() { Path = $"{Base}/{name}", Acl = ZkAcl.Open };

    static Create.Request Sequential(string prefix) => new() { Path = prefix, Acl = ZkAcl.Open, Flags = (int)ZkCreateMode.PersistentSequential };

    async Task CreateAsync(RawClient client, string name) => await client.AskAsync(Node(name), ZooKeeperError.Ok);

    async Task SetAsync(RawClient client, string name, string text) =>
        await client.AskAsync(new SetData.Request { Path = $"{Base}/{name}", Data = Bytes(text) }, ZooKeeperError.Ok);

    async Task<long> DeleteAsync(RawClient client, string name)
    {
        await client.AskAsync(new Delete.Request { Path = $"{Base}/{name}" }, ZooKeeperError.Ok);
        return client.Zxid;
    }
}
