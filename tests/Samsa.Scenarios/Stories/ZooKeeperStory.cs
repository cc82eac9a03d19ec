using System.Globalization;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text.RegularExpressions;
using Samsa.ZooKeeper;

namespace Samsa.Scenarios.Stories;

/// <summary>ZooKeeper is the only service that an application knows.</summary>
[TestFixture, Parallelizable(ParallelScope.Self)]
sealed class ZooKeeperStory
{
    static readonly KafkaOptions Hasty = new() { StartTimeout = TimeSpan.FromSeconds(3), ZooKeeper = new() { SessionTimeout = TimeSpan.FromSeconds(4) } };

    // samsa 01, 02, 04
    [TestCaseSource(typeof(Each), nameof(Each.KnownToZooKeeper))]
    public async Task ZooKeeper_leads_to_the_same_brokers_as_their_addresses(BrokerKind kind)
    {
        await using var brokers = await OpenAsync(kind);
        await using var found = await Kafka.ConnectAsync(At(brokers));
        await using var told = await Kafka.ConnectAsync($"127.0.0.1:1,{brokers.Bootstrap}");

        Assert.That(found.Brokers, Is.EqualTo(told.Brokers));
        var view = await SnapshotAsync(found);
        Assert.That(view.Brokers.Keys, Is.EqualTo(new[] { 1 }));
        Assert.That(() => view.Brokers[7], Throws.TypeOf<KeyNotFoundException>());
        Assert.That(view.ControllerId, Is.EqualTo(1));
        if (kind.Speaks >= new Version(0, 10, 1)) Assert.That(view.ClusterId, Is.EqualTo(found.Cluster.Latest().ClusterId).And.Not.Null);
        Assert.That(async () => await Kafka.ConnectAsync("127.0.0.1:1,127.0.0.1:2", Hasty), Throws.TypeOf<NoBrokersAvailableException>());
    }

    // samsa 03
    [TestCaseSource(typeof(Each), nameof(Each.KnownToZooKeeper))]
    public async Task A_ZooKeeper_that_knows_no_brokers_is_said_to_be_so(BrokerKind kind)
    {
        await using var brokers = await OpenAsync(kind);
        await using var zooKeeper = await ZooKeeperClient.ConnectAsync(brokers.Kafka.ZooKeeper!);
        await zooKeeper.CreateParentsAsync("/empty/brokers/ids/x");

        await RefusedAsync($"{At(brokers)}/nothing-here", "there is no node /nothing-here/brokers/ids");
        await RefusedAsync($"{At(brokers)}/empty", "no broker is registered below /empty/brokers/ids");
        await RefusedAsync("zookeeper://127.0.0.1:1", "no ZooKeeper server answered");
    }

    // samsa 03
    [TestCaseSource(typeof(Each), nameof(Each.KnownToZooKeeper))]
    public async Task Brokers_that_register_while_they_are_looked_for_are_found(BrokerKind kind)
    {
        await using var brokers = await OpenAsync(kind);
        await using var zooKeeper = await ZooKeeperClient.ConnectAsync(brokers.Kafka.ZooKeeper!);
        var chroot = $"/later-{Guid.NewGuid():N}";
        var connecting = Kafka.ConnectAsync(At(brokers) + chroot, new() { StartTimeout = TimeSpan.FromSeconds(30) });

        await zooKeeper.CreateParentsAsync($"{chroot}/brokers/ids/1");
        await zooKeeper.CreateAsync($"{chroot}/brokers/ids/1", (await zooKeeper.GetAsync("/brokers/ids/1"))!.Data);

        await using var kafka = await connecting.Within(30, "the broker is found");
        Assert.That(kafka.Brokers, Has.Count.EqualTo(1));
    }

    // samsa 07, 08, 09
    [TestCaseSource(typeof(Each), nameof(Each.KnownToZooKeeper))]
    public async Task A_topic_is_made_by_publishing_to_it_and_not_by_looking(BrokerKind kind)
    {
        await using var brokers = await OpenAsync(kind);
        await using var kafka = await Kafka.ConnectAsync(At(brokers));
        var name = RunningBrokers.NewName("by-use");

        var topic = kafka.Topics[name];
        Assert.That(kafka.Topics[name], Is.SameAs(topic));
        Assert.That(() => kafka.Topics["é"], Throws.ArgumentException);
        Assert.That((await SnapshotAsync(kafka)).Topics.Keys, Does.Not.Contain(name));
        Assert.That((await kafka.ListTopicsAsync()).Select(one => one.Name), Does.Not.Contain(name));
        var created = kafka.Changes.OfType<ClusterChange.TopicCreated>().FirstAsync(change => change.Topic.Name == name).ToTask();
        await topic.PublishAsync("hello").Within(30, "publishing");

        Assert.That((await created.Within(30, "the watch tells of the topic")).Topic.Partitions, Has.Count.EqualTo(6));
    }

    // samsa 11
    [TestCaseSource(typeof(Each), nameof(Each.KnownToZooKeeper))]
    public async Task Leaders_replicas_and_those_in_sync_are_as_Kafkas_own_tool_says(BrokerKind kind)
    {
        await using var brokers = await OpenAsync(kind);
        var name = await brokers.CreateTopicAsync("described", partitions: 3);
        await using var kafka = await Kafka.ConnectAsync(At(brokers));
        string[] where = kind.Speaks < new Version(2, 2) ? ["--zookeeper", brokers.Kafka.ZooKeeper!] : ["--bootstrap-server", brokers.Bootstrap];

        var described = await RealKafka.ToolAsync(kind.Release, "TopicCommand", null, [.. where, "--describe", "--topic", name]);
        var said = Regex.Matches(described.Expected().Out, @"Partition: (\d+)\s+Leader: (\d+)\s+Replicas: ([\d,]+)\s+Isr: ([\d,]+)").Select(line => string.Join(' ', line.Groups.Values.Skip(1)));
        var view = await SnapshotAsync(kafka);

        Assert.That(view.Topics[name].Partitions.Select(partition =>
            $"{partition.Partition} {partition.Leader} {string.Join(',', partition.Replicas)} {string.Join(',', partition.Isr)}"), Is.EqualTo(said));
        Assert.That(view.Topics[name].Partitions, Is.EqualTo((await kafka.ListTopicsAsync()).Single(topic => topic.Name == name).Partitions).Using<PartitionView>(
            // Brokers before 2.1 do not tell epochs.
            (watched, asked) => watched with { LeaderEpoch = -1 } == asked with { LeaderEpoch = -1 }));
    }

    // samsa 33
    [TestCaseSource(typeof(Each), nameof(Each.KnownToZooKeeper))]
    public async Task Partitions_that_are_added_are_read_from_their_first_record(BrokerKind kind)
    {
        await using var brokers = await OpenAsync(kind);
        var name = await brokers.CreateTopicAsync("grows", partitions: 2);
        await using var kafka = await Kafka.ConnectAsync(At(brokers));
        var (single, several) = (new List<int>(), new List<int>());
        using var one = kafka.Topics[name].AsObservable().Subscribe(record => Add(single, record));
        using var all = kafka.AsObservable(kafka.Changes.ToAssignments(topic => topic == name)).Subscribe(record => Add(several, record));
        await PublishAsync(0, 1);
        await Patience.Until(() => Count(single) == 2 && Count(several) == 2, 30, "both partitions are read");

        await Soak.Stranger.GrowAsync(brokers, name, 4);
        // Somebody else writes there before our reader can know of it.
        await using var other = await brokers.ConnectAsync();
        await Patience.Until(() => other.ListTopicsAsync().GetAwaiter().GetResult().Single(topic => topic.Name == name).Partitions.Count == 4, 30, "the brokers know");
        foreach (var partition in new[] { 2, 3 }) await other.Topics[name].PublishAsync(new ProducerRecord("x") { Partition = partition });

        await Patience.Until(() => Count(single) == 4 && Count(several) == 4, 30, "all four are read", () => $"{Count(single)} and {Count(several)}");
        Assert.That((single.Order(), several.Order()), Is.EqualTo((Enumerable.Range(0, 4), Enumerable.Range(0, 4))));

        async Task PublishAsync(params int[] partitions)
        {
            foreach (var partition in partitions) await kafka.Topics[name].PublishAsync(new ProducerRecord("x") { Partition = partition });
        }

        static void Add(List<int> seen, KafkaRecord record)
        {
            lock (seen) seen.Add(record.Partition);
        }

        static int Count(List<int> seen)
        {
            lock (seen) return seen.Count;
        }
    }

    // samsa 01, 05, 06, 10, 33
    [Test]
    public async Task Brokers_of_Kafka_0_7_and_their_topics_are_seen_though_they_cannot_be_read_yet()
    {
        await using var old = await RealKafka.StartOldAsync(brokers: 2, partitions: 2);
        await using var zooKeeper = await ZooKeeperClient.ConnectAsync(old.ZooKeeper!);
        var changes = new ZooKeeperChanges(zooKeeper).Changes;
        var view = new ClusterView();
        PartitionAssignment? assignment = null;
        using var watching = changes.Subscribe(change => view = view.With(change));
        using var assigning = changes.ToAssignments(topic => topic == "t").Subscribe(next => assignment = next);
        await Patience.Until(() => view.Brokers.Count == 2, 30, "both brokers are seen");
        var first = view.Brokers[1];

        await old.BrokerAsync(2, "kill");
        await Patience.Until(() => view.Brokers.Count == 1, 30, "one is gone");
        (await RealKafka.ToolAsync("0.7.2", "ConsoleProducer", "hello\n", "--zookeeper", old.ZooKeeper!, "--topic", "t", "--sync")).Expected();
        await Patience.Until(() => assignment?.Partitions.Length == 2, 30, "the partitions of the broker that is there");
        await old.BrokerAsync(2, "start");
        await Patience.Until(() => view.Brokers.Count == 2 && assignment?.Partitions.Length == 3, 30, "the other broker may take a first partition");
        await ProduceNothingAsync(old.Bootstrap.Split(',')[1], "t");
        await Patience.Until(() => assignment?.Partitions.Length == 4, 30, "and has all of them once it was written to");

        Assert.That(view.Brokers[1], Is.EqualTo(first));
        Assert.That(view.Topics["t"].Partitions.Select(partition => partition.Partition), Is.EqualTo(new[] { 10_000, 10_001, 20_000, 20_001 }));
        Assert.That(async () => await Kafka.ConnectAsync($"zookeeper://{old.ZooKeeper}"), Throws.TypeOf<NotSupportedException>().With.Message.Contains("Kafka 0.7"));
    }

    // samsa 05
    [TestCaseSource(typeof(Each), nameof(Each.BrokerInZooKeeper))]
    public async Task A_broker_that_goes_and_comes_back_is_seen_and_the_others_stay_as_they_are(BrokerKind kind)
    {
        await using var brokers = (RunningReal)await kind.OpenAsync(3);
        await using var kafka = await Kafka.ConnectAsync(At(brokers), Hasty with { StartTimeout = TimeSpan.FromSeconds(30) });
        var view = new ClusterView();
        using var watching = kafka.Changes.Subscribe(change => view = view.With(change));
        await Patience.Until(() => view.Brokers.Count == 3, 30, "all are seen");
        var first = view.Brokers[1];

        await brokers.StopBrokerAsync(2);
        await Patience.Until(() => !view.Brokers.ContainsKey(2), 30, "one is gone");
        // Brokers of 0.8 tell of each other only together with partitions that they lead.
        var isTold = kind.Speaks >= new Version(0, 9);
        if (isTold) await Patience.Until(() => !kafka.Brokers.Any(broker => broker.NodeId == 2), 30, "and the client knows");
        await brokers.StartBrokerAsync(2);
        await Patience.Until(() => view.Brokers.ContainsKey(2), 60, "it is back");
        if (isTold) await Patience.Until(() => kafka.Brokers.Any(broker => broker.NodeId == 2), 30, "and the client knows");

        Assert.That(view.Brokers[1], Is.SameAs(first));
    }

    // A Kafka 0.7 makes a topic of any Produce, also of one without messages, and does not answer. Its own producer writes only where the topic is already.
    static async Task ProduceNothingAsync(string address, string topic)
    {
        using var client = new TcpClient();
        var colon = address.LastIndexOf(':');
        await client.ConnectAsync(address[..colon], int.Parse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        byte[] request = [0, 0, 0, (byte)(12 + topic.Length), 0, 0, 0, (byte)topic.Length, .. Encoding.ASCII.GetBytes(topic), 0, 0, 0, 0, 0, 0, 0, 0];
        var stream = client.GetStream();
        await stream.WriteAsync(request);
        // The broker closes when it has read to the end.
        client.Client.Shutdown(SocketShutdown.Send);
        _ = await stream.ReadAsync(new byte[1]);
    }

    static string At(RunningReal brokers) => $"zookeeper://{brokers.Kafka.ZooKeeper}";

    static async Task<RunningReal> OpenAsync(BrokerKind kind) => (RunningReal)await kind.OpenAsync();

    static async Task<ClusterView> SnapshotAsync(Kafka kafka) =>
        ((ClusterChange.Snapshot)await kafka.Changes.FirstAsync().ToTask().Within(30, "the cluster is seen")).View;

    static async Task RefusedAsync(string address, string because)
    {
        try
        {
            await using var kafka = await Kafka.ConnectAsync(address, Hasty).Within(30, "connecting");
            Assert.Fail($"{address} leads to {string.Join(", ", kafka.Brokers)}");
        }
        catch (NoBrokersAvailableException error)
        {
            Assert.That(error.Message, Does.Contain(because).And.Contains(address));
        }
    }
}
