using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

public class CreatePartitionsTests
{
    [Test]
    public async Task A_topic_grows_and_what_it_had_stays()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        kafka.CreateTopic("t");
        using var leader = await RawClient.ConnectAsync(kafka.Brokers[kafka.LeaderOf("t", 0) - 1]);
        await leader.ProduceAsync("t", TestRecords.Batch("a"));
        for (short version = 0; version <= 3; version++)
            Assert.That((await GrowAsync(leader, 2 + version, version: version)).ErrorCode, Is.EqualTo(ErrorCode.None));
        var partitions = (await leader.AskAsync(new Metadata.Request { Topics = [new() { Name = "t" }] }, 9)).Topics[0].Partitions;
        Assert.That(partitions.Select(one => (one.PartitionIndex, one.ReplicaNodes.Count)), Is.EqualTo(Enumerable.Range(0, 5).Select(i => (i, 3))));
        Assert.That(partitions.Select(one => one.LeaderId).Distinct(), Is.EquivalentTo(new[] { 1, 2, 3 }));
        Assert.That(kafka.Log("t", 0).EndOffset, Is.EqualTo(1));
    }

    [Test]
    public async Task An_assignment_says_which_brokers_hold_the_new_ones()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        kafka.CreateTopic("t", settings: new() { ReplicationFactor = 2 });
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        Assert.That((await GrowAsync(client, 3, [[3, 1], [2, 3]])).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((kafka.LeaderOf("t", 1), kafka.LeaderOf("t", 2)), Is.EqualTo((3, 2)));
        int[][][] wrong = [[[1, 2]], [[1, 1], [1, 2]], [[1, 9], [1, 2]], [[1], [2]], []];
        foreach (var assignment in wrong)
            Assert.That((await GrowAsync(client, 5, assignment)).ErrorCode, Is.EqualTo(ErrorCode.InvalidReplicaAssignment));
    }

    [Test]
    public async Task What_cannot_be_is_refused_with_its_error_and_a_rehearsal_changes_nothing()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { MaxPartitions = 10 });
        kafka.CreateTopic("t", partitions: 3);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        Assert.That((await GrowAsync(client, 3)).ErrorCode, Is.EqualTo(ErrorCode.InvalidPartitions));
        Assert.That((await GrowAsync(client, -1)).ErrorCode, Is.EqualTo(ErrorCode.InvalidPartitions));
        Assert.That((await GrowAsync(client, int.MaxValue)).ErrorCode, Is.EqualTo(ErrorCode.PolicyViolation));
        Assert.That((await GrowAsync(client, 4, topic: "nowhere")).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That((await GrowAsync(client, 4, validateOnly: true)).ErrorCode, Is.EqualTo(ErrorCode.None));
        var twice = await client.AskAsync(new CreatePartitions.Request { Topics = [Wanted("t", 4, null), Wanted("t", 5, null)] }, 3);
        Assert.That(twice.Results.Select(one => one.ErrorCode), Is.EqualTo(new[] { ErrorCode.InvalidRequest }));
        Assert.That((await client.AskAsync(new Metadata.Request { Topics = [new() { Name = "t" }] }, 9)).Topics[0].Partitions, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Only_the_controller_does_it_where_there_is_ZooKeeper()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2, new() { Profile = KafkaProfile.V1_1 });
        kafka.CreateTopic("t");
        using var controller = await RawClient.ConnectAsync(kafka.Brokers[0]);
        using var other = await RawClient.ConnectAsync(kafka.Brokers[1]);
        Assert.That((await GrowAsync(other, 2, version: 0)).ErrorCode, Is.EqualTo(ErrorCode.NotController));
        Assert.That((await GrowAsync(controller, 2, version: 0)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    static async Task<CreatePartitions.Response.CreatePartitionsTopicResult> GrowAsync(
        RawClient client, int count, int[][]? assignment = null, string topic = "t", bool validateOnly = false, short version = 3) =>
        (await client.AskAsync(new CreatePartitions.Request { Topics = [Wanted(topic, count, assignment)], ValidateOnly = validateOnly }, version))
        .Results.Single();

    static CreatePartitions.Request.CreatePartitionsTopic Wanted(string topic, int count, int[][]? assignment) => new()
    {
        Name = topic,
        Count = count,
        Assignments = assignment?.Select(brokers => new CreatePartitions.Request.CreatePartitionsAssignment { BrokerIds = brokers }).ToList(),
    };
}
