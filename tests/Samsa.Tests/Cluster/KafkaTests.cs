using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Cluster;

/// <summary>The front door: how it opens, and how it stays shut.</summary>
[TestFixture]
public sealed class KafkaTests
{
    [Test]
    public async Task It_opens_when_one_of_the_addresses_is_alive()
    {
        await using var cluster = new ScriptedCluster(brokers: 2);
        await using var kafka = await Kafka.ConnectAsync($"127.0.0.1:{BrokerConnectionsTests.FreePort()}, {cluster.Bootstrap}").Soon();

        Assert.That(kafka.Brokers.Select(broker => broker.Port), Is.EqualTo(cluster.Peers.Select(peer => peer.Port)));
    }

    [Test]
    public async Task When_all_are_dead_each_is_named_within_the_time()
    {
        var clock = new TestClock();
        var (first, second) = (BrokerConnectionsTests.FreePort(), BrokerConnectionsTests.FreePort());
        var opening = Kafka.ConnectAsync($"127.0.0.1:{first},127.0.0.1:{second}", new() { Clock = clock, StartTimeout = TimeSpan.FromSeconds(10) });

        await clock.AdvanceUntilAsync(() => opening.IsCompleted, TimeSpan.FromMilliseconds(100));

        var error = await opening.ShouldThrow<NoBrokersAvailableException>();
        Assert.Multiple(() =>
        {
            Assert.That(error.Tried.Select(tried => tried.Key), Is.EquivalentTo([$"127.0.0.1:{first}", $"127.0.0.1:{second}"]));
            Assert.That(error.Message, Does.StartWith("No broker could be reached within 00:00:10").And.Contain("connection refused"));
            Assert.That(clock.GetTimestamp() - TimeSpan.TicksPerDay, Is.InRange(TimeSpan.TicksPerSecond * 10, TimeSpan.TicksPerSecond * 11));
        });
    }

    [Test]
    public async Task A_broker_that_is_just_starting_is_waited_for()
    {
        var port = BrokerConnectionsTests.FreePort();
        var opening = Kafka.ConnectAsync($"127.0.0.1:{port}");
        await Task.Delay(300);
        Assert.That(opening.IsCompleted, Is.False);

        await using var late = ScriptedPeer.Start(talk => talk.ServeAsync(heard => heard.Api?.Name == "Metadata"
            ? new Samsa.Protocol.Messages.Metadata.Response { Brokers = [new() { NodeId = 1, Host = "127.0.0.1", Port = port }] }
            : null), port);

        await using var kafka = await opening.Soon();
        Assert.That(kafka.Brokers, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_broker_that_drops_every_question_is_named_with_that()
    {
        await using var drops = ScriptedPeer.Start(async talk =>
        {
            await talk.GreetAsync();
            await talk.HearAsync();
            talk.Close();
        });

        var error = await Kafka.ConnectAsync(drops.Address, new() { StartTimeout = TimeSpan.FromMilliseconds(600) }).ShouldThrow<NoBrokersAvailableException>();

        Assert.That(error.Message, Does.StartWith($"No broker could be reached within 00:00:00.6000000: {drops.Address} was reached, and lost: ").And.Contains("SASL"));
    }

    [Test]
    public async Task It_can_be_given_up_while_it_opens()
    {
        using var cancel = new CancellationTokenSource();
        var opening = Kafka.ConnectAsync($"127.0.0.1:{BrokerConnectionsTests.FreePort()}", ct: cancel.Token);

        await cancel.CancelAsync();

        await opening.ShouldThrow<OperationCanceledException>();
    }

    [Test]
    public async Task When_it_is_closed_the_streams_end_and_nothing_can_be_asked()
    {
        await using var cluster = new ScriptedCluster();
        var kafka = await Kafka.ConnectAsync(cluster.Bootstrap);
        var ended = 0;
        using var views = kafka.Cluster.Subscribe(System.Reactive.Observer.Create<ClusterView>(_ => { }, () => Interlocked.Increment(ref ended)));
        using var events = kafka.Events.Subscribe(System.Reactive.Observer.Create<KafkaEvent>(_ => { }, () => Interlocked.Increment(ref ended)));

        await kafka.DisposeAsync();
        await kafka.DisposeAsync();

        await Eventually.True(() => ended == 2);
        await kafka.ListTopicsAsync().ShouldThrow<ObjectDisposedException>();
        await kafka.CreateTopicAsync("t").ShouldThrow<ObjectDisposedException>();
    }
}
