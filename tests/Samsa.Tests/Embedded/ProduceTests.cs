using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;

namespace Samsa.Tests.Embedded;

public class ProduceTests
{
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
    public async Task I040_I041_What_is_wrong_with_a_batch_is_said_and_nothing_of_it_stored()
    {
        var good = TestRecords.Batch("a", "b");
        var wrongCrc = good.ToArray();
        wrongCrc[^1] ^= 1;
        var oldMagic = TestRecords.Batch(["a"], magic: 1);

        await Refused(wrongCrc, ErrorCode.CorruptMessage);
        await Refused(oldMagic, ErrorCode.InvalidRecord);
        await Refused([], ErrorCode.InvalidRecord);
        await Refused([.. good, .. good], ErrorCode.InvalidRecord);
        await Refused(good[..^1], ErrorCode.InvalidRecord);
        await Refused(Sealed(good, batch => batch[60] = 3), ErrorCode.InvalidRecord);       // count
        await Refused(Sealed(good, batch => batch[26] = 4), ErrorCode.InvalidRecord);       // last offset delta
        await Refused(Sealed(good, batch => (batch[26], batch[60]) = (4, 5)), ErrorCode.InvalidRecord);
        await Refused(Sealed(good, batch => batch[22] |= 0x20), ErrorCode.InvalidRecord);   // control
        await Refused(Sealed(good, batch => batch[22] |= 0x10), ErrorCode.TransactionalIdAuthorizationFailed);
        await Refused(Sealed(good, batch => batch[22] |= 0x07), ErrorCode.UnknownServerError); // a codec nobody knows
        await Refused(Sealed(good, batch => batch[22] |= 0x01), ErrorCode.UnknownServerError); // says gzip and is not
        await Refused(Sealed(good, batch => batch[7] = 77), ErrorCode.InvalidRecord);       // base offset
        await Refused(Sealed(good, batch => batch.AsSpan(43, 8).Clear()), ErrorCode.InvalidRecord); // producer id 0 without a sequence
        await Refused(Sealed(good, batch => batch[^1] = 2), ErrorCode.InvalidRecord);       // a record claims a header that is not there
        Assert.That(kafka.Log("t", 0).EndOffset, Is.Zero);
    }

    [Test]
    public async Task Kafka_1_1_says_it_with_an_older_error_or_closes_the_connection()
    {
        await using var old = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V1_1 });
        old.CreateTopic("t");
        using var asking = await RawClient.ConnectAsync(old.Brokers[0]);
        var good = TestRecords.Batch("a", "b");
        Assert.That((await asking.ProduceAsync("t", Sealed(good, batch => batch[60] = 3), version: 5)).ErrorCode, Is.EqualTo(ErrorCode.CorruptMessage));
        Assert.That((await asking.ProduceAsync("t", Sealed(good, batch => batch[22] |= 0x08), version: 5)).ErrorCode, Is.EqualTo(ErrorCode.InvalidTimestamp));
        Assert.That((await asking.ProduceAsync("t", TestRecords.Sequenced(7, 0, 5), version: 5)).ErrorCode, Is.EqualTo(ErrorCode.UnknownProducerId));
        await asking.SendAsync(RawClient.ProduceRequest("t", TestRecords.Batch(["a"], 1)), 5);
        Assert.That(await asking.IsClosedAsync());
    }

    [Test]
    public async Task What_a_producer_says_of_its_times_is_put_right()
    {
        await client.ProduceAsync("t", Sealed(TestRecords.Batch("a", "b"), batch => batch[22] |= 0x08));
        await client.ProduceAsync("t", Sealed(TestRecords.Batch("c", "d"), batch => batch[42] ^= 0x55));
        foreach (var offset in new[] { 0, 2 })
        {
            var batch = Only((await client.FetchAsync("t", offset)).Records);
            Assert.That((batch.TimestampType, batch.MaxTimestamp), Is.EqualTo((TimestampType.Create, TestRecords.Time + 1)));
            Assert.That(Times(batch), Is.EqualTo(new[] { TestRecords.Time, TestRecords.Time + 1 }));
        }
    }

    [Test]
    public async Task Other_partitions_of_the_request_are_stored_all_the_same()
    {
        kafka.AddPartitions("t", 2);
        var answer = await client.AskAsync(new Produce.Request
        {
            Acks = 1,
            TopicData =
            [
                new() { Name = "nowhere", PartitionData = [new() { Records = TestRecords.Batch("a") }] },
                new()
                {
                    Name = "t",
                    PartitionData =
                    [
                        new() { Index = 0, Records = new byte[7] },
                        new() { Index = 1, Records = TestRecords.Batch("b") },
                        new() { Index = 2, Records = TestRecords.Batch("c") },
                    ],
                },
            ],
        }, 9);
        Assert.That(answer.Responses.SelectMany(topic => topic.PartitionResponses).Select(one => one.ErrorCode), Is.EqualTo(new[]
        {
            ErrorCode.UnknownTopicOrPartition, ErrorCode.InvalidRecord, ErrorCode.None, ErrorCode.UnknownTopicOrPartition,
        }));
        Assert.That(kafka.Log("t", 1).EndOffset, Is.EqualTo(1));
    }

    [Test]
    public async Task Without_acknowledgement_nothing_is_answered_and_an_error_closes_the_connection()
    {
        await client.SendAsync(RawClient.ProduceRequest("t", TestRecords.Batch("a"), acks: 0), 9);
        // The next answer is the one to the next question.
        Assert.That((await client.FetchAsync("t", 0)).HighWatermark, Is.EqualTo(1));
        await client.SendAsync(RawClient.ProduceRequest("nowhere", TestRecords.Batch("a"), acks: 0), 9);
        Assert.That(await client.IsClosedAsync());
    }

    [Test]
    public async Task Acknowledgements_are_0_1_or_all()
    {
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"), acks: 2)).ErrorCode, Is.EqualTo(ErrorCode.InvalidRequiredAcks));
        Assert.That((await client.ProduceAsync("t", TestRecords.Batch("a"), acks: -2)).ErrorCode, Is.EqualTo(ErrorCode.InvalidRequiredAcks));
    }

    [Test]
    public async Task A_batch_may_be_as_large_as_the_topic_says_and_not_a_byte_larger()
    {
        var batch = TestRecords.Batch(new string('x', 1000));
        kafka.CreateTopic("fits", settings: new() { MaxMessageBytes = batch.Length });
        kafka.CreateTopic("small", settings: new() { MaxMessageBytes = batch.Length - 1 });
        Assert.That((await client.ProduceAsync("fits", batch)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await client.ProduceAsync("small", batch)).ErrorCode, Is.EqualTo(ErrorCode.MessageTooLarge));
    }

    [Test]
    public async Task Zstd_can_be_produced_from_version_7_on()
    {
        var batch = TestRecords.Batch(["a", "b"], 2, CompressionCodec.Zstd);
        Assert.That((await client.ProduceAsync("t", batch, version: 6)).ErrorCode, Is.EqualTo(ErrorCode.UnsupportedCompressionType));
        Assert.That((await client.ProduceAsync("t", batch, version: 7)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(TestRecords.Values((await client.FetchAsync("t", 0)).Records), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task A_topic_that_needs_keys_names_the_records_that_have_none()
    {
        kafka.CreateTopic("keyed", settings: new() { NeedsKeys = true });
        var answer = await client.ProduceAsync("keyed", TestRecords.Batch(["a", "b"], 2, key: null));
        Assert.That(answer.ErrorCode, Is.EqualTo(ErrorCode.InvalidRecord));
        Assert.That(answer.RecordErrors.Select(one => one.BatchIndex), Is.EqualTo(new[] { 0, 1 }));
        Assert.That((await client.ProduceAsync("keyed", TestRecords.Batch("a"))).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task The_broker_gives_the_time_where_the_topic_says_so()
    {
        kafka.CreateTopic("stamped", settings: new() { TimestampType = TimestampType.LogAppend });
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var answer = await client.ProduceAsync("stamped", TestRecords.Batch("a", "b"));
        var batch = Only((await client.FetchAsync("stamped", 0)).Records);
        Assert.Multiple(() =>
        {
            Assert.That(answer.LogAppendTimeMs, Is.GreaterThanOrEqualTo(before));
            Assert.That(batch.TimestampType, Is.EqualTo(TimestampType.LogAppend));
            Assert.That(Times(batch), Is.EqualTo(new[] { answer.LogAppendTimeMs, answer.LogAppendTimeMs }));
        });
    }

    [Test]
    public async Task A_timestamp_can_be_an_hour_ahead_and_no_more()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var soon = TestRecords.Batch(["a"], 2, time: now + 3_500_000);
        var late = TestRecords.Batch(["a", "b"], 2, time: now + 3_700_000);
        kafka.CreateTopic("patient", settings: new() { MaxTimestampAhead = TimeSpan.FromDays(1) });
        Assert.That((await client.ProduceAsync("t", soon)).ErrorCode, Is.EqualTo(ErrorCode.None));
        var refused = await client.ProduceAsync("t", late);
        Assert.That(refused.ErrorCode, Is.EqualTo(ErrorCode.InvalidTimestamp));
        Assert.That(refused.RecordErrors.Select(one => one.BatchIndex), Is.EqualTo(new[] { 0, 1 }));
        Assert.That((await client.ProduceAsync("patient", late)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task From_version_13_topics_are_named_by_their_ids()
    {
        var id = (await client.AskAsync(new Metadata.Request { Topics = [new() { Name = "t" }] }, 12)).Topics[0].TopicId;
        Assert.That((await client.ProduceAsync("", TestRecords.Batch("a"), version: 13, id: id)).BaseOffset, Is.Zero);
        Assert.That((await client.ProduceAsync("", TestRecords.Batch("a"), version: 13, id: Guid.NewGuid())).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicId));
    }

    [Test]
    public async Task Requests_may_be_sent_without_waiting_and_are_answered_in_their_order()
    {
        var ids = new List<int>();
        for (var i = 0; i < 200; i++)
            ids.Add(await client.SendAsync(RawClient.ProduceRequest("t", TestRecords.Batch($"{i}")), 9));
        for (var i = 0; i < 200; i++)
        {
            var answer = await client.ReadAsync<Produce.Response>(Produce.Api, 9, ids[i]);
            Assert.That(answer.Responses[0].PartitionResponses[0].BaseOffset, Is.EqualTo(i));
        }
    }

    async Task Refused(byte[] records, ErrorCode error)
    {
        var answer = await client.ProduceAsync("t", records);
        Assert.That((answer.ErrorCode, answer.BaseOffset), Is.EqualTo((error, -1L)), answer.ErrorMessage);
    }

    static byte[] Sealed(byte[] batch, Action<byte[]> change)
    {
        var changed = batch.ToArray();
        change(changed);
        RecordBatchHeader.Seal(changed);
        return changed;
    }

    static RecordBatch Only(ReadOnlyMemory<byte>? records)
    {
        var reader = new RecordBatchReader(records!.Value);
        Assert.That(reader.TryRead(out var batch));
        return batch!;
    }

    static List<long> Times(RecordBatch batch)
    {
        var times = new List<long>();
        foreach (var record in batch) times.Add(record.Timestamp);
        return times;
    }
}
