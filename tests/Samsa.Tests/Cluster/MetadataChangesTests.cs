using System.Reactive.Linq;
using Samsa.Embedded;
using Samsa.Flow;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.ZooKeeper;

namespace Samsa.Tests.Cluster;

/// <summary>What changes in a cluster, as its brokers say it.</summary>
[TestFixture]
public sealed class MetadataChangesTests
{
    static readonly KafkaOptions Quick = new()
    {
        ChangesInterval = TimeSpan.FromMilliseconds(50),
        Retry = new() { First = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromMilliseconds(100) },
        Reconnect = new() { First = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromMilliseconds(100) },
    };

    [Test]
    public async Task Everything_that_changes_is_told([Values] KafkaProfile profile)
    {
        await using var cluster = await EmbeddedKafka.StartAsync(3, new() { Profile = profile });
        cluster.CreateTopic("t", partitions: 3);
        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers, Quick).Soon();
        using var seen = new Recorder<ClusterChange>(kafka.Changes);
        await seen.SawAsync(change => change is ClusterChange.Snapshot(var view) && view.Brokers.Count == 3 && view.Topics["t"].Partitions.Count == 3);

        cluster.CreateTopic("u", partitions: 2);
        await seen.SawAsync(change => change is ClusterChange.TopicCreated { Topic: { Name: "u", Partitions.Count: 2 } });
        cluster.AddPartitions("u", 4);
        await seen.SawAsync(change => change is ClusterChange.PartitionsAdded({ Name: "u" }, [2, 3]));
        var leader = cluster.LeaderOf("t", 0);
        var next = leader % 3 + 1;
        cluster.MoveLeader("t", 0, next);
        await seen.SawAsync(change => change is ClusterChange.LeaderChanged { Topic: "t", Partition: { Partition: 0, Leader: var now }, Before: var before } && now == next && before == leader);
        await cluster.StopBrokerAsync(3);
        await seen.SawAsync(change => change is ClusterChange.BrokerDown { Broker.NodeId: 3 });
        await cluster.StartBrokerAsync(3);
        await seen.SawAsync(change => change is ClusterChange.BrokerUp { Broker.NodeId: 3 });
        cluster.DeleteTopic("u");
        await seen.SawAsync(change => change is ClusterChange.TopicDeleted { Topic.Name: "u" });
    }

    [Test]
    public async Task That_nobody_can_be_asked_is_no_end()
    {
        await using var cluster = await EmbeddedKafka.StartAsync(1);
        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers, Quick).Soon();
        using var seen = new Recorder<ClusterChange>(kafka.Changes);
        await seen.SawAsync(change => change is ClusterChange.Snapshot);

        await cluster.StopBrokerAsync(1);
        await seen.SawAsync(change => change is ClusterChange.SourceSuspended);
        await cluster.StartBrokerAsync(1);
        await seen.SawAsync(change => change is ClusterChange.SourceResumed);
        cluster.CreateTopic("later");
        await seen.SawAsync(change => change is ClusterChange.TopicCreated { Topic.Name: "later" });

        await kafka.DisposeAsync();
        Assert.That(await seen.EndAsync(), Is.Null);
    }

    [Test]
    public async Task Brokers_are_asked_only_while_somebody_listens()
    {
        await using var cluster = await EmbeddedKafka.StartAsync(1);
        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers, Quick).Soon();
        using var first = new Recorder<ClusterChange>(kafka.Changes);
        using var second = new Recorder<ClusterChange>(kafka.Changes);
        await first.SawAsync(change => change is ClusterChange.Snapshot);
        await second.SawAsync(change => change is ClusterChange.Snapshot);

        first.Dispose();
        second.Dispose();
        // One may be on its way.
        await Task.Delay(100);
        var asked = cluster.Requests.Count;
        await Task.Delay(300);

        Assert.That(cluster.Requests.Count - asked, Is.Zero);
    }

    [Test]
    public async Task What_changes_becomes_assignments_and_they_are_read()
    {
        await using var cluster = await EmbeddedKafka.StartAsync(1);
        cluster.CreateTopic("orders.eu", partitions: 1);
        cluster.CreateTopic("clicks", partitions: 1);
        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers, Quick).Soon();
        await kafka.Topics["orders.eu"].PublishAsync("a");
        await kafka.Topics["clicks"].PublishAsync("no");
        var assignments = kafka.Changes.ToAssignments(topic => topic.StartsWith("orders.", StringComparison.Ordinal), TimeSpan.FromMilliseconds(20)).ShareLatest();
        using var assigned = new Recorder<PartitionAssignment>(assignments);
        using var seen = new Recorder<string>(kafka.AsObservable(assignments).Select(record => record.Text!));
        await seen.SawAsync(text => text == "a");

        cluster.CreateTopic("orders.us", partitions: 2);
        await kafka.Topics["orders.us"].PublishAsync("b");
        await seen.SawAsync(text => text == "b");
        await kafka.Topics["orders.eu"].PublishAsync("c");
        await seen.SawAsync(text => text == "c");

        Assert.That(seen.Seen, Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(assigned.Last.Partitions, Is.EqualTo(new TopicPartition[] { new("orders.eu", 0), new("orders.us", 0), new("orders.us", 1) }));
    }
}
