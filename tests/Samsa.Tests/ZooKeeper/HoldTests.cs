using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

[TestFixture("3.4.6")]
[TestFixture("3.4.10")]
[TestFixture("3.8.4")]
[TestFixture(Debian)]
[TestFixture(Embedded)]
public sealed class HoldTests(string version) : ServerTests(version)
{
    static readonly ZooKeeperOptions Short = Quick with { SessionTimeout = TimeSpan.FromSeconds(1) };

    [Test]
    public async Task A_held_node_comes_with_its_parents_and_goes_when_it_is_let_go()
    {
        var path = $"{Base}/p/q/me";
        var hold = Direct.HoldEphemeral(path, Bytes("v"));
        using var states = new Recorder<ZkHold>(hold.States);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        var node = await Direct.GetAsync(path);
        Assert.That((Text(node), node!.Stat.EphemeralOwner), Is.EqualTo(("v", Direct.Session.Id)));

        await hold.DisposeAsync();
        Assert.That(await states.EndAsync(), Is.Null);
        Assert.That(states.Last.State, Is.EqualTo(ZkHoldState.Released));
        Assert.That(await Direct.ExistsAsync(path), Is.Null);
    }

    [Test]
    public async Task A_held_node_that_somebody_deletes_is_created_again()
    {
        var path = $"{Base}/me";
        await using var hold = Direct.HoldEphemeral(path, Bytes("v"));
        using var states = new Recorder<ZkHold>(hold.States);
        var first = await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        await Direct.DeleteAsync(path);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held && state.Stat!.Czxid > first.Stat!.Czxid);
        Assert.That(Text(await Direct.GetAsync(path)), Is.EqualTo("v"));
    }

    // It is created, and its watch fires; it is deleted; it is read, and is not there, as before.
    [Test]
    public async Task A_held_node_that_was_deleted_before_it_could_be_seen_is_created_again()
    {
        var path = $"{Base}/me";
        using var mayPass = new ManualResetEventSlim(true);
        using var proxy = new Proxy(Server.ConnectString, told: (isAsked, _) => PassWhen(isAsked, mayPass));
        var client = await ConnectAsync(proxy.Address);
        using var views = new Recorder<ZkView<ZkNode>>(client.ViewNode(path));
        await views.BecomesAsync(view => view.IsLive);
        using var there = new Recorder<ZkNode?>(Direct.WatchNode(path));

        mayPass.Reset();
        await using var hold = client.HoldEphemeral(path, Bytes("v"));
        await there.BecomesAsync(node => node is not null);
        await Direct.DeleteAsync(path);
        await there.BecomesAsync(node => node is null);
        mayPass.Set();

        await there.BecomesAsync(node => node is not null);
    }

    [Test]
    public async Task A_node_of_somebody_else_is_left_alone_until_it_goes()
    {
        var path = $"{Base}/me";
        var other = await ConnectAsync();
        await other.CreateAsync(path, Bytes("theirs"), ZkCreateMode.Ephemeral);
        await using var hold = Direct.HoldEphemeral(path, Bytes("ours"));
        using var states = new Recorder<ZkHold>(hold.States);
        Assert.That((await states.BecomesAsync(state => state.State == ZkHoldState.Conflict)).Owner, Is.EqualTo(other.Session.Id));
        await other.SetAsync(path, Bytes("still theirs"));
        Assert.That(Text(await Direct.GetAsync(path)), Is.EqualTo("still theirs"));

        await other.DisposeAsync();
        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        Assert.That(Text(await Direct.GetAsync(path)), Is.EqualTo("ours"));
    }

    [Test]
    public async Task A_node_of_our_own_session_is_taken_over()
    {
        var path = $"{Base}/me";
        await Direct.CreateAsync(path, Bytes("old"), ZkCreateMode.Ephemeral);
        await using var hold = Direct.HoldEphemeral(path, Bytes("new"));
        using var states = new Recorder<ZkHold>(hold.States);
        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        Assert.That(Text(await Direct.GetAsync(path)), Is.EqualTo("new"));
    }

    [Test]
    public async Task A_session_that_is_over_is_replaced_and_with_it_the_node_and_what_is_watched()
    {
        using var proxy = new Proxy(Server.ConnectString);
        var client = await ConnectAsync(proxy.Address, Short);
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        using var watched = new Recorder<ZkView<ZkNode>>(client.ViewNode(Base));
        await watched.BecomesAsync(view => view.IsLive);
        await using var hold = client.HoldEphemeral($"{Base}/me", Bytes("v"));
        using var states = new Recorder<ZkHold>(hold.States);
        var first = await states.BecomesAsync(state => state.State == ZkHoldState.Held);

        proxy.Block();
        await states.BecomesAsync(state => state.State == ZkHoldState.Suspended);
        await watched.BecomesAsync(view => !view.IsLive);
        using (var there = new Recorder<ZkNode?>(Direct.WatchNode($"{Base}/me"))) await there.BecomesAsync(node => node is null);
        await Direct.SetAsync(Base, Bytes("meanwhile"));
        proxy.Unblock();

        var second = await states.BecomesAsync(state => state.State == ZkHoldState.Held && state.Owner != first.Owner);
        await watched.BecomesAsync(view => view.IsLive && Text(view.Value) is "meanwhile");
        var session = await sessions.BecomesAsync(session => session.State == ZkSessionState.Connected && session.Epoch == 2);
        Assert.That((session.Id, Text(await Direct.GetAsync($"{Base}/me"))), Is.EqualTo((second.Owner, "v")));
        Assert.That(sessions.Seen.Select(one => one.State),
            Is.EqualTo([ZkSessionState.Connected, ZkSessionState.Suspended, ZkSessionState.Expired, ZkSessionState.Connected]));
    }

    [Test]
    public async Task A_session_goes_on_after_a_cut_and_the_node_is_never_away()
    {
        using var proxy = new Proxy(Server.ConnectString);
        var client = await ConnectAsync(proxy.Address);
        await using var hold = client.HoldEphemeral($"{Base}/me", Bytes("v"));
        using var states = new Recorder<ZkHold>(hold.States);
        var first = await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        using var sessions = new Recorder<ZkSession>(client.Sessions);
        for (var i = 1; i <= 5; i++)
        {
            proxy.CutNow();
            await sessions.SawAsync(_ => sessions.Seen.Count(session => session.State == ZkSessionState.Suspended) == i);
            await sessions.BecomesAsync(session => session.State == ZkSessionState.Connected);
        }

        await states.BecomesAsync(state => state.State == ZkHoldState.Held);
        Assert.That((await Direct.ExistsAsync($"{Base}/me"))!.Czxid, Is.EqualTo(first.Stat!.Czxid));
        Assert.That(sessions.Last.Epoch, Is.EqualTo(1));
    }

    // What the client says passes at once.
    static void PassWhen(bool isAsked, ManualResetEventSlim mayPass)
    {
        if (!isAsked) mayPass.Wait(TimeSpan.FromSeconds(20));
    }
}
