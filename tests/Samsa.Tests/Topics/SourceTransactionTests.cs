using System.Buffers.Binary;
using Samsa.Embedded;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

/// <summary>Records of transactions, put into the log as brokers put them there.</summary>
[TestFixture]
public sealed class SourceTransactionTests
{
    static readonly ConsumeOptions Committed = new() { UntilEnd = true, Isolation = Isolation.ReadCommitted };

    [TestCase(KafkaProfile.V1_1)]
    [TestCase(KafkaProfile.V4_3)]
    public async Task Aborted_records_and_markers_are_not_seen_by_who_reads_committed(KafkaProfile profile)
    {
        await using var stage = await Stage.OpenAsync(profile: profile);
        Write(stage, producer: 7, "commit me");
        stage.Write(0, "plain");
        Write(stage, producer: 8, "abort me");
        Write(stage, producer: 7, "commit me, too");
        Mark(stage, producer: 8, ControlType.Abort);
        Write(stage, producer: 8, "second try");
        Mark(stage, producer: 7, ControlType.Commit);
        Mark(stage, producer: 8, ControlType.Commit);
        stage.Write(0, "end");

        var committed = stage.Watch(Committed);
        var all = stage.Watch(Committed with { Isolation = Isolation.ReadUncommitted });
        await committed.Ends();
        await all.Ends();

        Assert.That(committed.Texts, Is.EqualTo(new[] { "commit me", "plain", "commit me, too", "second try", "end" }));
        Assert.That(all.Texts, Is.EqualTo(new[] { "commit me", "plain", "abort me", "commit me, too", "second try", "end" }), "markers are never seen");
        Assert.That(committed.Sights[^1].Offset, Is.EqualTo(8));
    }

    [Test]
    public async Task Who_reads_committed_stops_before_an_open_transaction_and_goes_on_when_it_ends()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "before");
        Write(stage, producer: 7, "open");
        stage.Write(0, "behind");

        var upToIt = stage.Watch(Committed);
        await upToIt.Ends();
        var live = stage.Watch(Committed with { UntilEnd = false });
        await live.Sees(1);
        Mark(stage, producer: 7, ControlType.Commit);
        await live.Sees(3);

        Assert.That((upToIt.HasCompleted, upToIt.Texts.Single()), Is.EqualTo((true, "before")));
        Assert.That(live.Texts, Is.EqualTo(new[] { "before", "open", "behind" }));
    }

    [Test]
    public async Task F076_A_partition_that_holds_nothing_for_users_is_read_to_its_end()
    {
        await using var stage = await Stage.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            Write(stage, producer: 7, "gone");
            Mark(stage, producer: 7, ControlType.Abort);
        }

        var seen = stage.Watch(Committed with { PartitionBytes = 200 });
        await seen.Ends();

        Assert.That((seen.HasCompleted, seen.Count), Is.EqualTo((true, 0)), $"{seen.Error}");
        Assert.That(stage.Fetches, Is.LessThan(60), "the position moves over what is not delivered");
    }

    static void Write(Stage stage, long producer, string value) =>
        stage.Brokers.AppendRaw("t", 0, TestRecords.Batch([value], 2, producer: producer, epoch: 0, sequence: 0, transactional: true));

    static void Mark(Stage stage, long producer, ControlType type) => stage.Brokers.AppendRaw("t", 0, Marker(producer, type));

    /// <summary>The batch by which a broker ends a transaction.</summary>
    static byte[] Marker(long producer, ControlType type)
    {
        using var writer = new RecordBatchWriter(int.MaxValue);
        writer.TryAppend(TestRecords.Time, [0, 0, 0, (byte)type], false, new byte[6], false);
        var batch = writer.Finish(null, producer, 0, -1, true).ToArray();
        batch[22] |= 0x20;
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), RecordBatchHeader.ComputeCrc(batch));
        return batch;
    }
}
