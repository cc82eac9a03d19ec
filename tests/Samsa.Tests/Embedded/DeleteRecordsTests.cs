using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

public class DeleteRecordsTests
{
    const int PerBatch = 10;

    EmbeddedKafka kafka = null!;
    RawClient client = null!;

    // Three batches of ten records, a millisecond apart.
    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync(brokers: 2, new() { Profile = KafkaProfile.V3_9 });
        kafka.CreateTopic("t");
        client = await RawClient.ConnectAsync(kafka.Brokers[kafka.LeaderOf("t", 0) - 1]);
        for (var i = 0; i < 3; i++)
            await client.ProduceAsync("t", TestRecords.Batch(Enumerable.Repeat("x", PerBatch), 2, time: TestRecords.Time + i * PerBatch));
    }

    [TearDown]
    public async Task Stop()
    {
        client.Dispose();
        await kafka.DisposeAsync();
    }

    [Test]
    public async Task The_log_starts_at_the_offset_and_a_batch_that_is_needed_stays_whole()
    {
        for (short version = 0; version <= 2; version++)
        {
            var offset = 13 + version;
            var told = await DeleteAsync(offset, version: version);
            Assert.That((told.ErrorCode, told.LowWatermark), Is.EqualTo((ErrorCode.None, (long)offset)));
        }

        Assert.That((await client.ListOffsetAsync("t", -2)).Offset, Is.EqualTo(15));
        Assert.That((await client.ListOffsetAsync("t", 0)).Offset, Is.EqualTo(15), "nothing older is found by its time");
        Assert.That((await client.FetchAsync("t", 14)).ErrorCode, Is.EqualTo(ErrorCode.OffsetOutOfRange));
        var rest = await client.FetchAsync("t", 15);
        Assert.That(TestRecords.Offsets(rest.Records), Is.EqualTo(Enumerable.Range(10, 20).Select(i => (long)i)));
        Assert.That(rest.LogStartOffset, Is.EqualTo(15));
    }

    [Test]
    public async Task All_can_be_deleted_and_the_log_goes_on()
    {
        Assert.That((await DeleteAsync(-1)).LowWatermark, Is.EqualTo(30));
        var log = kafka.Log("t", 0);
        Assert.That((log.StartOffset, log.EndOffset, log.SizeInBytes, log.Batches.Count), Is.EqualTo((30L, 30L, 0L, 0)));
        Assert.That((await client.ListOffsetAsync("t", 0)).Offset, Is.EqualTo(-1));
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("new"))).BaseOffset, Is.EqualTo(30));
        Assert.That(TestRecords.Read((await client.FetchAsync("t", 30)).Records), Is.EqualTo(new[] { (30L, "new") }));
    }

    [Test]
    public async Task The_start_never_moves_back()
    {
        await DeleteAsync(20);
        Assert.That((await DeleteAsync(5)).LowWatermark, Is.EqualTo(20));
    }

    [Test]
    public async Task What_cannot_be_is_refused_with_its_error()
    {
        Assert.That(await ErrorAsync(31), Is.EqualTo(ErrorCode.OffsetOutOfRange));
        Assert.That(await ErrorAsync(-2), Is.EqualTo(ErrorCode.OffsetOutOfRange));
        Assert.That(await ErrorAsync(1, partition: 1), Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That(await ErrorAsync(1, topic: "nowhere"), Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        kafka.MoveLeader("t", 0, 3 - kafka.LeaderOf("t", 0));
        Assert.That(await ErrorAsync(1), Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That(kafka.Log("t", 0).StartOffset, Is.Zero);
    }

    async Task<ErrorCode> ErrorAsync(long offset, int partition = 0, string topic = "t")
    {
        var told = await DeleteAsync(offset, partition, topic);
        Assert.That(told.LowWatermark, Is.EqualTo(-1));
        return told.ErrorCode;
    }

    async Task<DeleteRecords.Response.DeleteRecordsPartitionResult> DeleteAsync(
        long offset, int partition = 0, string topic = "t", short version = 2) =>
        (await client.AskAsync(new DeleteRecords.Request
        {
            Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = partition, Offset = offset }] }],
        }, version)).Topics.Single().Partitions.Single();
}
