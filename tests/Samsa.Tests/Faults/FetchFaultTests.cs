using System.Buffers.Binary;
using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.Embedded;
using Samsa.Tests.Partitions;
using Samsa.Tests.Topics;
using static Samsa.Tests.Partitions.FetchStage;
using Eventually = Samsa.Tests.Embedded.Eventually;

namespace Samsa.Tests.Faults;

/// <summary>Fetches that are answered with errors, damage or nothing, and positions that have to stand all of it.</summary>
[TestFixture]
public sealed class FetchFaultTests
{
    static readonly ConsumeOptions Skipping = new() { OnCorrupt = CorruptPolicy.Skip };

    [Test]
    public async Task F071_Records_that_are_deleted_before_they_are_read_are_passed_over_and_told()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 20);
        using var held = stage.Brokers.Faults.Each(ApiKey.Fetch).Hold();
        var seen = stage.Watch(new() { Start = StartFrom.Offset(5), UntilEnd = true });
        await held.FiredAsync();

        stage.Brokers.DeleteRecords("t", 0, beforeOffset: 12);
        held.Release();
        await seen.Ends();

        Assert.That(seen.Texts, Is.EqualTo(Enumerable.Range(12, 8).Select(n => $"{n}")));
        await stage.Tells<OffsetReset>(reset => reset is { From: 5, To: 12 });
    }

    [TestCase(KafkaProfile.V0_10_2)]
    [TestCase(KafkaProfile.V4_3)]
    public async Task F074_What_the_wire_has_damaged_is_fetched_again(KafkaProfile profile)
    {
        await using var stage = await Stage.OpenAsync(profile: profile);
        stage.WriteNumbers(0, 0, 20);
        var damaged = stage.Brokers.Faults.Next(ApiKey.Fetch).Change<Fetch.Response>(Damaged);

        var seen = stage.Watch(new() { UntilEnd = true });
        await seen.Ends();

        Assert.That(damaged.Fired, Is.EqualTo(1));
        Assert.That(seen.Texts, Is.EqualTo(Enumerable.Range(0, 20).Select(n => $"{n}")), $"{seen.Error}");
        await stage.Tells<RequestRetried>(retried => retried is { Api: "Fetch", Error: CorruptBatchException });
    }

    [TestCase(22, 6, Description = "the codec")]
    [TestCase(16, 9, Description = "the magic")]
    public async Task F075_A_format_that_nobody_knows_does_not_keep_other_partitions_from_being_read(int at, byte value)
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        stage.Write(0, "a");
        var bad = TestRecords.Batch("1", "2", "3");
        bad[at] = value;
        BinaryPrimitives.WriteUInt32BigEndian(bad.AsSpan(17), RecordBatchHeader.ComputeCrc(bad));
        stage.Brokers.AppendRaw("t", 0, bad);
        stage.WriteNumbers(1, 0, 100);

        var seen = stage.Watch(Skipping);
        await seen.Sees(101);
        stage.Write(0, "b");
        stage.Write(1, "c");
        await seen.Sees(103);

        Assert.That(seen.Sights.Where(s => s.Partition == 0).Select(s => s.Text), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(seen.Sights.Where(s => s.Partition == 1).Select(s => s.Offset), Is.EqualTo(Enumerable.Range(0, 101)));
        await stage.Tells<BatchSkipped>(skipped => skipped is { Partition: 0, Offset: 1 });
    }

    [Test]
    public async Task F076_Batches_without_records_move_the_position()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => PositionOf(request) switch
        {
            0 => Says(Compacted(0, last: 9)),
            10 => Says(Compacted(10, last: 99)),
            100 => Says(Batch(0, 100, "at last")),
            _ => null,
        };

        var seen = stage.Watch();
        await seen.Sees(1);

        Assert.That(seen.Sights, Is.EqualTo(new[] { new Sight(0, 100, "at last") }));
        Assert.That(stage.Fetches.Take(3).Select(fetch => PositionOf(fetch.Request)), Is.EqualTo(new[] { 0L, 10, 100 }));
    }

    [Test]
    public async Task F077_A_compacted_batch_ends_where_it_says_and_not_with_its_last_record()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => PositionOf(request) switch
        {
            0 => Says(Compacted(0, last: 49, "0", "1")),
            50 => Says(Batch(0, 50, "50")),
            _ => null,
        };

        var seen = stage.Watch();
        await seen.Sees(3);

        Assert.That(seen.Sights.Select(s => s.Offset), Is.EqualTo(new[] { 0L, 1, 50 }));
    }

    [Test]
    public async Task F078_Brokers_that_forget_their_sessions_cost_nothing_but_a_question(
        [Values(ErrorCode.FetchSessionIdNotFound, ErrorCode.InvalidFetchSessionEpoch, ErrorCode.FetchSessionTopicIdError)] ErrorCode error)
    {
        await using var stage = await Stage.OpenAsync(partitions: 3);
        var seen = stage.Watch(new() { MaxWait = TimeSpan.FromMilliseconds(20) });
        for (var round = 0; round < 10; round++)
        {
            stage.Brokers.Faults.Next(ApiKey.Fetch).Answer(error);
            for (var partition = 0; partition < 3; partition++) stage.WriteNumbers(partition, round * 10, 10);
            await seen.Sees((round + 1) * 30);
        }

        for (var partition = 0; partition < 3; partition++)
            Assert.That(seen.Sights.Where(s => s.Partition == partition).Select(s => s.Offset), Is.EqualTo(Enumerable.Range(0, 100)));
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task F079_Offsets_that_are_not_available_yet_are_waited_for(
        [Values(ApiKey.Fetch, ApiKey.ListOffsets)] ApiKey api, [Values(ErrorCode.OffsetNotAvailable, ErrorCode.UnknownLeaderEpoch)] ErrorCode error)
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 20);
        var early = stage.Brokers.Faults.Next(api, times: 4).Answer(error);

        var seen = stage.Watch(new() { UntilEnd = true });
        await seen.Ends();

        Assert.That(early.Fired, Is.EqualTo(4));
        Assert.That(seen.Texts, Is.EqualTo(Enumerable.Range(0, 20).Select(n => $"{n}")), $"{seen.Error}");
        stage.AssertNoPositionWasLost();
    }

    [Test]
    public async Task F080_A_topic_that_we_may_not_read_ends_its_own_reading_and_no_other()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Brokers.CreateTopic("free");
        stage.WriteNumbers(0, 0, 10);
        var free = new Watcher();
        stage.Kafka.Topics["free"].AsObservable().Subscribe(free);
        await stage.Kafka.Topics["free"].PublishAsync("a");
        await free.Sees(1);
        var id = stage.Kafka.Readers.Watch.Current.Topics["free"].Id;

        Watcher refused;
        using (stage.Brokers.Faults.Each(ApiKey.Fetch).Where(asked => asked.Read<Fetch.Request>().Topics.Any(topic => topic.TopicId != id))
            .Answer(ErrorCode.TopicAuthorizationFailed))
        {
            refused = stage.Watch();
            await refused.Ends();
        }

        await stage.Kafka.Topics["free"].PublishAsync("b");
        await free.Sees(2);
        var allowed = stage.Watch();
        await allowed.Sees(10);

        Assert.That(refused.Error, Is.TypeOf<BrokerException>().With.Property("Error").EqualTo(ErrorCode.TopicAuthorizationFailed));
        Assert.That((free.Count, free.HasEnded), Is.EqualTo((2, false)));
    }

    [Test]
    public async Task F082_An_answer_that_comes_after_the_end_is_dropped_and_the_broker_forgets_the_session()
    {
        await using var stage = await FetchStage.OpenAsync();
        using var late = new ManualResetEventSlim();
        stage.OnFetch = (_, request) =>
        {
            if (stage.Fetches.Count == 1) return Says(Batch(0, 0, "a"));
            if (request.SessionEpoch != -1) late.Wait(TimeSpan.FromSeconds(20));
            return Says(Batch(0, 1, "late"));
        };
        var seen = new Watcher();
        var subscription = stage.Kafka.Topics["t"].AsObservable().Subscribe(seen);
        await seen.Sees(1);
        await Eventually.Is(() => stage.Fetches.Count == 2, "what comes next is asked for");

        subscription.Dispose();
        await Eventually.Is(() => stage.Kafka.Readers.Count == 0, "the reading has ended");
        late.Set();
        await Eventually.Is(() => stage.Fetches.Count == 3, "the broker is told");

        Assert.That(stage.Fetches[2].Request, Has.Property("SessionId").EqualTo(5).And.Property("SessionEpoch").EqualTo(-1));
        Assert.That((seen.Texts.Single(), seen.HasEnded, stage.Kafka.Readers.ReadyBytes), Is.EqualTo(("a", false, 0L)));
    }

    /// <summary>A batch that compaction has left with fewer records than it has offsets.</summary>
    static Fetch.Response.PartitionData Compacted(long offset, int last, params string[] values)
    {
        var whole = Batch(0, offset, values.Length > 0 ? values : ["gone"]);
        var batch = whole.Records!.Value.ToArray();
        if (values.Length == 0)
        {
            batch = batch[..61];
            BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), 61 - 12);
            BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), 0);
        }

        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), (int)(last - offset));
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), RecordBatchHeader.ComputeCrc(batch));
        return whole with { Records = batch };
    }

    static Fetch.Response Damaged(Fetch.Response answer) => answer with
    {
        Responses = [.. answer.Responses.Select(topic => topic with { Partitions = [.. topic.Partitions.Select(Damaged)] })],
    };

    static Fetch.Response.PartitionData Damaged(Fetch.Response.PartitionData partition)
    {
        if (partition.Records is not { IsEmpty: false } records) return partition;
        var bytes = records.ToArray();
        bytes[^1] ^= 1;
        bytes[50] ^= 1;
        return partition with { Records = bytes };
    }

    static long PositionOf(Fetch.Request request) =>
        request.Topics.SelectMany(topic => topic.Partitions).FirstOrDefault()?.FetchOffset ?? -1;
}
