using System.Reactive.Linq;
using System.Text;
using Samsa.Embedded;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.ZooKeeper;
using Samsa.ZooKeeper;

namespace Samsa.Tests.Cluster;

/// <summary>Clients that know a ZooKeeper inside the process and nothing else.</summary>
[TestFixture]
public sealed class WatchedClusterTests
{
    static readonly KafkaOptions Watchful = new()
    {
        // Nothing but a watch can tell in time.
        MetadataMaxAge = TimeSpan.FromHours(1),
        StartTimeout = TimeSpan.FromSeconds(20),
        Retry = new() { First = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromMilliseconds(200) },
    };

    [Test]
    public async Task A_cluster_of_any_age_is_found_and_followed([Values(KafkaProfile.V0_8_2, KafkaProfile.V0_10_2, KafkaProfile.V1_1, KafkaProfile.V3_9)] KafkaProfile profile)
    {
        await using var zooKeeper = await EmbeddedZooKeeper.StartAsync();
        await using var cluster = await EmbeddedKafka.StartAsync(3, new() { Profile = profile, ZooKeeper = zooKeeper.ConnectString });
        cluster.CreateTopic("t", partitions: 2);
        await using var kafka = await Kafka.ConnectAsync($"zookeeper://{zooKeeper.ConnectString}", Watchful).Soon();
        using var changes = new Recorder<ClusterChange>(kafka.Changes);
        await KnowsAsync(changes, "t");
        using var seen = new Recorder<(int, string)>(kafka.Topics["t"].AsObservable().Select(record => (record.Partition, record.Text!)));
        foreach (var partition in new[] { 0, 1 }) await kafka.Topics["t"].PublishAsync(new ProducerRecord("a") { Partition = partition });
        await seen.SawAsync(record => record == (1, "a"));

        cluster.AddPartitions("t", 3);
        await changes.SawAsync(change => change is ClusterChange.PartitionsAdded(_, [2]));
        await Eventually.True(() => kafka.Cluster.FirstAsync().Wait().Topics["t"].Partitions.Count == 3, "brokers confirm it");
        await kafka.Topics["t"].PublishAsync(new ProducerRecord("b") { Partition = 2 });
        await seen.SawAsync(record => record == (2, "b"));

        await cluster.StopBrokerAsync(2);
        await changes.SawAsync(change => change is ClusterChange.BrokerDown { Broker.NodeId: 2 });
        await Eventually.True(() => kafka.Brokers.Count == 2, "brokers confirm it");
        await cluster.StartBrokerAsync(2, port: 0);
        await changes.SawAsync(change => change is ClusterChange.BrokerUp { Broker.NodeId: 2 });
        await Eventually.True(() => kafka.Brokers.Any(broker => broker.NodeId == 2 && broker.Port == cluster.Brokers[1].Port), "at its new port");
        var leader = cluster.LeaderOf("t", 0) == 2 ? 3 : 2;
        cluster.MoveLeader("t", 0, leader);
        await changes.SawAsync(change => change is ClusterChange.LeaderChanged { Topic: "t", Partition: { Partition: 0, Leader: var now } } && now == leader);
        await Eventually.True(() => kafka.Cluster.FirstAsync().Wait().Find("t", 0)!.Leader == leader, "brokers confirm it");
        await kafka.Topics["t"].PublishAsync(new ProducerRecord("c") { Partition = 0 });
        await seen.SawAsync(record => record == (0, "c"));
    }

    [Test]
    public async Task ZooKeeper_is_reached_at_its_secure_port()
    {
        using var authority = new Authority("Trusted");
        await using var zooKeeper = await EmbeddedZooKeeper.StartAsync();
        await using var cluster = await EmbeddedKafka.StartAsync(1, new() { Profile = KafkaProfile.V3_9, ZooKeeper = zooKeeper.ConnectString });
        using var proxy = new Proxy(zooKeeper.ConnectString, authority.Issue("127.0.0.1"));

        await using var kafka = await Kafka.ConnectAsync($"zookeeper://{proxy.Address}", Watchful with { ZooKeeperTls = new() { Authorities = authority.AsCollection } }).Soon();
        Assert.That(kafka.Brokers, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_broker_that_is_elsewhere_is_a_reason_to_ask_also_when_nothing_was_asked_before()
    {
        await using var zooKeeper = await EmbeddedZooKeeper.StartAsync();
        await using var cluster = await EmbeddedKafka.StartAsync(2, new() { Profile = KafkaProfile.V3_9, ZooKeeper = zooKeeper.ConnectString });
        await using var kafka = await Kafka.ConnectAsync($"zookeeper://{zooKeeper.ConnectString}", Watchful).Soon();
        await using var writer = await ZooKeeperClient.ConnectAsync(zooKeeper.ConnectString);
        using var events = new Recorder<KafkaEvent>(kafka.Events);

        // Again and again, for nobody says when the first state was taken, from which it must differ.
        for (var port = 1; port < 200 && !IsAsked(); port++)
        {
            await PutAsync(writer, "/brokers/ids/2", Encoding.UTF8.GetBytes($$"""{"host":"127.0.0.1","port":{{port}}}"""));
            await Task.Delay(100);
        }

        Assert.That(IsAsked());

        bool IsAsked() => events.Seen.OfType<MetadataRefreshed>().Any(asked => asked.Why == "ZooKeeper says that broker 2 is elsewhere");
    }

    [Test]
    public async Task Who_finds_no_broker_says_what_is_in_its_place()
    {
        await using var zooKeeper = await EmbeddedZooKeeper.StartAsync();
        await using var writer = await ZooKeeperClient.ConnectAsync(zooKeeper.ConnectString);
        await PutAsync(writer, "/kafka/brokers/ids/1", """{"host":"\ud800","port":1}"""u8.ToArray());

        var error = await Kafka.ConnectAsync($"zookeeper://{zooKeeper.ConnectString}/kafka", Watchful with { StartTimeout = TimeSpan.FromSeconds(1) })
            .ShouldThrow<NoBrokersAvailableException>();

        Assert.That(error.Message, Does.Contain("what is in /kafka/brokers/ids/1 is no broker"));
    }

    [Test]
    public async Task Who_finds_no_broker_says_what_was_there_last()
    {
        await using var zooKeeper = await EmbeddedZooKeeper.StartAsync();
        await using var writer = await ZooKeeperClient.ConnectAsync(zooKeeper.ConnectString);

        var connecting = Kafka.ConnectAsync($"zookeeper://{zooKeeper.ConnectString}", Watchful with { StartTimeout = TimeSpan.FromSeconds(2) });
        // Its watch of a tree that is not there.
        await Eventually.True(() => zooKeeper.Sessions.Count == 2);
        await writer.CreateParentsAsync("/brokers/ids/1");

        Assert.That((await connecting.ShouldThrow<NoBrokersAvailableException>()).Message, Does.Contain("no broker is registered below /brokers/ids"));
    }

    [Test]
    public async Task While_ZooKeeper_is_away_everything_goes_on_with_what_is_known()
    {
        await using var zooKeeper = await EmbeddedZooKeeper.StartAsync();
        await using var cluster = await EmbeddedKafka.StartAsync(2, new() { Profile = KafkaProfile.V3_9, ZooKeeper = zooKeeper.ConnectString });
        cluster.CreateTopic("t");
        await using var kafka = await Kafka.ConnectAsync($"zookeeper://{zooKeeper.ConnectString}", Watchful).Soon();
        using var changes = new Recorder<ClusterChange>(kafka.Changes);
        await KnowsAsync(changes, "t");
        using var seen = new Recorder<string>(kafka.Topics["t"].AsObservable().Select(record => record.Text!));
        await kafka.Topics["t"].PublishAsync("a");
        await seen.SawAsync(text => text == "a");

        await zooKeeper.StopAsync();
        await changes.SawAsync(change => change is ClusterChange.SourceSuspended);
        await kafka.Topics["t"].PublishAsync("b");
        await seen.SawAsync(text => text == "b");
        cluster.MoveLeader("t", 0, cluster.LeaderOf("t", 0) % 2 + 1);
        await kafka.Topics["t"].PublishAsync("c").Soon();
        await seen.SawAsync(text => text == "c");
        await zooKeeper.ResumeAsync();
        await changes.SawAsync(change => change is ClusterChange.SourceResumed);
        cluster.CreateTopic("u");
        await changes.SawAsync(change => change is ClusterChange.TopicCreated { Topic.Name: "u" });
    }

    [Test]
    public async Task What_nobody_would_write_into_ZooKeeper_is_told_and_disturbs_nothing([Range(1, 3)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var zooKeeper = await EmbeddedZooKeeper.StartAsync();
        await using var cluster = await EmbeddedKafka.StartAsync(1, new() { Profile = KafkaProfile.V3_9, ZooKeeper = zooKeeper.ConnectString });
        cluster.CreateTopic("t");
        await using var kafka = await Kafka.ConnectAsync($"zookeeper://{zooKeeper.ConnectString}", Watchful).Soon();
        await using var writer = await ZooKeeperClient.ConnectAsync(zooKeeper.ConnectString);
        using var changes = new Recorder<ClusterChange>(kafka.Changes);
        using var events = new Recorder<KafkaEvent>(kafka.Events);
        await changes.SawAsync(change => change is ClusterChange.Snapshot);
        string[] paths = ["/brokers/ids/7", "/brokers/topics/bad", "/brokers/topics/bad/partitions/0/state", "/brokers/ids/x", "/brokers/topics/a b"];

        for (var round = 0; round < 100; round++)
        {
            var data = new byte[random.Next(60)];
            random.NextBytes(data);
            if (random.Next(2) == 0) data = [.. """{"partitions":{"0":[1]},"host":"""u8, .. data, (byte)'}'];
            await PutAsync(writer, paths[random.Next(paths.Length)], data);
        }

        await events.SawAsync(told => told is ZooKeeperNodeUnreadable { Path: "/brokers/ids/7" });
        cluster.CreateTopic("last");
        await changes.SawAsync(change => change is ClusterChange.TopicCreated { Topic.Name: "last" });
        await kafka.Topics["t"].PublishAsync("a").Soon();
    }

    // The brokers register a topic a moment after they have it, maybe when the watching has begun.
    static Task KnowsAsync(Recorder<ClusterChange> changes, string topic) => changes.SawAsync(change =>
        change is ClusterChange.Snapshot(var view) && view.Topics.ContainsKey(topic) || change is ClusterChange.TopicCreated { Topic.Name: var created } && created == topic);

    static async Task PutAsync(ZooKeeperClient zooKeeper, string path, byte[] data)
    {
        await zooKeeper.CreateParentsAsync(path);
        if (await zooKeeper.ExistsAsync(path) is null) await zooKeeper.CreateAsync(path, data);
        else await zooKeeper.SetAsync(path, data);
    }
}
