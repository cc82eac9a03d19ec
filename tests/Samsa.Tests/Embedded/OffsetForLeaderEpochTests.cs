using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

public class OffsetForLeaderEpochTests
{
    EmbeddedKafka kafka = null!;
    RawClient one = null!;
    RawClient two = null!;

    // Leader 1 writes two records, leader 2 none, leader 1 again three: epochs 0, 2 and the present one.
    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t");
        one = await RawClient.ConnectAsync(kafka.Brokers[0]);
        two = await RawClient.ConnectAsync(kafka.Brokers[1]);
        Assert.That(kafka.LeaderOf("t", 0), Is.EqualTo(1));
        await one.ProduceAsync("t", TestRecords.Batch("a", "b"));
        kafka.MoveLeader("t", 0, 2);
        kafka.MoveLeader("t", 0, 1);
        await one.ProduceAsync("t", TestRecords.Batch("c", "d", "e"));
    }

    [TearDown]
    public async Task Stop()
    {
        one.Dispose();
        two.Dispose();
        await kafka.DisposeAsync();
    }

    [TestCase(0, 0, 2, TestName = "An_epoch_ends_where_the_next_one_begins")]
    [TestCase(1, 0, 2, TestName = "An_epoch_without_records_is_told_as_the_one_before_it")]
    [TestCase(2, 2, 5, TestName = "The_present_epoch_ends_at_the_end_of_the_log")]
    [TestCase(3, -1, -1, TestName = "An_epoch_to_come_is_not_known")]
    [TestCase(-1, -1, -1, TestName = "No_epoch_is_not_known")]
    public async Task Ends(int epoch, int told, long end)
    {
        for (short version = 2; version <= 4; version++)
        {
            var found = await FindAsync(one, epoch, version);
            Assert.That((found.ErrorCode, found.LeaderEpoch, found.EndOffset), Is.EqualTo((ErrorCode.None, told, end)), $"version {version}");
        }
    }

    [TestCase(0, 2)]
    [TestCase(1, 2)]
    [TestCase(4, 2)]
    public async Task Older_profiles_answer_the_older_versions(int version, long end)
    {
        await using var old = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V3_9 });
        old.CreateTopic("t");
        using var client = await RawClient.ConnectAsync(old.Brokers[0]);
        await client.ProduceAsync("t", TestRecords.Batch("a", "b"));
        Assert.That((await FindAsync(client, 0, (short)version)).EndOffset, Is.EqualTo(end));
    }

    [TestCase(1, ErrorCode.FencedLeaderEpoch)]
    [TestCase(2, ErrorCode.None)]
    [TestCase(3, ErrorCode.UnknownLeaderEpoch)]
    public async Task Who_knows_another_leader_is_told_so(int current, ErrorCode error)
    {
        Assert.That((await FindAsync(one, 0, current: current)).ErrorCode, Is.EqualTo(error));
    }

    [Test]
    public async Task Who_asks_the_wrong_broker_or_for_what_is_not_there_is_told_so()
    {
        Assert.That((await FindAsync(two, 0)).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That((await FindAsync(one, 0, partition: 1)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That((await FindAsync(one, 0, topic: "nowhere")).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    static async Task<OffsetForLeaderEpoch.Response.EpochEndOffset> FindAsync(
        RawClient client, int epoch, short version = 4, int current = -1, int partition = 0, string topic = "t")
    {
        var request = new OffsetForLeaderEpoch.Request
        {
            ReplicaId = -1,
            Topics = [new() { Topic = topic, Partitions = [new() { Partition = partition, LeaderEpoch = epoch, CurrentLeaderEpoch = current }] }],
        };
        var answer = (await client.AskAsync(request, version)).Topics.Single();
        Assert.That((answer.Topic, answer.Partitions.Single().Partition), Is.EqualTo((topic, partition)));
        return answer.Partitions[0];
    }
}
