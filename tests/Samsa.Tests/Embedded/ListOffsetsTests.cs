using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

public class ListOffsetsTests
{
    const long Latest = -1;
    const long Earliest = -2;
    const long MaxTimestamp = -3;

    EmbeddedKafka kafka = null!;
    RawClient client = null!;

    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t");
        client = await RawClient.ConnectAsync(kafka.Brokers[0]);
    }

    [TearDown]
    public async Task Stop()
    {
        client.Dispose();
        await kafka.DisposeAsync();
    }

    [Test]
    public async Task The_ends_of_an_empty_log_are_both_0()
    {
        Assert.That(await FindAsync(Latest), Is.EqualTo((0L, -1L)));
        Assert.That(await FindAsync(Earliest), Is.EqualTo((0L, -1L)));
        Assert.That(await FindAsync(MaxTimestamp), Is.EqualTo((-1L, -1L)));
        Assert.That(await FindAsync(TestRecords.Time), Is.EqualTo((-1L, -1L)));
    }

    [TestCase(CompressionCodec.None)]
    [TestCase(CompressionCodec.Gzip)]
    public async Task The_first_record_that_is_not_older_than_a_time_is_found_exactly(CompressionCodec codec)
    {
        // Batches of ten records, a millisecond apart, with a hole of 990 ms between two batches.
        for (var i = 0; i < 20; i++)
            await client.ProduceAsync("t", TestRecords.Batch(Enumerable.Repeat("x", 10), 2, codec, TestRecords.Time + 1000 * i));
        Assert.That(await FindAsync(0), Is.EqualTo((0L, TestRecords.Time)));
        Assert.That(await FindAsync(TestRecords.Time + 3007), Is.EqualTo((37L, TestRecords.Time + 3007)));
        Assert.That(await FindAsync(TestRecords.Time + 3010), Is.EqualTo((40L, TestRecords.Time + 4000)));
        Assert.That(await FindAsync(TestRecords.Time + 19_009), Is.EqualTo((199L, TestRecords.Time + 19_009)));
        Assert.That(await FindAsync(TestRecords.Time + 19_010), Is.EqualTo((-1L, -1L)));
    }

    [Test]
    public async Task Times_need_not_rise()
    {
        foreach (var time in new[] { 500, 100, 900, 300 })
            await client.ProduceAsync("t", TestRecords.Batch(["x"], 2, time: TestRecords.Time + time));
        Assert.That(await FindAsync(TestRecords.Time + 200), Is.EqualTo((0L, TestRecords.Time + 500)));
        Assert.That(await FindAsync(TestRecords.Time + 600), Is.EqualTo((2L, TestRecords.Time + 900)));
        Assert.That(await FindAsync(MaxTimestamp), Is.EqualTo((2L, TestRecords.Time + 900)));
    }

    [Test]
    public async Task The_epoch_of_the_leader_is_told_with_the_offset()
    {
        await client.ProduceAsync("t", TestRecords.Batch("a"));
        Assert.That((await client.ListOffsetAsync("t", Latest)).LeaderEpoch, Is.Zero);
        await kafka.StopBrokerAsync(1);
        await kafka.StartBrokerAsync(1);
        using var again = await RawClient.ConnectAsync(kafka.Brokers[0]);
        Assert.That((await again.ListOffsetAsync("t", Earliest)).LeaderEpoch, Is.Zero);
        Assert.That((await again.ListOffsetAsync("t", Latest)).LeaderEpoch, Is.EqualTo(2), "one change to nobody, one back");
    }

    [TestCase(-3, 6, ErrorCode.UnsupportedVersion)]
    [TestCase(-4, 7, ErrorCode.UnsupportedVersion)]
    [TestCase(-4, 8, ErrorCode.None)]
    [TestCase(-5, 9, ErrorCode.None)]
    [TestCase(-6, 10, ErrorCode.UnsupportedVersion)]
    [TestCase(-6, 11, ErrorCode.None)]
    [TestCase(-7, 11, ErrorCode.UnsupportedVersion)]
    public async Task A_special_time_is_known_from_its_version_on(int time, int version, ErrorCode error)
    {
        Assert.That((await client.ListOffsetAsync("t", time, version: (short)version)).ErrorCode, Is.EqualTo(error));
    }

    [Test]
    public async Task Before_3_0_any_other_number_is_a_time()
    {
        await using var old = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V1_1 });
        old.CreateTopic("t");
        using var asking = await RawClient.ConnectAsync(old.Brokers[0]);
        await asking.ProduceAsync("t", TestRecords.Batch("a", "b"), version: 5);
        foreach (var time in new[] { -3, -4, -7 })
            Assert.That((await asking.ListOffsetAsync("t", time, version: 1)).Timestamp, Is.EqualTo(TestRecords.Time));
    }

    [Test]
    public async Task Version_0_lists_where_segments_begin()
    {
        await using var old = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V0_8_2 });
        // A retention this small makes segments of 64 KiB.
        old.CreateTopic("t", settings: new() { RetentionBytes = 200_000 });
        using var asking = await RawClient.ConnectAsync(old.Brokers[0]);
        Assert.That((await asking.ListOffsetAsync("t", Latest, version: 0)).OldStyleOffsets, Is.EqualTo(new[] { 0L }));
        for (var i = 0; i < 3; i++)
            await asking.ProduceAsync("t", TestRecords.Batch([new string('x', 40_000)], 0), version: 0);
        Assert.That((await asking.ListOffsetAsync("t", Latest, version: 0)).OldStyleOffsets, Is.EqualTo(new[] { 3L, 2L, 1L, 0L }));
        Assert.That((await asking.ListOffsetAsync("t", Earliest, version: 0)).OldStyleOffsets, Is.EqualTo(new[] { 0L }));
        Assert.That((await asking.ListOffsetAsync("t", 0, version: 0)).OldStyleOffsets, Is.Empty, "nothing was there in 1970");
        Assert.That((await asking.ListOffsetAsync("t", long.MaxValue, version: 0)).OldStyleOffsets, Is.EqualTo(new[] { 3L, 2L, 1L, 0L }));
    }

    [Test]
    public async Task Who_asks_the_wrong_broker_or_for_what_is_not_there_is_told_so()
    {
        await using var two = await EmbeddedKafka.StartAsync(brokers: 2);
        two.CreateTopic("t");
        using var asking = await RawClient.ConnectAsync(two.Brokers[2 - two.LeaderOf("t", 0)]);
        Assert.That((await asking.ListOffsetAsync("t", Latest)).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That((await asking.ListOffsetAsync("t", Latest, partition: 1)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That((await asking.ListOffsetAsync("nowhere", Latest)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    async Task<(long Offset, long Timestamp)> FindAsync(long time)
    {
        var found = await client.ListOffsetAsync("t", time);
        Assert.That(found.ErrorCode, Is.EqualTo(ErrorCode.None));
        return (found.Offset, found.Timestamp);
    }
}
