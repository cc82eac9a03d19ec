using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class RecordConversionTests
{
    static byte[] Stored(short codec = 0)
    {
        var records = Concat(Record(0, Utf8("a"), Utf8("1"), 5, ("h", null)), Record(3, null, null, -5), Record(4, [], [], 0));
        return Batch(codec == 0 ? records : Compressed((CompressionCodec)codec, records), 3, lastOffsetDelta: 6, baseOffset: 100, attributes: codec, leaderEpoch: 9);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Magic_2_becomes_magic_1_and_0_with_offsets_gaps_and_codec_kept(short codec)
    {
        var one = RecordConversion.Convert(Stored(codec), 1);
        var zero = RecordConversion.Convert(Stored(codec), 0);
        Assert.Multiple(() =>
        {
            Assert.That(Seen.Records(one), Is.EqualTo(new[] { "100@1005 a=1", "103@995 ~=~", "104@1000 =" }));
            Assert.That(Seen.Records(zero), Is.EqualTo(new[] { "100@-1 a=1", "103@-1 ~=~", "104@-1 =" }));
            Assert.That(Seen.Batches(one).Select(batch => (batch.Magic, batch.Codec)), Is.EqualTo(new[] { ((byte)1, (CompressionCodec)codec) }));
            Assert.That(Seen.Batches(zero).Select(batch => (batch.Magic, batch.Codec)), Is.EqualTo(new[] { ((byte)0, (CompressionCodec)codec) }));
        });
    }

    [Test]
    public void Markers_are_left_out_for_old_readers_and_a_cut_tail_for_all()
    {
        var bytes = Concat(Simple(1), ControlBatch.Write(ControlType.Commit, 1, 1000, 7, 0), Simple(1, baseOffset: 2), Simple(1, baseOffset: 3)[..50]);
        Assert.That(Seen.Offsets(RecordConversion.Convert(bytes, 1)), Is.EqualTo(new[] { 0L, 2 }));
        Assert.That(RecordConversion.Convert(bytes, 2), Is.EqualTo(bytes[..^50]), "and what has the format already is copied");
    }

    [Test]
    public void Zstd_cannot_be_told_to_old_readers() =>
        Assert.That(() => RecordConversion.Convert(Stored(4), 1), Throws.InstanceOf<NotSupportedException>());

    [Test]
    public void Old_messages_become_magic_2([Values(0, 1)] byte magic, [Values(0, 1, 3)] byte codec)
    {
        var inner = Concat(Message(magic, 0, Utf8("a"), Utf8("1")), Message(magic, 2, null, null));
        var bytes = codec == 0 ? inner : Wrapper(magic, 2, inner, codec);
        var time = magic == 0 ? -1 : 1000;
        Assert.That(Seen.Records(RecordConversion.Convert(bytes, 2)), Is.EqualTo(new[] { $"0@{time} a=1", $"2@{time} ~=~" }));
    }

    [Test]
    public void Records_of_a_producer_get_one_offset_after_the_other([Values(0, 1)] byte sent, [Values(0, 1, 2)] byte log, [Values(0, 1, 2, 3)] byte codec)
    {
        // Old producers number their messages as they like.
        var inner = Concat(Message(sent, 9, null, Utf8("a")), Message(sent, 9, null, Utf8("b")), Message(sent, 0, null, Utf8("c")));
        var produced = Concat(codec == 0 ? inner : Wrapper(sent, 0, inner, codec), Message(sent, 5, null, Utf8("d")));
        var assigned = RecordConversion.AssignOffsets(produced, log, firstOffset: 200, leaderEpoch: 4);
        Assert.Multiple(() =>
        {
            Assert.That((assigned.Count, assigned.LastOffset), Is.EqualTo((4, 203L)));
            Assert.That(Seen.Offsets(assigned.Bytes.ToArray()), Is.EqualTo(new[] { 200L, 201, 202, 203 }));
            Assert.That(string.Concat(Seen.Records(assigned.Bytes.ToArray()).Select(record => record[^1])), Is.EqualTo("abcd"));
            Assert.That(Seen.Batches(assigned.Bytes.ToArray()).Select(batch => batch.Magic).Distinct(), Is.EqualTo(new[] { log }));
            if (log == 2) Assert.That(Seen.Batches(assigned.Bytes.ToArray())[0].LeaderEpoch, Is.EqualTo(4));
        });
    }

    [Test]
    public void The_brokers_time_is_written_where_the_format_has_one([Values(0, 1, 2)] byte log, [Values(0, 1)] byte codec)
    {
        var inner = Concat(Message(1, 0, null, Utf8("a")), Message(1, 1, null, Utf8("b")));
        var assigned = RecordConversion.AssignOffsets(codec == 0 ? inner : Wrapper(1, 1, inner), log, 0, logAppendTime: 7777);
        var batch = Seen.Batches(assigned.Bytes.ToArray())[0];
        Assert.That((batch.TimestampType, batch.MaxTimestamp), Is.EqualTo(log == 0 ? (TimestampType.Create, -1L) : (TimestampType.LogAppend, 7777L)));
        Assert.That(Seen.Records(batch)[0], Is.EqualTo(log == 0 ? "0@-1 ~=a" : "0@7777 ~=a"));
    }

    [Test]
    public void Magic_2_of_a_producer_keeps_its_producer_when_it_is_written_anew()
    {
        using var writer = new RecordBatchWriter(1 << 20);
        writer.TryAppend(1, default, true, Utf8("a"), false, [new RecordHeader("h", Utf8("x"))]);
        var assigned = RecordConversion.AssignOffsets(writer.Finish(null, 7, 1, 5, isTransactional: true).ToArray(), 2, 50);
        var batch = Seen.Batches(assigned.Bytes.ToArray())[0];
        Assert.That((batch.ProducerId, batch.ProducerEpoch, batch.BaseSequence, batch.IsTransactional, batch.BaseOffset), Is.EqualTo((7L, (short)1, 5, true, 50L)));
        Assert.That(Seen.Records(batch), Is.EqualTo(new[] { "50@1 ~=a h:x" }));
    }

    [Test]
    public void A_header_is_written_as_it_was_read()
    {
        var batch = Stored(1);
        var header = RecordBatchHeader.Parse(batch);
        var copy = batch.ToArray();
        copy.AsSpan(0, RecordBatchHeader.Size).Clear();
        header.Write(copy);
        Assert.That(copy, Is.EqualTo(batch));
        Assert.That((header.SizeInBytes, header.LastOffset, header.Codec, header.Crc),
            Is.EqualTo(((long)batch.Length, 106L, CompressionCodec.Gzip, RecordBatchHeader.ComputeCrc(batch))));
    }

    [Test]
    public void The_brokers_time_can_be_set_in_place()
    {
        var batch = Simple(2);
        RecordBatchHeader.SetLogAppendTime(batch, 99);
        Assert.That(Seen.Records(batch), Is.EqualTo(new[] { "0@99 ~=v0", "1@99 ~=v1" }));
        Assert.That(Seen.Batches(batch)[0].TimestampType, Is.EqualTo(TimestampType.LogAppend));
    }
}
