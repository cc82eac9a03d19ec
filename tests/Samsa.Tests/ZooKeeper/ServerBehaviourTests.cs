using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>What servers do that the client relies on, or is on its guard against. When one of these changes, the client has to be thought over.</summary>
[TestFixture("3.4.6")]
[TestFixture("3.4.10")]
[TestFixture("3.8.4")]
[TestFixture(Debian)]
public sealed class ServerBehaviourTests(string version) : ServerTests(version)
{
    static readonly byte[] Nonsense = [.. Enumerable.Repeat((byte)7, 16)];

    [Test]
    public void A_session_lives_as_long_as_the_server_allows()
    {
        using var brief = Raw(options: Quick with { SessionTimeout = TimeSpan.FromMilliseconds(100) });
        using var ages = Raw(options: Quick with { SessionTimeout = TimeSpan.FromHours(1) });
        Assert.That(brief.Answer.TimeoutMs, Is.InRange(101, 10_000));
        Assert.That(ages.Answer.TimeoutMs, Is.InRange(brief.Answer.TimeoutMs, 3_599_999));
    }

    [Test]
    public void An_unknown_session_is_over()
    {
        using var unknown = Raw(new(0x123456789, Nonsense, 0));
        Assert.That(unknown.IsExpired);
        Assert.That((unknown.Answer.TimeoutMs, unknown.Answer.SessionId), Is.EqualTo((0, 0L)));
    }

    [Test]
    public void Who_takes_a_session_with_a_wrong_password_gets_none_and_cuts_its_owner_off()
    {
        using var owner = Raw();
        using var thief = Raw(owner.Ticket with { Password = Nonsense });
        Assert.That(thief.IsExpired);
        Assert.That(owner.IsClosed());
        using var again = Raw(owner.Ticket);
        Assert.That((again.IsExpired, again.Answer.SessionId), Is.EqualTo((false, owner.Answer.SessionId)));
    }

    [Test]
    public void A_session_moves_to_its_newest_connection()
    {
        using var first = Raw();
        using var second = Raw(first.Ticket);
        Assert.That(second.Answer.SessionId, Is.EqualTo(first.Answer.SessionId));
        Assert.That(first.IsClosed());
        Assert.That(second.Ask(new Exists.Request { Path = Base }), Is.EqualTo(ZooKeeperError.Ok));
    }

    [Test]
    public void Who_knows_more_than_the_server_is_sent_away_without_a_word() =>
        Assert.That(() => Raw(SessionTicket.New(long.MaxValue / 2)), Throws.InstanceOf<IOException>());

    [Test]
    public async Task Two_writes_after_a_watch_are_one_event_and_it_comes_before_what_shows_them()
    {
        using var raw = Raw();
        raw.Ask(new GetData.Request { Path = Base, Watch = true });
        await Direct.SetAsync(Base, Bytes("1"));
        await Direct.SetAsync(Base, Bytes("2"));
        Assert.That(raw.Ask(new GetData.Request { Path = Base }), Is.EqualTo(ZooKeeperError.Ok));
        Assert.That(raw.Events, Is.EqualTo([(-1L, WatchEventType.DataChanged, Base)]));
    }

    [Test]
    public async Task Reading_a_missing_node_leaves_no_watch_and_asking_whether_it_exists_does()
    {
        using var raw = Raw();
        Assert.That(raw.Ask(new GetData.Request { Path = $"{Base}/a", Watch = true }), Is.EqualTo(ZooKeeperError.NoNode));
        Assert.That(raw.Ask(new Exists.Request { Path = $"{Base}/b", Watch = true }), Is.EqualTo(ZooKeeperError.NoNode));
        await Direct.CreateAsync($"{Base}/a");
        await Direct.CreateAsync($"{Base}/b");
        raw.Ask(new Sync.Request { Path = Base });
        raw.Ask(new Exists.Request { Path = Base });
        Assert.That(raw.Events, Is.EqualTo([(-1L, WatchEventType.Created, $"{Base}/b")]));
    }

    [Test]
    public async Task A_node_that_is_deleted_is_told_once_and_to_who_watches_its_parent()
    {
        await Direct.CreateAsync($"{Base}/a");
        using var raw = Raw();
        raw.Ask(new GetData.Request { Path = $"{Base}/a", Watch = true });
        raw.Ask(new GetChildren2.Request { Path = $"{Base}/a", Watch = true });
        raw.Ask(new GetChildren2.Request { Path = Base, Watch = true });
        await Direct.DeleteAsync($"{Base}/a");
        raw.Ask(new Sync.Request { Path = Base });
        raw.Ask(new Exists.Request { Path = Base });
        Assert.That(raw.Events, Is.EquivalentTo([(-1L, WatchEventType.Deleted, $"{Base}/a"), (-1L, WatchEventType.ChildrenChanged, Base)]));
    }

    [Test]
    public void What_a_server_does_not_know_it_says()
    {
        using var raw = Raw();
        Assert.That(raw.Ask(77, new Exists.Request { Path = Base }), Is.EqualTo(ZooKeeperError.Unimplemented));
    }

    [Test]
    public async Task A_client_whose_session_somebody_tries_to_take_keeps_it()
    {
        using var sessions = new Recorder<ZkSession>(Direct.Sessions);
        try
        {
            Raw(new(Direct.Session.Id, Nonsense, 0)).Dispose();
        }
        catch (IOException)
        {
            // The owner was back before the thief was answered, and the server closes the one for the other.
        }

        await sessions.SawAsync(session => session.State == ZkSessionState.Suspended);
        var last = await sessions.BecomesAsync(session => session.State == ZkSessionState.Connected);
        Assert.That(last.Epoch, Is.EqualTo(1));
        Assert.That(await Direct.GetAsync(Base), Is.Not.Null);
    }

    [Test]
    public async Task A_node_that_came_and_went_while_nobody_was_connected_is_as_it_is_then()
    {
        using var proxy = new Proxy(Server.ConnectString);
        var client = await ConnectAsync(proxy.Address);
        using var seen = new Recorder<ZkView<ZkNode>>(client.ViewNode($"{Base}/a"));
        using var other = new Recorder<ZkView<ZkNode>>(client.ViewNode($"{Base}/b"));
        await seen.BecomesAsync(view => view.IsLive);
        await other.BecomesAsync(view => view.IsLive);
        proxy.Block();
        await seen.BecomesAsync(view => !view.IsLive);
        await Direct.CreateAsync($"{Base}/a");
        await Direct.DeleteAsync($"{Base}/a");
        await Direct.CreateAsync($"{Base}/b");
        proxy.Unblock();
        await other.BecomesAsync(view => view is { IsLive: true, Value: not null });
        await seen.BecomesAsync(view => view is { IsLive: true, Value: null });
        await Direct.CreateAsync($"{Base}/a");
        await seen.BecomesAsync(view => view.Value is not null);
    }

    RawSession Raw(SessionTicket? ticket = null, ZooKeeperOptions? options = null) => new(Server.ConnectString, ticket, options);
}
