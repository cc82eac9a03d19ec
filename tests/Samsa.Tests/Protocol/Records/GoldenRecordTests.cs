using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

/// <summary>Bytes computed by a script that shares no code with this library.</summary>
[TestFixture]
public sealed class GoldenRecordTests
{
    const string Magic0Value = "00 00 00 00 00 00 00 00 00 00 00 13 87 a7 7a b2 00 00 ff ff ff ff 00 00 00 05 68 65 6c 6c 6f";
    const string Magic0KeyValue = "00 00 00 00 00 00 00 00 00 00 00 10 1f ec d7 0a 00 00 00 00 00 01 6b 00 00 00 01 76";
    const string Magic1KeyValue = "00 00 00 00 00 00 00 00 00 00 00 18 e4 e3 21 bc 01 00 00 00 00 00 00 00 03 e8 00 00 00 01 6b 00 00 00 01 76";

    const string Magic2One = """
        00 00 00 00 00 00 00 00 00 00 00 3a ff ff ff ff 02 71 6a 61 89 00 00 00 00 00 00 00 00 00 00 00 00 03 e8 00 00 00 00 00 00 03 e8
        ff ff ff ff ff ff ff ff ff ff ff ff ff ff 00 00 00 01 10 00 00 00 02 6b 02 76 00
        """;

    const string Magic2Two = """
        00 00 00 00 00 00 00 00 00 00 00 45 ff ff ff ff 02 96 6c f5 b6 00 00 00 00 00 01 00 00 00 00 00 00 03 e8 00 00 00 00 00 00 03 ed
        00 00 00 00 00 00 00 07 00 00 00 00 00 00 00 00 00 02 18 00 00 00 02 6b 02 76 02 02 68 02 78 0c 00 0a 02 01 00 00
        """;

    const string CommitMarker = """
        00 00 00 00 00 00 00 05 00 00 00 42 ff ff ff ff 02 cb 17 38 a7 00 30 00 00 00 00 00 00 00 00 00 00 03 e8 00 00 00 00 00 00 03 e8
        00 00 00 00 00 00 00 07 00 00 ff ff ff ff 00 00 00 01 20 00 00 00 08 00 00 00 01 0c 00 00 00 00 00 03 00
        """;

    const string AbortMarker = """
        00 00 00 00 00 00 00 05 00 00 00 42 ff ff ff ff 02 3f 29 ee ef 00 30 00 00 00 00 00 00 00 00 00 00 03 e8 00 00 00 00 00 00 03 e8
        00 00 00 00 00 00 00 07 00 00 ff ff ff ff 00 00 00 01 20 00 00 00 08 00 00 00 00 0c 00 00 00 00 00 03 00
        """;

    [TestCase(Magic0Value, "0@-1 ~=hello")]
    [TestCase(Magic0KeyValue, "0@-1 k=v")]
    [TestCase(Magic1KeyValue, "0@1000 k=v")]
    [TestCase(Magic2One, "0@1000 k=v")]
    [TestCase(Magic2Two, "0@1000 k=v h:x", "1@1005 ~=")]
    public void Golden_bytes_are_read(string hex, params string[] records) =>
        Assert.That(Seen.Records(Hex(hex)), Is.EqualTo(records));

    [Test]
    public void Golden_bytes_are_written()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Written(0, 1000, null, "hello"), Is.EqualTo(Hex(Magic0Value)));
            Assert.That(Written(0, 1000, "k", "v"), Is.EqualTo(Hex(Magic0KeyValue)));
            Assert.That(Written(1, 1000, "k", "v"), Is.EqualTo(Hex(Magic1KeyValue)));
            Assert.That(Written(2, 1000, "k", "v"), Is.EqualTo(Hex(Magic2One)));
        });
    }

    [Test]
    public void Golden_bytes_with_headers_and_a_producer_are_written()
    {
        using var writer = new RecordBatchWriter(1 << 20);
        writer.TryAppend(1000, "k"u8, false, "v"u8, false, [new RecordHeader("h", Utf8("x"))]);
        writer.TryAppend(1005, default, true, default, false);
        Assert.That(writer.Finish(null, producerId: 7, producerEpoch: 0, baseSequence: 0).ToArray(), Is.EqualTo(Hex(Magic2Two)));
    }

    [Test]
    public void The_header_of_a_batch_is_read_field_by_field()
    {
        var batch = Seen.Batches(Hex(Magic2Two))[0];
        Assert.Multiple(() =>
        {
            Assert.That((batch.BaseOffset, batch.LastOffset, batch.NextOffset, batch.Count), Is.EqualTo((0L, 1L, 2L, 2)));
            Assert.That((batch.Magic, batch.Codec, batch.TimestampType), Is.EqualTo(((byte)2, CompressionCodec.None, TimestampType.Create)));
            Assert.That((batch.ProducerId, batch.ProducerEpoch, batch.BaseSequence, batch.LeaderEpoch), Is.EqualTo((7L, (short)0, 0, -1)));
            Assert.That((batch.BaseTimestamp, batch.MaxTimestamp, batch.SizeInBytes), Is.EqualTo((1000L, 1005L, 81)));
            Assert.That((batch.IsControl, batch.IsTransactional, batch.HasDeleteHorizon), Is.EqualTo((false, false, false)));
        });
    }

    [TestCase(CommitMarker, ControlType.Commit)]
    [TestCase(AbortMarker, ControlType.Abort)]
    public void Golden_markers_are_read_and_written(string hex, ControlType type)
    {
        var marker = Seen.Batches(Hex(hex))[0];
        Assert.Multiple(() =>
        {
            Assert.That((marker.IsControl, marker.IsTransactional, marker.ProducerId, marker.NextOffset), Is.EqualTo((true, true, 7L, 6L)));
            Assert.That(marker.ReadControlType(), Is.EqualTo(type));
            Assert.That(ControlBatch.Write(type, 5, 1000, 7, 0, coordinatorEpoch: 3), Is.EqualTo(Hex(hex)));
        });
    }

    static byte[] Written(byte magic, long timestamp, string? key, string value)
    {
        using var writer = new RecordBatchWriter(1 << 20, magic);
        writer.TryAppend(timestamp, Utf8(key ?? ""), key is null, Utf8(value), false);
        return writer.Finish().ToArray();
    }
}
