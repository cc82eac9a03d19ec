using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Cluster;

/// <summary>Connections and the view against whole brokers of every generation.</summary>
[TestFixture]
public sealed class EmbeddedClusterTests
{
    [TestCase(KafkaProfile.V0_8_2, 0)]
    [TestCase(KafkaProfile.V0_10_2, 2)]
    [TestCase(KafkaProfile.V1_1, 5)]
    [TestCase(KafkaProfile.V3_9, 12)]
    [TestCase(KafkaProfile.V4_3, 13)]
    public async Task A_cluster_of_any_generation_is_seen(KafkaProfile profile, int metadataVersion)
    {
        await using var cluster = await EmbeddedKafka.StartAsync(3, new() { Profile = profile });
        cluster.CreateTopic("t", partitions: 5);
        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers).Soon();

        Assert.That(kafka.Brokers.Select(broker => (broker.NodeId, broker.Port)), Is.EqualTo(cluster.Brokers.Select(broker => (broker.Id, broker.Port))));
        var topic = (await kafka.ListTopicsAsync()).Single(topic => topic.Name == "t");
        Assert.Multiple(() =>
        {
            Assert.That(topic.Partitions.Select(partition => partition.Leader), Is.EqualTo(Enumerable.Range(0, 5).Select(i => cluster.LeaderOf("t", i))));
            Assert.That(topic.Id == Guid.Empty, Is.EqualTo(metadataVersion < 10));
            Assert.That(cluster.Requests.Where(request => request.ApiKey == Metadata.Api.Key).Select(request => (int)request.Version).Max(),
                Is.EqualTo(metadataVersion));
        });
    }

    [TestCase(KafkaProfile.V0_10_2)]
    [TestCase(KafkaProfile.V1_1)]
    [TestCase(KafkaProfile.V3_9)]
    [TestCase(KafkaProfile.V4_3)]
    public async Task Topics_are_created_and_deleted(KafkaProfile profile)
    {
        await using var cluster = await EmbeddedKafka.StartAsync(2, new() { Profile = profile });
        await using var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers).Soon();

        await kafka.CreateTopicAsync("t", partitions: 3).Soon();
        Assert.That((await kafka.ListTopicsAsync()).Single().Partitions, Has.Count.EqualTo(3));
        Assert.That((await kafka.CreateTopicAsync("t").ShouldThrow<BrokerException>()).Error, Is.EqualTo(ErrorCode.TopicAlreadyExists));

        await kafka.DeleteTopicAsync("t").Soon();
        Assert.That(await kafka.ListTopicsAsync(), Is.Empty);
        Assert.That((await kafka.DeleteTopicAsync("t").ShouldThrow<BrokerException>()).Error, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    [Test]
    public async Task Looking_does_not_create_a_topic_and_wanting_does([Values] KafkaProfile profile)
    {
        await using var cluster = await EmbeddedKafka.StartAsync(1, new() { Profile = profile, AutoCreateTopics = true });
        await using var client = await Client.StartAsync(cluster.BootstrapServers);
        using var interest = client.Watch.Follow("t");

        var view = await client.Watch.RefreshAsync("test").Soon();
        Assert.That(view.Topics["t"].Error, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That(cluster.Topics, Is.Empty);
        await client.Watch.TopicAsync("t", create: true).Soon();

        Assert.That(cluster.Topics, Is.EqualTo(["t"]));
    }

    [Test]
    public async Task A_leader_that_moves_is_seen_to_have_moved()
    {
        await using var cluster = await EmbeddedKafka.StartAsync(3);
        cluster.CreateTopic("t");
        await using var client = await Client.StartAsync(cluster.BootstrapServers);
        using var interest = client.Watch.Follow("t");
        var before = (await client.Watch.TopicAsync("t", create: false)).Find(0)!;
        var other = cluster.Brokers.First(broker => broker.Id != before.Leader).Id;

        cluster.MoveLeader("t", 0, other);
        var after = (await client.Watch.AfterAsync(client.Watch.Current).Soon()).Find("t", 0)!;

        Assert.That(after.Leader, Is.EqualTo(other));
        Assert.That(after.LeaderEpoch, Is.GreaterThan(before.LeaderEpoch));
    }

    [Test]
    public async Task A_broker_that_stops_and_starts_is_lost_and_found([Values(KafkaProfile.V0_8_2, KafkaProfile.V4_3)] KafkaProfile profile)
    {
        await using var cluster = await EmbeddedKafka.StartAsync(2, new() { Profile = profile });
        cluster.CreateTopic("t", partitions: 2);
        await using var client = await Client.StartAsync(cluster.BootstrapServers);
        using var interest = client.Watch.Follow("t");
        await client.Watch.TopicAsync("t", create: false);
        var connection = await client.Connections.GetAsync(2, ConnectionUse.General);

        await cluster.StopBrokerAsync(2);
        await connection.Closed.Soon();
        await Eventually.True(() =>
        {
            client.Watch.Doubt("test");
            return !client.Watch.Current.Brokers.ContainsKey(2) || client.Watch.Current.Topics["t"].Partitions.All(partition => partition.Leader != 2);
        });
        await cluster.StartBrokerAsync(2);

        await Eventually.True(() =>
        {
            client.Watch.Doubt("test");
            return client.Watch.Current.Brokers.ContainsKey(2);
        });
        var again = await RetriedAsync(() => client.Connections.GetAsync(2, ConnectionUse.General).AsTask());
        Assert.That(again.IsClosed, Is.False);
    }

    [Test]
    public async Task All_brokers_may_restart_one_after_the_other()
    {
        await using var cluster = await EmbeddedKafka.StartAsync(3);
        await using var client = await Client.StartAsync(cluster.BootstrapServers);

        foreach (var broker in cluster.Brokers)
        {
            await cluster.StopBrokerAsync(broker.Id);
            await client.Watch.RefreshAsync("test").Soon();
            await cluster.StartBrokerAsync(broker.Id);
            await client.Watch.RefreshAsync("test").Soon();
        }

        await Eventually.True(() =>
        {
            client.Watch.Doubt("test");
            return client.Watch.Current.Brokers.Count == 3;
        });
    }

    static async Task<BrokerConnection> RetriedAsync(Func<Task<BrokerConnection>> get)
    {
        for (var tries = 0; ; tries++)
            try
            {
                return await get().Soon();
            }
            catch (ConnectionException) when (tries < 20)
            {
                // The back-off of the broker is waited for inside.
            }
    }
}
