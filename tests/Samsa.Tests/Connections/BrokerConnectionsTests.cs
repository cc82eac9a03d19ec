using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Wire;

namespace Samsa.Tests.Connections;

/// <summary>Many connections: who shares them, who waits, and what is said when there is none.</summary>
[TestFixture]
public sealed class BrokerConnectionsTests
{
    [Test]
    public async Task Those_who_ask_at_once_share_one_attempt()
    {
        await using var peer = ScriptedPeer.Broker(_ => null);
        await using var connections = Connections();
        connections.Know([Broker(1, peer)]);

        var got = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => connections.GetAsync(1, ConnectionUse.General).AsTask())).Soon();

        Assert.That(got.Distinct().Count(), Is.EqualTo(1));
        Assert.That(peer.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task Each_use_has_a_connection_of_its_own()
    {
        await using var peer = ScriptedPeer.Broker(_ => null);
        await using var connections = Connections();
        connections.Know([Broker(1, peer)]);
        var (mine, yours) = (ConnectionUse.Reading(new object()), ConnectionUse.Reading(new object()));

        var got = new List<BrokerConnection>();
        foreach (var use in new[] { ConnectionUse.General, ConnectionUse.Producing, mine, yours, mine })
            got.Add(await connections.GetAsync(1, use));
        await connections.CloseAsync(mine);

        Assert.That(got.Distinct().Count(), Is.EqualTo(4));
        Assert.That(got.Select(connection => connection.IsClosed), Is.EqualTo([false, false, true, false, true]));
    }

    [Test]
    public async Task A_lost_connection_comes_back_and_the_back_off_is_waited_for()
    {
        var clock = new TestClock();
        await using var peer = ScriptedPeer.Broker(_ => null);
        await using var connections = Connections(clock, new() { First = TimeSpan.FromSeconds(1), Jitter = 0 });
        connections.Know([Broker(1, peer)]);
        var first = await connections.GetAsync(1, ConnectionUse.General);
        _ = first.AskAsync(new Metadata.Request());
        await Eventually.True(() => peer.Heard.Count == 2);

        peer.Cut();
        await first.Closed.Soon();
        var again = connections.GetAsync(1, ConnectionUse.General).AsTask();
        await Task.Delay(50);
        Assert.That(peer.Connections, Is.EqualTo(1), "It waits before it comes back.");
        await clock.AdvanceUntilAsync(() => again.IsCompleted, TimeSpan.FromMilliseconds(200));

        Assert.That((await again).IsClosed, Is.False);
    }

    [Test]
    public async Task F003_Each_failure_makes_the_next_attempt_wait_longer_up_to_the_most()
    {
        var clock = new TestClock();
        var events = new KafkaEvents(clock);
        var waits = new List<TimeSpan>();
        using var listening = events.OfBrokerUnreachable(happened => { lock (waits) waits.Add(happened.NextTryIn); });
        var back = new BackOff { First = TimeSpan.FromMilliseconds(100), Most = TimeSpan.FromMilliseconds(500), Jitter = 0 };
        await using var connections = new BrokerConnections([], new() { Clock = clock, Reconnect = back }, events);
        connections.Know([new(1, "127.0.0.1", FreePort())]);

        for (var i = 1; i <= 5; i++)
        {
            var attempt = connections.GetAsync(1, ConnectionUse.General).AsTask();
            await clock.AdvanceUntilAsync(() => attempt.IsCompleted, TimeSpan.FromMilliseconds(100));
            var error = await attempt.ShouldThrow<ConnectionException>();
            Assert.That(error.MayHaveBeenSent, Is.False);
            Assert.That(error.Message, Does.Contain("connection refused"));
            await Eventually.True(() => waits.Count == i);
        }

        Assert.That(waits.Select(wait => wait.TotalMilliseconds), Is.EqualTo([100, 200, 400, 500, 500]));
    }

    [Test]
    public async Task F034_A_broker_that_moves_keeps_its_number_and_what_is_under_way_comes_to_its_end()
    {
        var go = new TaskCompletionSource();
        await using var before = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            var heard = await talk.HearAsync();
            await go.Task;
            await talk.AnswerAsync(heard, new Metadata.Response());
            await talk.HangUpAsync();
        });
        await using var after = ScriptedPeer.Broker(_ => null);
        await using var connections = Connections();
        connections.Know([Broker(1, before)]);
        var old = await connections.GetAsync(1, ConnectionUse.General);
        var underWay = old.AskAsync(new Metadata.Request());

        connections.Know([Broker(1, after)]);
        var now = await connections.GetAsync(1, ConnectionUse.General);

        Assert.That(now.Address.Port, Is.EqualTo(after.Port));
        go.SetResult();
        await underWay.Soon();
        await old.Closed.Soon();
    }

    [Test]
    public async Task A_broker_that_nobody_knows_is_an_error_that_says_so()
    {
        await using var connections = Connections();
        var error = await connections.GetAsync(7, ConnectionUse.General).AsTask().ShouldThrow<ConnectionException>();
        Assert.That(error.Message, Does.Contain("Broker 7 is not known"));
    }

    [Test]
    public async Task A_dead_address_is_passed_over()
    {
        await using var peer = ScriptedPeer.Broker(_ => null);
        await using var connections = new BrokerConnections([new("127.0.0.1", FreePort()), new("127.0.0.1", peer.Port)], new(), new(TimeProvider.System));

        var any = await connections.GetAnyAsync().AsTask().Soon();

        Assert.That(any.Address.Port, Is.EqualTo(peer.Port));
    }

    [Test]
    public async Task F004_An_address_that_hangs_is_overtaken()
    {
        var clock = new TestClock();
        await using var hangs = ScriptedPeer.Start(talk => talk.HangUpAsync());
        await using var peer = ScriptedPeer.Broker(_ => null);
        await using var connections = new BrokerConnections([new("127.0.0.1", hangs.Port), new("127.0.0.1", peer.Port)], new() { Clock = clock }, new(clock));

        var any = connections.GetAnyAsync().AsTask();
        await Eventually.True(() => hangs.Heard.Count == 1);
        Assert.That(any.IsCompleted, Is.False);
        await clock.AdvanceUntilAsync(() => any.IsCompleted, TimeSpan.FromMilliseconds(250), most: 8);

        Assert.That((await any).Address.Port, Is.EqualTo(peer.Port));
    }

    [Test]
    public async Task When_nobody_can_be_reached_each_address_is_listed_with_its_reason()
    {
        await using var http = ScriptedPeer.Start(async talk =>
        {
            await talk.HearAsync();
            await talk.SayAsync("HTTP/1.1 400 Bad Request"u8.ToArray());
            await talk.HangUpAsync();
        });
        var port = FreePort();
        await using var connections = new BrokerConnections([new("127.0.0.1", port), new("127.0.0.1", http.Port)], new(), new(TimeProvider.System));

        var error = await connections.GetAnyAsync().AsTask().ShouldThrow<NoBrokersAvailableException>();

        Assert.Multiple(() =>
        {
            Assert.That(error.Tried.Select(tried => tried.Key), Is.EqualTo([$"127.0.0.1:{port}", http.Address]));
            Assert.That(error.Message, Does.Contain("connection refused").And.Contain("speaks HTTP"));
        });
    }

    [Test]
    public async Task The_connection_to_an_address_that_was_given_becomes_that_of_the_broker_who_lives_there()
    {
        await using var peer = ScriptedPeer.Broker(_ => null);
        await using var connections = new BrokerConnections([new("127.0.0.1", peer.Port)], new(), new(TimeProvider.System));
        var any = await connections.GetAnyAsync();

        connections.Know([Broker(3, peer)]);

        Assert.That(await connections.GetAsync(3, ConnectionUse.General), Is.SameAs(any));
        Assert.That(any.Broker, Is.EqualTo($"3 ({peer.Address})"));
        Assert.That(peer.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task F036_When_all_known_brokers_are_gone_the_addresses_that_were_given_are_tried_again()
    {
        await using var home = ScriptedPeer.Broker(_ => null);
        await using var connections = new BrokerConnections([new("127.0.0.1", home.Port)], new(), new(TimeProvider.System));
        connections.Know([new(1, "127.0.0.1", FreePort()), new(2, "127.0.0.1", FreePort())]);

        Assert.That((await connections.GetAnyAsync().AsTask().Soon()).Address.Port, Is.EqualTo(home.Port));
    }

    [Test]
    public async Task A_closed_client_opens_nothing_and_closes_what_it_is_opening()
    {
        await using var hangs = ScriptedPeer.Start(talk => talk.HangUpAsync());
        var connections = Connections();
        connections.Know([Broker(1, hangs)]);
        var opening = connections.GetAsync(1, ConnectionUse.General).AsTask();
        await Eventually.True(() => hangs.Heard.Count == 1);

        await connections.DisposeAsync().AsTask().Soon();

        await opening.ShouldThrow<ConnectionException>();
        await connections.GetAsync(1, ConnectionUse.General).AsTask().ShouldThrow<ObjectDisposedException>();
    }

    static BrokerConnections Connections(TimeProvider? clock = null, BackOff? reconnect = null)
    {
        var options = new KafkaOptions { Clock = clock ?? TimeProvider.System, Reconnect = reconnect ?? new() };
        return new([], options, new(options.Clock));
    }

    static BrokerInfo Broker(int id, ScriptedPeer peer) => new(id, "127.0.0.1", peer.Port);

    /// <summary>A port at which nobody listens.</summary>
    internal static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}

static class Listening
{
    public static IDisposable OfBrokerUnreachable(this KafkaEvents events, Action<BrokerUnreachable> seen) =>
        events.Subscribe(System.Reactive.Observer.Create<KafkaEvent>(happened =>
        {
            if (happened is BrokerUnreachable unreachable) seen(unreachable);
        }));
}
