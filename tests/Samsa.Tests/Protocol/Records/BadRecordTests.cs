using System.Buffers.Binary;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

/// <summary>What hostile or broken brokers may send, one kind a test: a typed error for the batch, nothing else.</summary>
[TestFixture]
public sealed class BadRecordTests
{
    static readonly byte[] One = Record(0, Utf8("k"), Utf8("v"));

    static byte[] WithInt32(byte[] batch, int at, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(at), value);
        return Signed(batch);
    }

    [Test]
    public void I035_An_empty_field_holds_no_batches()
    {
        var reader = new RecordBatchReader(default);
        Assert.That(reader.TryRead(out _), Is.False);
        Assert.That((reader.Truncated, reader.NeededBytes, reader.RemainingBytes), Is.EqualTo((false, 0, 0)));
    }

    [TestCase(2, 48)]
    [TestCase(2, 0)]
    [TestCase(2, -1)]
    [TestCase(2, int.MinValue)]
    [TestCase(1, 21)]
    [TestCase(0, 13)]
    [TestCase(0, -12)]
    public void I036_A_length_below_the_smallest_is_damage(byte magic, int length)
    {
        var batch = magic == 2 ? Simple(1) : Message(magic, 7, null, Utf8("some value"));
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), length);
        Assert.That(Seen.Damage(batch).SizeInBytes, Is.Zero, "nobody knows where the next one begins");
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void I036_A_batch_that_is_longer_than_what_came_is_cut_and_tells_what_it_needs(byte magic)
    {
        var whole = magic == 2 ? Simple(3) : Message(magic, 7, null, Utf8("some value"));
        for (var length = 0; length < whole.Length; length++)
        {
            var reader = new RecordBatchReader(whole.AsMemory(0, length));
            Assert.That(reader.TryRead(out _), Is.False);
            Assert.That(reader.Truncated, Is.EqualTo(length > 0));
            Assert.That(reader.NeededBytes, Is.EqualTo(length < 12 ? 0 : whole.Length));
            Assert.That(reader.TryRead(out _), Is.False, "and it stays so");
        }
    }

    [Test]
    public void I036_A_cut_tail_ends_the_walk_without_an_error_whatever_its_length()
    {
        var tail = Simple(2, baseOffset: 3);
        for (var length = 1; length < tail.Length; length++)
        {
            var reader = new RecordBatchReader(Concat(Simple(3), tail[..length]));
            Assert.That(reader.TryRead(out var first), Is.True);
            Assert.That(first!.Count, Is.EqualTo(3));
            Assert.That(reader.TryRead(out _), Is.False);
            Assert.That(reader.Truncated, Is.True);
        }
    }

    [Test]
    public void I036_A_length_of_two_gigabytes_costs_nothing()
    {
        var batch = Simple(1);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), int.MaxValue);
        var reader = new RecordBatchReader(batch);
        Assert.That(reader.TryRead(out _), Is.False);
        Assert.That((reader.Truncated, reader.NeededBytes), Is.EqualTo((true, int.MaxValue)));
    }

    [TestCase(3)]
    [TestCase(127)]
    [TestCase(255)]
    public void I037_An_unknown_magic_is_damage_and_the_next_batch_is_read(byte magic)
    {
        var strange = Simple(1);
        strange[16] = magic;
        var reader = new RecordBatchReader(Concat(strange, Simple(1, baseOffset: 9)));
        Assert.That(Next(ref reader)!.Reason, Does.Contain($"magic {(sbyte)magic}"));
        Assert.That(reader.TryRead(out var next), Is.True);
        Assert.That(next!.BaseOffset, Is.EqualTo(9));
    }

    [Test]
    public void I038_A_wrong_checksum_is_damage_and_tells_where_to_go_on()
    {
        for (var at = 17; at < Simple(3).Length; at++)
        {
            var batch = Simple(3, baseOffset: 40);
            batch[at] ^= 0x10;
            var damage = Seen.Damage(batch);
            Assert.That((damage.Offset, damage.SizeInBytes), Is.EqualTo((40L, batch.Length)));
            Assert.That(damage.Reason, Does.Contain("checksum"));
            // Where the damage is in the offsets themselves, only one offset is skipped.
            var inOffsets = at is >= 23 and < 27 or >= 57 and < 61;
            Assert.That(damage.NextOffset, Is.EqualTo(inOffsets ? 41 : 43), $"byte {at}");
        }
    }

    [Test]
    public void What_lies_before_the_checksum_is_not_covered_by_it()
    {
        var batch = Simple(1);
        RecordBatchHeader.SetBaseOffset(batch, 77);
        RecordBatchHeader.SetLeaderEpoch(batch, 5);
        Assert.That(Seen.Batches(batch).Select(one => (one.BaseOffset, one.LeaderEpoch)), Is.EqualTo(new[] { (77L, 5) }));
    }

    [TestCase(5)]
    [TestCase(6)]
    [TestCase(7)]
    public void I039_An_unknown_codec_is_damage(short codec)
    {
        Assert.That(Seen.Damage(Batch(One, 1, attributes: codec)).Reason, Does.Contain($"codec {codec}"));
        Assert.That(Seen.Damage(Message(1, 0, null, Utf8("?"), attributes: (byte)codec)).Reason, Does.Contain($"codec {codec}"));
    }

    [Test]
    public void A_codec_that_was_taken_out_of_the_table_is_not_known() =>
        Assert.That(Seen.Damage(Batch(Compressed(CompressionCodec.Gzip, One), 1, attributes: 1), new() { Codecs = CompressionCodecs.None }).Reason,
            Does.Contain("codec 1"));

    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase(2)]
    [TestCase(0)]
    [TestCase(int.MaxValue)]
    public void I040_A_count_that_is_not_the_number_of_records_is_damage(int count)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Seen.Damage(Batch(One, count, lastOffsetDelta: Math.Max(count - 1, 0)));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(200_000), "nothing was made for records that are not there");
    }

    [Test]
    public void I040_More_records_than_the_bytes_can_hold_are_damage_before_the_first_is_read()
    {
        var records = Concat([.. Enumerable.Range(0, 10).Select(i => Record(i, null, null))]);
        Assert.That(records, Has.Length.EqualTo(70));
        Assert.That(Seen.Offsets(Batch(records, 10)), Has.Count.EqualTo(10), "seven bytes are the least");
        Assert.That(Seen.Damage(Batch(records, 11)).Reason, Does.Contain("11 records in 70 bytes"));
    }

    [TestCase(0L, -1)]
    [TestCase(0L, int.MinValue)]
    [TestCase(0L, 0)]
    [TestCase(-1L, 1)]
    [TestCase(long.MinValue, 1)]
    [TestCase(long.MaxValue, 1)]
    [TestCase(long.MaxValue - 1, 1)]
    public void I041_Offsets_that_cannot_be_are_damage(long baseOffset, int lastOffsetDelta) =>
        Seen.Damage(Batch(Concat(One, Record(1, null, null)), 2, lastOffsetDelta, baseOffset));

    [Test]
    public void An_empty_batch_moves_the_position()
    {
        var batch = Seen.Batches(Batch([], 0, lastOffsetDelta: 9, baseOffset: 100))[0];
        Assert.That((batch.Count, batch.NextOffset, Seen.Records(batch).Count), Is.EqualTo((0, 110L, 0)));
    }

    [Test]
    public void Offsets_may_have_gaps_after_compaction() =>
        Assert.That(Seen.Offsets(Batch(Concat(Record(2, null, null), Record(7, null, null)), 2, lastOffsetDelta: 9, baseOffset: 100)),
            Is.EqualTo(new[] { 102L, 107 }));

    [TestCase(1, 1)]
    [TestCase(2, 1)]
    [TestCase(-1, 1)]
    [TestCase(0, 5)]
    public void I043_Offsets_that_do_not_rise_inside_a_batch_are_damage(int first, int second) =>
        Assert.That(Seen.Damage(Batch(Concat(Record(first, null, null), Record(second, null, null)), 2, lastOffsetDelta: 3)).Reason,
            Does.Contain("has the offset"));

    [Test]
    public void I042_I043_The_same_batch_again_or_an_earlier_one_is_damage()
    {
        Assert.That(Seen.Damage(Concat(Simple(3), Simple(3))).Reason, Does.Contain("begins before"));
        Assert.That(Seen.Damage(Concat(Simple(3, baseOffset: 10), Simple(1, baseOffset: 12))).Offset, Is.EqualTo(12));
        Assert.That(Seen.Damage(Concat(Simple(3, baseOffset: 10), Message(0, 12, null, null))).Offset, Is.EqualTo(12));
        Assert.That(Seen.Damage(Concat(Simple(3, baseOffset: 10), Wrapper(1, 13, Concat(Message(1, 0, null, null), Message(1, 1, null, null))))).Offset, Is.EqualTo(13));
    }

    [TestCase("00", Description = "no room for the attributes")]
    [TestCase("01", Description = "-1")]
    [TestCase("7e", Description = "more than is left")]
    [TestCase("ff ff ff ff 0f", Description = "the smallest number")]
    [TestCase("fe ff ff ff 0f", Description = "the largest number")]
    [TestCase("ff ff ff ff ff 0f", Description = "too many groups")]
    [TestCase("0c 00 00 00 03 00 00", Description = "key of -2")]
    [TestCase("0c 00 00 00 7e 00 00", Description = "key beyond the record")]
    [TestCase("0c 00 00 00 01 03 00", Description = "value of -2")]
    [TestCase("0c 00 00 00 01 7e 00", Description = "value beyond the record")]
    [TestCase("0c 00 00 00 01 01 01", Description = "headers of -1")]
    [TestCase("0c 00 00 00 01 01 02", Description = "a header and no bytes")]
    [TestCase("14 00 00 00 01 01 fe ff ff ff 0f", Description = "2 ^ 31 headers")]
    [TestCase("10 00 00 00 01 01 02 01 01", Description = "a header without a name")]
    [TestCase("10 00 00 00 01 01 02 00 7e", Description = "a header value beyond the record")]
    [TestCase("10 00 00 00 01 01 02 7e 00", Description = "a header name beyond the record")]
    [TestCase("0a 00 00 00 01 01 00", Description = "body longer than the length")]
    [TestCase("0e 00 00 00 01 01 00 00", Description = "body shorter than the length")]
    [TestCase("0c 00 ff ff ff ff ff ff ff ff ff 02 00 01 01 00", Description = "a timestamp of 65 bits")]
    public void I044_I045_A_record_that_does_not_fit_its_bytes_is_damage(string hex)
    {
        var record = Hex(hex);
        // Bytes of the next record must not make good what is missing.
        Seen.Damage(Batch([.. record, .. new byte[Math.Max(0, 7 - record.Length)]], 1));
        Seen.Damage(Batch(Concat(record, Record(1, Utf8("key"), Utf8("value"))), 2));
        Seen.Damage(Batch(Compressed(CompressionCodec.Lz4, Concat(record, One)), 2, attributes: 3));
    }

    [Test]
    public void I044_More_than_a_hundred_thousand_headers_are_damage()
    {
        byte[] body = [0, 0, 0, 1, 1, .. Varint(100_001), .. new byte[200_002]];
        Assert.That(Seen.Damage(Batch([.. Varint(body.Length), .. body], 1)).Reason, Does.Contain("100001 headers"));
        body = [0, 0, 0, 1, 1, .. Varint(100_000), .. new byte[200_000]];
        Assert.That(Seen.Batches(Batch([.. Varint(body.Length), .. body], 1)).Select(batch => Seen.Records(batch).Count), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void I046_Bytes_behind_the_last_record_are_damage()
    {
        Assert.That(Seen.Damage(Batch([.. One, 0], 1)).Reason, Does.Contain("left after"));
        Assert.That(Seen.Damage(Batch([0], 0, lastOffsetDelta: 0)).SizeInBytes, Is.EqualTo(62));
    }

    [Test]
    public void Damage_inside_the_records_names_the_batch_and_its_end()
    {
        var damage = Seen.Damage(Batch(Concat(One, One), 2, baseOffset: 50));
        Assert.That((damage.Offset, damage.NextOffset, damage.SizeInBytes), Is.EqualTo((50L, 52L, 61 + 2 * One.Length)));
        Assert.That(damage.Message, Is.EqualTo($"The batch at offset 50 cannot be read: {damage.Reason}."));
    }

    [Test]
    public void I059_Timestamps_are_kept_as_they_came_even_if_they_overflow()
    {
        var bytes = Batch(Concat(Record(0, null, null), Record(1, null, null, timestampDelta: long.MinValue)), 2,
            baseTimestamp: long.MinValue, maxTimestamp: long.MaxValue);
        Assert.That(Seen.Records(bytes), Is.EqualTo(new[] { $"0@{long.MinValue} ~=~", "1@0 ~=~" }));
    }

    [Test]
    public void The_brokers_time_stands_for_all_records_of_its_batch() =>
        Assert.That(Seen.Records(Batch(Concat(Record(0, null, null, 5), Record(1, null, null, 9)), 2, attributes: 8, maxTimestamp: 4242)),
            Is.EqualTo(new[] { "0@4242 ~=~", "1@4242 ~=~" }));

    [Test]
    public void A_delete_horizon_is_told_and_changes_nothing_else()
    {
        var batch = Seen.Batches(Batch(One, 1, attributes: 0x40, baseTimestamp: 5000))[0];
        Assert.That((batch.HasDeleteHorizon, batch.BaseTimestamp, Seen.Records(batch)[0]), Is.EqualTo((true, 5000L, "0@5000 k=v")));
    }

    [TestCase("", ControlType.None)]
    [TestCase("00 00 00", ControlType.None)]
    [TestCase("00 00 00 00", ControlType.Abort)]
    [TestCase("00 00 00 01", ControlType.Commit)]
    [TestCase("7f ff 00 01 de ad", ControlType.Commit, Description = "a later version may only add to the end")]
    [TestCase("00 00 00 02", ControlType.Other)]
    [TestCase("00 00 00 06", ControlType.Other)]
    [TestCase("00 00 7f ff", ControlType.Other)]
    [TestCase("00 00 ff ff", ControlType.Other)]
    public void I054_A_marker_of_any_kind_moves_the_position(string key, ControlType type)
    {
        var batch = Seen.Batches(Batch(Record(0, Hex(key), []), 1, baseOffset: 5, attributes: 0x20))[0];
        Assert.That((batch.IsControl, batch.ReadControlType(), batch.NextOffset), Is.EqualTo((true, type, 6L)));
    }

    [Test]
    public void A_marker_that_was_compacted_away_says_nothing() =>
        Assert.That(Seen.Batches(Batch([], 0, lastOffsetDelta: 0, attributes: 0x30))[0].ReadControlType(), Is.EqualTo(ControlType.None));

    [TestCase(CompressionCodec.Gzip)]
    [TestCase(CompressionCodec.Snappy)]
    [TestCase(CompressionCodec.Lz4)]
    [TestCase(CompressionCodec.Zstd)]
    public void Compressed_records_must_inflate_to_exactly_the_records(CompressionCodec codec)
    {
        Assert.That(Seen.Records(Batch(Compressed(codec, One), 1, attributes: (short)codec)), Is.EqualTo(new[] { "0@1000 k=v" }));
        Seen.Damage(Batch(Compressed(codec, [.. One, 0]), 1, attributes: (short)codec));
        Seen.Damage(Batch(Compressed(codec, One[..^1]), 1, attributes: (short)codec));
        Seen.Damage(Batch(Compressed(codec, []), 1, attributes: (short)codec));
        Seen.Damage(Batch([], 1, attributes: (short)codec));
        Seen.Damage(Batch(One, 1, attributes: (short)codec));
    }

    [Test]
    public void A_reader_of_memory_in_the_middle_of_an_array_sees_only_that()
    {
        byte[] bytes = [1, 2, 3, .. Simple(2), 4, 5];
        var reader = new RecordBatchReader(bytes.AsMemory(3, bytes.Length - 5));
        Assert.That(reader.TryRead(out var batch), Is.True);
        Assert.That(Seen.Records(batch!), Is.EqualTo(new[] { "0@1000 ~=v0", "1@1000 ~=v1" }));
        Assert.That((reader.TryRead(out _), reader.Truncated), Is.EqualTo((false, false)));
    }

    static CorruptBatchException? Next(ref RecordBatchReader reader)
    {
        try
        {
            reader.TryRead(out _);
            return null;
        }
        catch (CorruptBatchException damage)
        {
            return damage;
        }
    }
}
