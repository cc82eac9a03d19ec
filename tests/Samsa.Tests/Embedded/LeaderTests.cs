using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

public class LeaderTests
{
    [Test]
    public async Task Leaders_are_spread_over_the_brokers()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        kafka.CreateTopic("t", partitions: 6);
        Assert.That(Enumerable.Range(0, 6).CountBy(i => kafka.LeaderOf("t", i)).Select(one => one.Value), Is.EqualTo(new[] { 2, 2, 2 }));
        foreach (var name in new[] { "a", "b", "c" }) kafka.CreateTopic(name);
        Assert.That(new[] { "a", "b", "c" }.Select(name => kafka.LeaderOf(name, 0)), Is.EquivalentTo(new[] { 1, 2, 3 }));
        kafka.AddPartitions("t", 9);
        Assert.That(Enumerable.Range(0, 9).CountBy(i => kafka.LeaderOf("t", i)).Select(one => one.Value), Is.EqualTo(new[] { 3, 3, 3 }));
    }

    [Test]
    public async Task A_moved_leader_goes_on_where_the_old_one_was_and_the_old_one_says_who_it_is()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t");
        kafka.MoveLeader("t", 0, 1);
        using var one = await RawClient.ConnectAsync(kafka.Brokers[0]);
        using var two = await RawClient.ConnectAsync(kafka.Brokers[1]);
        await one.ProduceAsync("t", TestRecords.Batch("a"));
        var before = await PartitionAsync(one, "t");
        kafka.MoveLeader("t", 0, 2);

        var after = await PartitionAsync(one, "t");
        Assert.That((after.LeaderId, after.LeaderEpoch), Is.EqualTo((2, before.LeaderEpoch + 1)));
        Assert.That((await two.ProduceAsync("t", TestRecords.Batch("b"))).BaseOffset, Is.EqualTo(1));

        var produced = await one.AskAsync(RawClient.ProduceRequest("t", TestRecords.Batch("c")), 10);
        var refused = produced.Responses[0].PartitionResponses[0];
        Assert.That(refused.ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That((refused.CurrentLeader.LeaderId, refused.CurrentLeader.LeaderEpoch), Is.EqualTo((2, after.LeaderEpoch)));
        Assert.That(produced.NodeEndpoints.Select(node => (node.NodeId, node.Port)), Is.EqualTo(new[] { (2, kafka.Brokers[1].Port) }));

        var id = (await one.AskAsync(new Metadata.Request { Topics = [new() { Name = "t" }] }, 12)).Topics[0].TopicId;
        var fetched = await one.AskAsync(new Fetch.Request { MaxBytes = 1000, Topics = [new() { TopicId = id, Partitions = [new() { PartitionMaxBytes = 1000 }] }] }, 16);
        var data = fetched.Responses[0].Partitions[0];
        Assert.That((data.ErrorCode, data.CurrentLeader.LeaderId), Is.EqualTo((ErrorCode.NotLeaderOrFollower, 2)));
        Assert.That(fetched.NodeEndpoints.Select(node => (node.NodeId, node.Port)), Is.EqualTo(new[] { (2, kafka.Brokers[1].Port) }));
    }

    [Test]
    public async Task A_broker_without_a_replica_takes_the_place_of_the_leader()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        kafka.CreateTopic("t", settings: new() { ReplicationFactor = 1 });
        var leader = kafka.LeaderOf("t", 0);
        kafka.MoveLeader("t", 0, leader % 3 + 1);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var partition = await PartitionAsync(client, "t");
        Assert.That(partition.ReplicaNodes, Is.EqualTo(new[] { leader % 3 + 1 }));
        Assert.That(partition.IsrNodes, Is.EqualTo(partition.ReplicaNodes));
    }

    [Test]
    public async Task When_a_broker_stops_its_connections_are_cut_and_others_lead()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        kafka.CreateTopic("t", partitions: 3);
        using var cut = await RawClient.ConnectAsync(kafka.Brokers[0]);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[1]);
        await cut.AskAsync(new ApiVersions.Request(), 0);
        await kafka.StopBrokerAsync(1);

        Assert.That(await cut.IsClosedAsync());
        Assert.That(kafka.Brokers[0].IsRunning, Is.False);
        Assert.That(() => RawClient.ConnectAsync(kafka.Brokers[0]), Throws.InstanceOf<System.Net.Sockets.SocketException>());
        var metadata = await client.AskAsync(new Metadata.Request { Topics = null }, 9);
        Assert.That(metadata.Brokers.Select(broker => broker.NodeId), Is.EqualTo(new[] { 2, 3 }));
        Assert.That(metadata.ControllerId, Is.EqualTo(2));
        Assert.That(metadata.Topics[0].Partitions.Select(one => one.LeaderId), Is.All.AnyOf(2, 3));
        Assert.That(metadata.Topics[0].Partitions.Select(one => one.OfflineReplicas), Is.All.EqualTo(new[] { 1 }));
        Assert.That(metadata.Topics[0].Partitions.Select(one => one.IsrNodes), Is.All.EquivalentTo(new[] { 2, 3 }));
    }

    [Test]
    public async Task A_broker_comes_back_on_its_port_and_follows()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t");
        kafka.MoveLeader("t", 0, 1);
        var port = kafka.Brokers[0].Port;
        for (var round = 0; round < 3; round++)
        {
            using var before = await RawClient.ConnectAsync(kafka.Brokers[0]);
            await before.AskAsync(new ApiVersions.Request(), 0);
            await kafka.StopBrokerAsync(1);
            await kafka.StopBrokerAsync(1);
            await kafka.StartBrokerAsync(1);
            await kafka.StartBrokerAsync(1);
        }

        Assert.That(kafka.Brokers[0].Port, Is.EqualTo(port));
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var partition = await PartitionAsync(client, "t");
        Assert.That(partition.LeaderId, Is.EqualTo(2));
        Assert.That(partition.IsrNodes, Is.EquivalentTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task A_partition_without_another_replica_has_no_leader_until_its_broker_is_back()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t", settings: new() { ReplicationFactor = 1 });
        var leader = kafka.LeaderOf("t", 0);
        using var owner = await RawClient.ConnectAsync(kafka.Brokers[leader - 1]);
        await owner.ProduceAsync("t", TestRecords.Batch("a"));
        await kafka.StopBrokerAsync(leader);

        using var other = await RawClient.ConnectAsync(kafka.Brokers[2 - leader]);
        var gone = await PartitionAsync(other, "t");
        Assert.That((gone.ErrorCode, gone.LeaderId), Is.EqualTo((ErrorCode.LeaderNotAvailable, -1)));
        Assert.That((await other.ProduceAsync("t", TestRecords.Batch("b"))).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));

        await kafka.StartBrokerAsync(leader);
        var back = await PartitionAsync(other, "t");
        Assert.That((back.ErrorCode, back.LeaderId), Is.EqualTo((ErrorCode.None, leader)));
        using var again = await RawClient.ConnectAsync(kafka.Brokers[leader - 1]);
        Assert.That(TestRecords.Values((await again.FetchAsync("t", 0)).Records), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task The_last_replica_in_sync_is_the_one_that_can_lead_again()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        kafka.CreateTopic("t", settings: new() { ReplicationFactor = 2 });
        var first = kafka.LeaderOf("t", 0);
        await kafka.StopBrokerAsync(first);
        var second = kafka.LeaderOf("t", 0);
        await kafka.StopBrokerAsync(second);
        Assert.That(kafka.LeaderOf("t", 0), Is.EqualTo(-1));
        await kafka.StartBrokerAsync(first);
        Assert.That(kafka.LeaderOf("t", 0), Is.EqualTo(-1), "it was not in sync when the other one stopped");
        await kafka.StartBrokerAsync(second);
        Assert.That(kafka.LeaderOf("t", 0), Is.EqualTo(second));
    }

    [Test]
    public async Task With_too_few_replicas_in_sync_acks_all_are_refused()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t", settings: new() { MinInSyncReplicas = 2 });
        kafka.MoveLeader("t", 0, 1);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"))).ErrorCode, Is.EqualTo(ErrorCode.None));
        await kafka.StopBrokerAsync(2);
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"))).ErrorCode, Is.EqualTo(ErrorCode.NotEnoughReplicas));
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"), acks: 1)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Nothing_that_was_acknowledged_is_lost_or_doubled_when_leaders_move_all_the_time()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        kafka.CreateTopic("t");
        var clients = new List<RawClient>();
        foreach (var broker in kafka.Brokers) clients.Add(await RawClient.ConnectAsync(broker));
        var moving = Task.Run(() =>
        {
            for (var i = 0; i < 300; i++) kafka.MoveLeader("t", 0, i % 3 + 1);
        });
        for (var i = 0; i < 500; i++)
        {
            // An idempotent producer that asks every broker until one takes it, and sends each batch twice.
            var stored = 0;
            for (var at = i; stored < 2; at++)
            {
                var answer = await clients[at % 3].ProduceAsync("t", TestRecords.Sequenced(7, 0, i));
                if (answer.ErrorCode == ErrorCode.NotLeaderOrFollower) continue;
                Assert.That((answer.ErrorCode, answer.BaseOffset), Is.EqualTo((ErrorCode.None, (long)i)));
                stored++;
            }
        }

        await moving;
        Assert.That(kafka.Log("t", 0).Batches.SelectMany(batch => TestRecords.Values(batch)), Is.EqualTo(Enumerable.Range(0, 500).Select(i => $"{i}")));
        clients.ForEach(client => client.Dispose());
    }

    static async Task<Metadata.Response.MetadataResponsePartition> PartitionAsync(RawClient client, string topic) =>
        (await client.AskAsync(new Metadata.Request { Topics = [new() { Name = topic }] }, 9)).Topics[0].Partitions[0];
}
