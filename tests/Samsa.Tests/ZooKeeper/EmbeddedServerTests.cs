using Samsa.Embedded;
using Samsa.Tests.Embedded;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>What only the server inside the process can: a clock that is moved by hand, sessions that are ended, limits.</summary>
public sealed class EmbeddedServerTests
{
    static readonly ZooKeeperOptions Quick = new() { SessionTimeout = TimeSpan.FromSeconds(10), MaxBackoff = TimeSpan.FromMilliseconds(20) };

    [Test]
    public async Task A_session_is_over_when_its_time_is_and_no_sooner()
    {
        var clock = new HandClock();
        await using var server = await EmbeddedZooKeeper.StartAsync(new() { Clock = clock });
        using var watching = await RawClient.ConnectAsync(server.ConnectString, new() { TimeoutMs = 60_000, Password = new byte[16] });
        using var client = await RawClient.ConnectAsync(server.ConnectString, new() { TimeoutMs = 5000, Password = new byte[16] });
        await client.AskAsync(new Create.Request { Path = "/e", Acl = ZkAcl.Open, Flags = 1 });
        await watching.AskAsync(new Exists.Request { Path = "/e", Watch = true });

        clock.Advance(TimeSpan.FromSeconds(4.9));
        // A ping is a word of its client.
        await client.AskAsync(new Ping.Request(), Xids.Ping);
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.That(server.Sessions.Select(session => session.Id), Is.EquivalentTo([watching.Hello!.SessionId, client.Hello!.SessionId]));
        await watching.AskAsync(new Exists.Request { Path = "/e" }, ZooKeeperError.Ok);

        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(await watching.EventAsync(), Is.EqualTo("Deleted /e"));
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
        Assert.That(server.Sessions.Select(session => session.Id), Is.EqualTo([watching.Hello.SessionId]));
    }

    [Test]
    public async Task A_session_that_is_ended_takes_its_nodes_along_and_its_client_begins_another()
    {
        await using var server = await EmbeddedZooKeeper.StartAsync();
        await using var client = await ZooKeeperClient.ConnectAsync(server.ConnectString, Quick);
        await using var hold = client.HoldEphemeral("/me", "v"u8.ToArray());
        using var states = new Recorder<ZkHold>(hold.States);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        var session = server.Sessions.Single();
        Assert.That((session.Id, session.Timeout, session.IsConnected), Is.EqualTo((client.Session.Id, Quick.SessionTimeout, true)));
        Assert.That(session.Ephemerals, Is.EqualTo(["/me"]));

        Assert.That(server.ExpireSession(session.Id));
        Assert.That(server.ExpireSession(session.Id), Is.False);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held && state.Owner != session.Id);
        Assert.That(client.Session.Epoch, Is.EqualTo(2));
    }

    [Test]
    public async Task A_cut_costs_nothing_but_the_connection()
    {
        await using var server = await EmbeddedZooKeeper.StartAsync();
        await using var client = await ZooKeeperClient.ConnectAsync(server.ConnectString, Quick);
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        await client.CreateAsync("/me", mode: ZkCreateMode.Ephemeral);
        for (var cuts = 1; cuts <= 2; cuts++)
        {
            if (cuts == 1) Assert.That(server.CutConnection(client.Session.Id));
            else server.CutConnections();
            await sessions.SawAsync(_ => sessions.Seen.Count(session => session.State == ZkSessionState.Suspended) == cuts);
            await sessions.BecomesAsync(session => session.State == ZkSessionState.Connected);
        }

        Assert.That((await client.ExistsAsync("/me"))!.EphemeralOwner, Is.EqualTo(client.Session.Id));
        Assert.That(client.Session.Epoch, Is.EqualTo(1));
        Assert.That(server.CutConnection(7), Is.False);
    }

    [Test]
    public async Task A_server_that_is_stopped_and_started_again_has_everything_and_ends_no_session_meanwhile()
    {
        var clock = new HandClock();
        await using var server = await EmbeddedZooKeeper.StartAsync(new() { Clock = clock });
        var address = server.ConnectString;
        await using var client = await ZooKeeperClient.ConnectAsync(address, Quick);
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        using var node = new Recorder<ZkView<ZkNode>>(client.ViewNode("/e"));
        await client.CreateAsync("/e", "1"u8.ToArray(), ZkCreateMode.Ephemeral);
        await node.BecomesAsync(view => view.IsLive && view.Value is not null);

        await server.StopAsync();
        Assert.That(server.IsRunning, Is.False);
        await node.BecomesAsync(view => !view.IsLive);
        var hasty = Quick with { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        var refused = await Assert.ThrowsAsync<ZooKeeperException>(() => ZooKeeperClient.ConnectAsync(address, hasty));
        Assert.That(refused!.Message, Does.Contain("refused"));
        clock.Advance(TimeSpan.FromMinutes(5));

        await server.ResumeAsync();
        Assert.That(server.ConnectString, Is.EqualTo(address));
        await sessions.BecomesAsync(session => session.State == ZkSessionState.Connected);
        await node.BecomesAsync(view => view.IsLive && view.Value is not null);
        Assert.That((client.Session.Epoch, server.Sessions.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_container_goes_when_it_was_left_and_a_node_with_a_time_to_live_when_that_is_over()
    {
        var clock = new HandClock();
        await using var server = await EmbeddedZooKeeper.StartAsync(
            new() { Clock = clock, AllowsTtl = true, ContainerCheckInterval = TimeSpan.FromSeconds(10) });
        using var client = await RawClient.ConnectAsync(server.ConnectString, new() { TimeoutMs = 60_000, Password = new byte[16] });
        foreach (var path in (string[])["/new", "/left"]) await client.AskAsync(new CreateContainer.Request { Path = path, Acl = ZkAcl.Open });
        await client.AskAsync(new CreateTtl.Request { Path = "/ttl", Acl = ZkAcl.Open, TtlMs = 15_000 });
        await client.AskAsync(new CreateTtl.Request { Path = "/kept", Acl = ZkAcl.Open, TtlMs = 15_000 });
        await client.AskAsync(new Create.Request { Path = "/kept/child", Acl = ZkAcl.Open });
        await client.AskAsync(new Create.Request { Path = "/left/child", Acl = ZkAcl.Open });
        clock.Advance(TimeSpan.FromSeconds(10.1));
        Assert.That(await ThereAsync(), Is.EqualTo(["kept", "left", "new", "ttl", "zookeeper"]));

        await client.AskAsync(new Delete.Request { Path = "/left/child" });
        clock.Advance(TimeSpan.FromSeconds(10.1));
        Assert.That(await ThereAsync(), Is.EqualTo(["kept", "new", "zookeeper"]));

        async Task<IReadOnlyList<string>?> ThereAsync() => (await client.AskAsync(new GetChildren.Request { Path = "/" })).Body!.Children;
    }

    [Test]
    public async Task Nothing_grows_without_a_bound()
    {
        await using var server = await EmbeddedZooKeeper.StartAsync(new()
        {
            MaxBytes = 20_000, MaxSessions = 2, MaxConnections = 3, MaxWatches = 10, MaxFrameBytes = 16_000,
            MaxSessionTimeout = TimeSpan.FromSeconds(7),
        });
        using var client = await RawClient.ConnectAsync(server.ConnectString, new() { TimeoutMs = 60_000, Password = new byte[16] });
        Assert.That(client.Hello!.TimeoutMs, Is.EqualTo(7000));
        await client.AskAsync(new Create.Request { Path = "/a", Data = new byte[15_000], Acl = ZkAcl.Open }, ZooKeeperError.Ok);
        await client.AskAsync(new Create.Request { Path = "/b", Data = new byte[15_000], Acl = ZkAcl.Open }, ZooKeeperError.QuotaExceeded);
        await client.AskAsync(new Create.Request { Path = "/c", Acl = ZkAcl.Open }, ZooKeeperError.Ok);
        await client.AskAsync(new SetData.Request { Path = "/c", Data = new byte[15_000] }, ZooKeeperError.QuotaExceeded);
        // What was deleted makes room.
        await client.AskAsync(new Delete.Request { Path = "/a" }, ZooKeeperError.Ok);
        await client.AskAsync(new SetData.Request { Path = "/c", Data = new byte[15_000] }, ZooKeeperError.Ok);

        using var second = await RawClient.ConnectAsync(server.ConnectString);
        using var third = await RawClient.ConnectAsync(server.ConnectString);
        Assert.That((second.Hello is not null, third.Hello is not null), Is.EqualTo((true, false)));
        for (var i = 0; i < 10; i++) await second.AskAsync(new Exists.Request { Path = $"/{i}", Watch = true });
        await second.AskAsync(new Exists.Request { Path = "/10", Watch = true });
        Assert.That(await second.ReadToEndAsync(), Is.Empty);
        Assert.That(() => server.Connections, Is.EqualTo(1).After(5000, 10));

        using var silent1 = await RawClient.DialAsync(server.ConnectString);
        using var silent2 = await RawClient.DialAsync(server.ConnectString);
        using var many = await RawClient.DialAsync(server.ConnectString);
        Assert.That(await many.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task A_client_that_does_not_take_what_it_is_told_is_cut_off_and_nobody_waits_for_it()
    {
        await using var server = await EmbeddedZooKeeper.StartAsync(new() { MaxFrameBytes = 64 << 10 });
        using var deaf = await RawClient.ConnectAsync(server.ConnectString, new() { TimeoutMs = 60_000, Password = new byte[16] });
        var name = new string('x', 10_000);
        await deaf.AskAsync(new AddWatch.Request { Path = "/", Mode = 1 });
        using var client = await RawClient.ConnectAsync(server.ConnectString);
        await client.AskAsync(new Create.Request { Path = $"/{name}", Acl = ZkAcl.Open });
        // More than the buffers of both sockets hold.
        var told = 0;
        while (server.Connections == 2 && told++ < 20_000) await client.AskAsync(new SetData.Request { Path = $"/{name}" });
        Assert.That(server.Connections, Is.EqualTo(1));
        TestContext.Out.WriteLine($"cut off after {told} events");
    }

    [Test]
    public async Task Who_says_nothing_at_all_is_cut_off()
    {
        var clock = new HandClock();
        await using var server = await EmbeddedZooKeeper.StartAsync(new() { Clock = clock });
        using var silent = await RawClient.DialAsync(server.ConnectString);
        Assert.That(() => clock.Timers, Is.GreaterThan(0).After(5000, 10));
        clock.Advance(TimeSpan.FromSeconds(10.1));
        Assert.That(await silent.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task A_port_that_was_asked_for_is_taken_and_given_back()
    {
        await using var first = await EmbeddedZooKeeper.StartAsync();
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => EmbeddedZooKeeper.StartAsync(new() { Port = first.Port }));
        await first.DisposeAsync();
        await using var second = await EmbeddedZooKeeper.StartAsync(new() { Port = first.Port });
        Assert.That(second.ConnectString, Is.EqualTo(first.ConnectString));
        Assert.That(() => first.ResumeAsync(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_wrong_option_is_refused_by_name()
    {
        Assert.That(() => new EmbeddedZooKeeperOptions { MaxFrameBytes = 3 },
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("MaxFrameBytes is 3"));
        Assert.That(() => EmbeddedZooKeeper.StartAsync(new() { MinSessionTimeout = TimeSpan.FromHours(1) }), Throws.ArgumentException);
    }
}
