using System.Net;
using System.Net.Sockets;
using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Faults;

/// <summary>Brokers that cannot be reached, are lost, are slow, or are somebody else. The numbers are those of docs/faults.md.</summary>
public class ConnectingFaults
{
    [Test]
    public async Task F001_A_bootstrap_host_that_does_not_resolve_is_passed_over_and_alone_it_is_asked_for_without_haste()
    {
        await using var cluster = await EmbeddedKafka.StartAsync();
        var (clock, asked) = (new TestClock(), 0);
        var options = new KafkaOptions
        {
            Clock = clock,
            Resolve = (_, _) =>
            {
                Interlocked.Increment(ref asked);
                throw new SocketException((int)SocketError.HostNotFound);
            },
        };
        await using (var kafka = await Kafka.ConnectAsync($"nowhere.invalid:9092,{cluster.BootstrapServers}", options).Soon())
            Assert.That(kafka.Brokers, Has.Count.EqualTo(1));

        asked = 0;
        var began = clock.GetTimestamp();
        var alone = Kafka.ConnectAsync("nowhere.invalid:9092", options);
        await clock.AdvanceUntilAsync(() => alone.IsCompleted, TimeSpan.FromMilliseconds(100));
        var error = await alone.ShouldThrow<NoBrokersAvailableException>();
        Assert.That(error.Message, Does.Contain("no address is known for that name"));
        Assert.That(clock.GetElapsedTime(began), Is.GreaterThanOrEqualTo(options.StartTimeout));
        Assert.That(asked, Is.InRange(2, 100), "tries in half a minute");
    }

    [Test, Platform("Linux")]
    public async Task F002_Of_two_addresses_of_a_host_the_dead_one_costs_a_share_of_one_attempt()
    {
        await using var cluster = await EmbeddedKafka.StartAsync();
        var port = cluster.Brokers[0].Port;
        using var dead = await SilentAddress.AtAsync(port);
        var asked = 0;
        var options = new KafkaOptions
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            Resolve = (_, _) =>
            {
                Interlocked.Increment(ref asked);
                return Task.FromResult<IPAddress[]>([SilentAddress.Address, IPAddress.Loopback]);
            },
        };
        await using var kafka = await Kafka.ConnectAsync($"two.addresses:{port}", options).Soon();
        Assert.That(asked, Is.EqualTo(1), "attempts, each of which has the connect timeout for both addresses");
    }

    [Test]
    public async Task F003_A_broker_that_refuses_is_waited_for_and_the_others_work_on()
    {
        await using var stage = await FaultStage.OpenAsync(brokers: 2, partitions: 2, settings: new() { ReplicationFactor = 1 });
        await stage.PublishAsync("first", partition: 1);
        await stage.Cluster.StopBrokerAsync(2);
        var waits = stage.PublishAsync("b", partition: 1);
        for (var i = 0; i < 20; i++) await stage.PublishAsync("a").Soon();
        Assert.That(waits.IsCompleted, Is.False);
        await stage.Cluster.StartBrokerAsync(2);
        Assert.That((await waits.Soon()).Offset, Is.EqualTo(1));
    }

    [Test, Platform("Linux")]
    public async Task F004_A_connection_that_hangs_ends_with_the_connect_timeout_and_does_not_keep_from_the_next_address()
    {
        await using var cluster = await EmbeddedKafka.StartAsync();
        var port = cluster.Brokers[0].Port;
        using var dead = await SilentAddress.AtAsync(port);
        var options = new KafkaOptions { ConnectTimeout = TimeSpan.FromMilliseconds(300) };
        var error = await new Opening(options, new(options.Clock)).OpenAsync(1, new("127.0.0.2", port), default).ShouldThrow<ConnectionException>();
        Assert.That((error.IsTimeout, error.MayHaveBeenSent), Is.EqualTo((true, false)));
        await using var kafka = await Kafka.ConnectAsync($"127.0.0.2:{port},127.0.0.1:{port}").Soon();
    }

    [Test]
    public async Task F004_The_connect_timeout_grows_with_each_attempt_that_took_too_long_and_a_success_makes_it_short_again()
    {
        await using var cluster = await EmbeddedKafka.StartAsync();
        var (clock, hangs) = (new TestClock(), true);
        var never = new TaskCompletionSource<IPAddress[]>();
        var opening = new Opening(new() { Clock = clock, Resolve = (_, _) => hangs ? never.Task : Task.FromResult<IPAddress[]>([IPAddress.Loopback]) }, new(clock));
        BrokerAddress address = new("slow", cluster.Brokers[0].Port), other = new("other", 9092);

        Assert.That(new[] { await Timeout(address), await Timeout(address), await Timeout(address), await Timeout(address) }, Is.EqualTo(new[] { 10, 20, 30, 30 }));
        Assert.That(await Timeout(other), Is.EqualTo(10), "each address has its own");
        hangs = false;
        await (await opening.OpenAsync(1, address, default).Soon()).DisposeAsync();
        hangs = true;
        Assert.That(await Timeout(address), Is.EqualTo(10));

        async Task<int> Timeout(BrokerAddress to)
        {
            var attempt = opening.OpenAsync(1, to, default);
            await clock.AdvanceUntilAsync(() => attempt.IsCompleted, TimeSpan.FromSeconds(1));
            var said = (await attempt.ShouldThrow<ConnectionException>()).Message.Split("not resolved within ")[1];
            return (int)TimeSpan.Parse(said.TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture).TotalSeconds;
        }
    }

    [Test]
    public async Task F006_What_may_have_been_written_when_a_connection_is_reset_is_sent_again_under_its_number([Values] bool wasWritten)
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("a");
        using var sent = stage.Faults.Each(ApiKey.Produce).Watch();
        var next = stage.Faults.Next(ApiKey.Produce);
        (wasWritten ? next.Applied() : next).Reset();
        Assert.That((await stage.PublishAsync("b").Soon()).Offset, Is.EqualTo(1));
        Assert.That(stage.Log(), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(sent.Batches().Numbers(), Is.EqualTo(new[] { ((short)0, 1, 1), ((short)0, 1, 1) }), "the same batch twice");
    }

    [Test]
    public async Task F006_Without_numbers_a_reset_is_unknown_when_nothing_may_be_doubled_and_a_copy_otherwise()
    {
        await using var stage = await FaultStage.OpenAsync(produce: new() { Retries = 0 });
        stage.Faults.Next(ApiKey.Produce).Applied().Reset();
        Assert.That((await stage.PublishAsync("a").ShouldThrow<PublishException>()).Outcome, Is.EqualTo(Outcome.Unknown));
        await using var doubling = await FaultStage.OpenAsync(produce: new() { Idempotent = false });
        doubling.Faults.Next(ApiKey.Produce).Applied().Reset();
        Assert.That((await doubling.PublishAsync("a").Soon()).Offset, Is.EqualTo(1));
        Assert.That((stage.Log(), doubling.Log()), Is.EqualTo((new[] { "a" }, new[] { "a", "a" })));
    }

    [Test]
    public async Task F012_An_idle_connection_that_the_broker_closes_costs_nothing()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("a");
        stage.Cluster.Brokers[0].CloseConnections();
        Assert.That((await stage.PublishAsync("b").Soon()).Offset, Is.EqualTo(1));
        stage.Cluster.Brokers[0].CloseConnections();
        Assert.That(await stage.ReadAsync(), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(stage.Events.OfType<DeliveryFailed>(), Is.Empty);
    }

    [Test]
    public async Task F017_A_broker_that_takes_everything_and_answers_nothing_is_asked_for_metadata_no_longer()
    {
        var clock = new TestClock();
        await using var stage = await FaultStage.OpenAsync(brokers: 2, clock: clock, with: options => options with { RequestTimeout = TimeSpan.FromMinutes(1) });
        using var dead = stage.Faults.Each().On(broker: 1).Drop();
        var refreshed = stage.Events.OfType<MetadataRefreshed>().Count();
        _ = stage.Kafka.Topics["u"].PublishAsync("x");
        await dead.FiredAsync();
        await clock.AdvanceUntilAsync(() => Refreshed() > refreshed, TimeSpan.FromSeconds(1));

        // What else there is to know comes from the other broker at once: no time passes.
        var (asked, before) = (dead.Fired, Refreshed());
        _ = stage.Kafka.Topics["v"].PublishAsync("x");
        await Eventually.True(() => Refreshed() > before);
        Assert.That(dead.Requests.Skip(asked).Select(request => request.Api), Has.None.EqualTo("Metadata"));

        int Refreshed() => stage.Events.OfType<MetadataRefreshed>().Count();
    }

    [Test]
    public async Task F018_A_slow_broker_holds_up_nobody_else_and_gets_nothing_twice()
    {
        var clock = new TestClock();
        await using var stage = await FaultStage.OpenAsync(brokers: 2, partitions: 2, clock: clock);
        using var slow = stage.Faults.Each(ApiKey.Produce).On(broker: 2).Delay(TimeSpan.FromSeconds(10));
        var values = Enumerable.Range(0, 20).Select(i => $"{i}").ToArray();
        var late = values.Select(value => stage.PublishAsync(value, partition: 1)).ToArray();
        await slow.FiredAsync();
        foreach (var value in values) await stage.PublishAsync(value).Soon();
        Assert.That(late.Any(one => one.IsCompleted), Is.False);
        await clock.AdvanceUntilAsync(() => late.All(one => one.IsCompletedSuccessfully), TimeSpan.FromSeconds(1));
        Assert.That((stage.Log(0), stage.Log(1)), Is.EqualTo((values, values)));
    }

    [Test]
    public async Task F019_A_broker_behind_a_cut_network_costs_the_records_of_its_partitions_and_no_others()
    {
        var clock = new TestClock();
        var patience = new SinkOptions { DeliveryTimeout = TimeSpan.FromSeconds(20) };
        await using var stage = await FaultStage.OpenAsync(brokers: 2, partitions: 2, produce: patience, clock: clock);
        await stage.PublishAsync("a", partition: 1).Soon();
        using var cut = stage.Faults.Each().On(broker: 2).Drop();
        var lost = stage.PublishAsync("b", partition: 1);
        await cut.FiredAsync();
        for (var i = 0; i < 20; i++) await stage.PublishAsync("a").Soon();
        await clock.AdvanceUntilAsync(() => lost.IsCompleted, TimeSpan.FromMilliseconds(500));
        var error = await lost.ShouldThrow<PublishException>();
        Assert.That((error.Outcome, error.Code), Is.EqualTo((Outcome.Unknown, ErrorCode.RequestTimedOut)));
        Assert.That((await stage.PublishAsync("a").Soon()).Offset, Is.EqualTo(20));
    }

    [Test]
    public async Task F023_Nothing_is_written_to_another_cluster_that_answers_at_the_address_of_ours()
    {
        // Before topics had ids in Produce, only the id of the cluster told them apart.
        await using var stage = await FaultStage.OpenAsync(profile: KafkaProfile.V3_9, produce: new() { DeliveryTimeout = TimeSpan.FromSeconds(2) });
        await stage.PublishAsync("a");
        var port = stage.Cluster.Brokers[0].Port;
        await stage.Cluster.DisposeAsync();
        await using var other = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V3_9, FirstPort = port });
        other.CreateTopic("t");
        var error = await stage.PublishAsync("b").ShouldThrow<PublishException>();
        Assert.That(error.Outcome, Is.EqualTo(Outcome.NotPersisted).Or.EqualTo(Outcome.Unknown));
        await stage.HasAsync<MetadataFailed>(failed => failed.Error.Message.Contains("cluster", StringComparison.Ordinal));
        Assert.That(other.Log("t", 0).EndOffset, Is.Zero);
    }

    [Test]
    public async Task F023_A_broker_at_the_address_of_another_gets_only_what_is_its_own()
    {
        await using var stage = await FaultStage.OpenAsync(brokers: 2, partitions: 2);
        foreach (var partition in new[] { 0, 1 }) await stage.PublishAsync("a", partition);
        var (one, two) = (stage.Cluster.Brokers[0].Port, stage.Cluster.Brokers[1].Port);
        await stage.Cluster.StopBrokerAsync(1);
        await stage.Cluster.StopBrokerAsync(2);
        await stage.Cluster.StartBrokerAsync(1, two);
        await stage.Cluster.StartBrokerAsync(2, one);
        for (var i = 0; i < 10; i++)
            foreach (var partition in new[] { 0, 1 })
                await stage.PublishAsync($"{i}", partition).Soon();
        var all = Enumerable.Range(0, 10).Select(i => $"{i}").Prepend("a");
        Assert.That((stage.Log(0), stage.Log(1)), Is.EqualTo((all, all)));
    }
}
