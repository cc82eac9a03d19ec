using System.Buffers.Binary;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.Partitions;
using Samsa.Tests.Topics;
using Samsa.Wire;
using static Samsa.Tests.Partitions.FetchStage;

namespace Samsa.Tests.Hostile;

/// <summary>Fetch answers whose fields make no sense although they can be read. The numbers are those of the catalogue of bad input.</summary>
public sealed class FetchAnswerTests
{
    [Test]
    public async Task I034_A_partition_that_is_left_out_of_an_answer_is_asked_for_again()
    {
        await using var stage = await FetchStage.OpenAsync(partitions: 2);
        stage.OnFetch = (_, request) => stage.Fetches.Count switch
        {
            1 => Says(Batch(1, 0, "1")),
            2 => Says(Batch(0, 0, "0")),
            _ => null,
        };

        var seen = stage.Watch();
        await seen.Sees(2);

        Assert.That(seen.Texts, Is.EquivalentTo(new[] { "0", "1" }));
    }

    [Test]
    public async Task I035_Records_of_no_length_or_null_are_nothing_and_not_asked_for_in_haste([Values] bool isNull)
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, _) => stage.Fetches.Count switch
        {
            <= 3 => Says(new Fetch.Response.PartitionData { Records = isNull ? null : ReadOnlyMemory<byte>.Empty }),
            4 => Says(Batch(0, 0, "a")),
            _ => null,
        };

        var seen = stage.Watch();
        await seen.Sees(1);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task I003_No_more_is_asked_for_than_an_answer_may_have()
    {
        await using var stage = await FetchStage.OpenAsync(maxFrameBytes: 2 << 20);
        stage.OnFetch = (_, _) => stage.Fetches.Count == 1 ? Says(Batch(0, 0, "a")) : null;

        var seen = stage.Watch(new() { FetchBytes = 500 << 20 });
        await seen.Sees(1);

        Assert.That(stage.Fetches[0].Request.MaxBytes, Is.EqualTo((2 << 20) - (64 << 10)));
    }

    [TestCase(-2)]
    [TestCase(int.MinValue)]
    [TestCase(1_000_000)]
    [TestCase(int.MaxValue)]
    public void I035_Records_of_another_length_than_there_are_bytes_are_refused_with_their_place(int length)
    {
        var writer = new WireWriter();
        Framing.WriteResponse(writer, Fetch.Api, new Fetch.Response { Responses = [new() { Topic = "t", Partitions = [new() { Records = new byte[10] }] }] }, 11, 1);
        var frame = writer.ToArray()[4..];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(frame.Length - 14), length);

        var refused = Assert.Throws<ProtocolException>(() => Framing.ReadResponse<Fetch.Response>(frame, Fetch.Api, 11))!;

        Assert.That(refused.Message, Does.Contain($"A field of bytes claims {length} bytes").And.Contain("Fetch.Response v11 (field Responses[0].Partitions[0].Records)"));
    }

    [Test]
    public async Task I054_A_marker_of_a_kind_that_nobody_knows_is_passed_over()
    {
        await using var stage = await FetchStage.OpenAsync();
        var marker = Samsa.Fuzz.Crafted.Batch(Samsa.Fuzz.Crafted.Record(0, [0x7f, 0xff, 0x7f, 0xff], []), 1, baseOffset: 1, attributes: 0x30, producerId: 7, epoch: 0);
        var noKey = Samsa.Fuzz.Crafted.Batch(Samsa.Fuzz.Crafted.Record(0, null, null), 1, baseOffset: 2, attributes: 0x30, producerId: 7, epoch: 0);
        stage.OnFetch = (_, _) => stage.Fetches.Count switch
        {
            1 => Says(Batch(0, 0, "a")),
            2 => Says(new Fetch.Response.PartitionData { Records = marker.Concat(noKey).ToArray() }),
            3 => Says(Batch(0, 3, "b")),
            _ => null,
        };

        var seen = stage.Watch();
        await seen.Sees(2);

        Assert.That(seen.Sights, Is.EqualTo(new[] { new Sight(0, 0, "a"), new Sight(0, 3, "b") }));
    }

    [Test]
    public async Task I055_Aborted_transactions_that_cannot_be_hide_nothing()
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => stage.Fetches.Count == 1
            ? Says(Batch(0, 0, "a", "b") with
            {
                AbortedTransactions = [new() { ProducerId = -1, FirstOffset = 0 }, new() { ProducerId = long.MinValue, FirstOffset = long.MaxValue }, new() { ProducerId = 7, FirstOffset = -5 }],
            })
            : null;

        var seen = stage.Watch(new() { Isolation = Isolation.ReadCommitted });
        await seen.Sees(2);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a", "b" }));
    }

    [TestCase(-1, -1, -1)]
    [TestCase(long.MinValue, long.MinValue, long.MinValue)]
    [TestCase(1, 5, 9)]
    [TestCase(long.MaxValue, 0, long.MaxValue)]
    public async Task I056_Ends_of_the_log_that_contradict_each_other_disturb_nobody(long highWatermark, long lastStable, long start)
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => stage.Fetches.Count <= 2
            ? Says(Batch(0, stage.Fetches.Count - 1, "a") with { HighWatermark = highWatermark, LastStableOffset = lastStable, LogStartOffset = start })
            : null;

        var seen = stage.Watch();
        await seen.Sees(2);

        Assert.That(seen.Sights, Is.EqualTo(new[] { new Sight(0, 0, "a"), new Sight(0, 1, "a") }));
    }

    [Test]
    public async Task I058_A_replica_to_read_from_that_nobody_knows_is_not_gone_to()
    {
        await using var stage = await FetchStage.OpenAsync(brokers: 2);
        stage.OnFetch = (_, _) => stage.Fetches.Count switch
        {
            1 => Says(Batch(0, 0, "a") with { PreferredReadReplica = 99 }),
            2 => Says(new Fetch.Response.PartitionData { PreferredReadReplica = 99 }),
            3 => Says(Batch(0, 1, "b") with { PreferredReadReplica = int.MaxValue }),
            _ => null,
        };

        var seen = stage.Watch();
        await seen.Sees(2);

        Assert.That(seen.Texts, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(seen.Error, Is.Null);
    }

    [TestCase(3, Description = "a follower names another one, and that one the first")]
    [TestCase(1, Description = "a follower names the leader, and the leader the follower")]
    public async Task I058_A_reader_that_is_sent_to_and_fro_goes_a_few_times_a_minute_and_then_the_leader_has_to_give_its_records(int other)
    {
        var clock = new TestClock();
        await using var stage = await FetchStage.OpenAsync(brokers: 3, prepare: (_, options) => options with { Clock = clock });
        var given = 0;
        stage.OnFetch = (broker, request) =>
            broker == 2 ? Says(new Fetch.Response.PartitionData { PreferredReadReplica = other })
            : request.RackId == "south" || broker == 3 ? Says(new Fetch.Response.PartitionData { PreferredReadReplica = 2 })
            : given++ == 0 ? Says(Batch(0, 0, "from the leader"))
            : Says();
        var began = clock.GetTimestamp();
        var seen = stage.Watch(new() { Rack = "south", MaxWait = TimeSpan.FromMilliseconds(100) });

        await clock.AdvanceUntilAsync(() => seen.Texts.Count > 0, TimeSpan.FromMilliseconds(20));
        Assert.That(clock.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(10)), "it does not wait for a minute to be over");
        await clock.AdvanceUntilAsync(() => clock.GetElapsedTime(began) > TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(200));

        // In the third minute it may have begun again.
        Assert.That(stage.Fetches.Count(fetch => fetch.Broker is 2 or 3), Is.InRange(2, 3 * PartitionReader.MostMoves));
        Assert.That(seen.Texts, Is.EqualTo(new[] { "from the leader" }));
    }
}
