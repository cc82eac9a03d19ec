using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.Partitions;
using Samsa.Tests.Topics;
using static Samsa.Fuzz.Crafted;
using static Samsa.Tests.Partitions.FetchStage;

namespace Samsa.Tests.Hostile;

/// <summary>
/// Batches that cannot be read, in fetch answers: what was before them is delivered, then the reading ends with the place, or, by
/// option, goes on behind them. The connection stays, and so do other readings. The numbers are those of the catalogue of bad input.
/// </summary>
public sealed class DamagedBatchTests
{
    /// <summary>The damaged one has these offsets.</summary>
    const long First = 2, Last = 6;

    static IEnumerable<TestCaseData> Damages => BadBatch.At(First).Select(bad => bad.AsCase());

    static IEnumerable<TestCaseData> DamagesFoundLater => BadBatch.FoundLater(First).Select(bad => bad.AsCase());

    [TestCaseSource(nameof(Damages))]
    public async Task Ends_the_reading_with_its_place_or_is_passed_over(object bad, string reason)
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => Serve(request, (byte[])bad);
        var failing = stage.Watch();
        var skipping = stage.Watch(new() { OnCorrupt = CorruptPolicy.Skip });
        await failing.Ends();
        await skipping.Sees(4);

        Assert.That(failing.Texts, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(failing.Error, Is.TypeOf<CorruptRecordException>().With.Property("Topic").EqualTo("t").And.Property("Partition").EqualTo(0).And.Message.Contains(reason));
        Assert.That(skipping.Error, Is.Null);
        Assert.That(skipping.Texts, Is.EqualTo(new[] { "a", "b", "c", "d" }), "what is behind the damage is read");
        await stage.Events.Has<BatchSkipped>(skipped => skipped is { Topic: "t", Partition: 0 } && skipped.Next > skipped.Offset);
        Assert.That(stage.Cluster.Peers[0].Connections, Is.EqualTo(3), "one to ask for the cluster and one for each reading: damage inside a partition costs none");
    }

    [TestCaseSource(nameof(DamagesFoundLater))]
    public async Task Is_met_after_the_records_before_it(object bad, string reason)
    {
        await using var stage = await FetchStage.OpenAsync();
        stage.OnFetch = (_, request) => Serve(request, (byte[])bad);

        var failing = stage.Watch();
        var skipping = stage.Watch(new() { OnCorrupt = CorruptPolicy.Skip });
        await failing.Ends();
        await Eventually.Is(() => skipping.HasEnded || skipping.Texts.Contains("d"), "what is behind the damage is read");

        Assert.That(failing.Texts.Take(3), Is.EqualTo(new[] { "a", "b", "v0" }));
        Assert.That(failing.Texts, Has.No.Member("c"));
        Assert.That(failing.Error, Is.TypeOf<CorruptRecordException>().With.Property("Offset").EqualTo(First).And.Message.Contains(reason));
        Assert.That(skipping.Error, Is.Null);
        Assert.That(skipping.Texts, Is.EqualTo(failing.Texts.Concat(["c", "d"])));
    }

    /// <summary>a and b, what is damaged, c and d; from the batch on that holds the offset that is asked for.</summary>
    static Fetch.Response? Serve(Fetch.Request request, byte[] bad)
    {
        var from = request.Topics.SelectMany(topic => topic.Partitions).FirstOrDefault()?.FetchOffset ?? -1;
        if (from is < 0 or > 8) return null;
        (long Last, byte[] Bytes)[] entries =
        [
            (1, Batch(Concat(Record(0, null, Utf8("a")), Record(1, null, Utf8("b"))), 2)),
            (Last, bad),
            (8, Batch(Concat(Record(0, null, Utf8("c")), Record(1, null, Utf8("d"))), 2, baseOffset: 7)),
        ];
        // Without a session every request says what it wants.
        return Says(new Fetch.Response.PartitionData { Records = Concat([.. entries.Where(entry => entry.Last >= from).Select(entry => entry.Bytes)]) }) with { SessionId = 0 };
    }
}
