using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

/// <summary>Magic 0 and 1, as brokers from 0.8 to 0.10 stored them and every later one may still send them.</summary>
[TestFixture]
public sealed class MessageSetTests
{
    static byte[] Inner(byte magic, params (long Offset, string Value)[] messages) =>
        Concat([.. messages.Select(message => Message(magic, message.Offset, null, Utf8(message.Value)))]);

    [Test]
    public void Magic_may_change_from_entry_to_entry()
    {
        var bytes = Concat(
            Message(0, 3, null, Utf8("a")), Message(0, 5, null, Utf8("b")), Message(1, 6, null, Utf8("c")),
            Wrapper(1, 9, Inner(1, (0, "d"), (2, "e"))), Simple(2, baseOffset: 20), Message(0, 30, null, Utf8("f")));
        Assert.That(Seen.Records(bytes), Is.EqualTo(new[]
        {
            "3@-1 ~=a", "5@-1 ~=b", "6@1000 ~=c", "7@1000 ~=d", "9@1000 ~=e", "20@1000 ~=v0", "21@1000 ~=v1", "30@-1 ~=f",
        }));
        Assert.That(Seen.Batches(bytes).Select(batch => (batch.Magic, batch.Count, batch.NextOffset)),
            Is.EqualTo(new[] { ((byte)0, 2, 6L), ((byte)1, 1, 7L), ((byte)1, 2, 10L), ((byte)2, 2, 22L), ((byte)0, 1, 31L) }));
    }

    [Test]
    public void The_sizes_of_the_batches_add_up_to_what_was_read()
    {
        var bytes = Concat(Inner(0, (0, "a"), (1, "b")), Wrapper(0, 3, Inner(0, (2, "c"), (3, "d"))), Simple(1, baseOffset: 4));
        Assert.That(Seen.Batches(bytes).Sum(batch => batch.SizeInBytes), Is.EqualTo(bytes.Length));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Inner_offsets_of_magic_0_are_absolute(byte codec) =>
        Assert.That(Seen.Records(Wrapper(0, 12, Inner(0, (10, "a"), (12, "b")), codec)), Is.EqualTo(new[] { "10@-1 ~=a", "12@-1 ~=b" }));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Inner_offsets_of_magic_1_count_back_from_the_wrapper(byte codec) =>
        Assert.That(Seen.Offsets(Wrapper(1, 102, Inner(1, (0, "a"), (1, "b"), (2, "c")), codec)), Is.EqualTo(new[] { 100L, 101, 102 }));

    [Test]
    public void Inner_offsets_of_magic_1_keep_their_gaps_after_compaction() =>
        Assert.That(Seen.Offsets(Wrapper(1, 107, Inner(1, (3, "a"), (7, "b")))), Is.EqualTo(new[] { 103L, 107 }));

    [Test]
    public void A_wrapper_that_an_old_producer_left_at_0_takes_the_inner_offsets_as_they_are() =>
        Assert.That(Seen.Offsets(Wrapper(1, 0, Inner(1, (0, "a"), (1, "b"), (2, "c")))), Is.EqualTo(new[] { 0L, 1, 2 }));

    [Test]
    public void The_brokers_time_of_a_wrapper_replaces_all_inner_times()
    {
        var bytes = Wrapper(1, 1, Inner(1, (0, "a"), (1, "b")), moreAttributes: 8, timestamp: 5555);
        var batch = Seen.Batches(bytes)[0];
        Assert.That((batch.TimestampType, batch.MaxTimestamp), Is.EqualTo((TimestampType.LogAppend, 5555L)));
        Assert.That(Seen.Records(bytes), Is.EqualTo(new[] { "0@5555 ~=a", "1@5555 ~=b" }));
    }

    [Test]
    public void Bare_messages_keep_their_own_time_whoever_set_it()
    {
        var bytes = Concat(
            Message(1, 0, null, Utf8("a"), timestamp: 5, attributes: 8), Message(1, 1, null, Utf8("b"), timestamp: 6, attributes: 8),
            Message(1, 2, null, Utf8("c"), timestamp: 7));
        Assert.That(Seen.Records(bytes), Is.EqualTo(new[] { "0@5 ~=a", "1@6 ~=b", "2@7 ~=c" }));
        Assert.That(Seen.Batches(bytes).Select(batch => (batch.TimestampType, batch.Count)),
            Is.EqualTo(new[] { (TimestampType.LogAppend, 2), (TimestampType.Create, 1) }));
    }

    [Test]
    public void A_damaged_message_in_a_row_ends_the_batch_before_it_and_spares_the_one_behind_it()
    {
        var damaged = Message(0, 1, null, Utf8("b"));
        damaged[^1] ^= 1;
        var reader = new RecordBatchReader(Concat(Message(0, 0, null, Utf8("a")), damaged, Message(0, 2, null, Utf8("c"))));
        Assert.That(reader.TryRead(out var first), Is.True);
        Assert.That(Seen.Records(first!), Is.EqualTo(new[] { "0@-1 ~=a" }));
        try
        {
            reader.TryRead(out _);
            Assert.Fail("the damage was not seen");
        }
        catch (CorruptBatchException corrupt)
        {
            Assert.That((corrupt.Offset, corrupt.SizeInBytes, corrupt.NextOffset), Is.EqualTo((1L, damaged.Length, 2L)));
        }

        Assert.That(reader.TryRead(out var last), Is.True);
        Assert.That(Seen.Records(last!), Is.EqualTo(new[] { "2@-1 ~=c" }));
        Assert.That(reader.TryRead(out _), Is.False);
    }

    [Test]
    public void I053_A_compressed_message_without_value_is_damaged([Values(0, 1)] byte magic)
    {
        Assert.That(Seen.Damage(Message(magic, 0, null, null, attributes: 1)).Reason, Does.Contain("without a value"));
        Assert.That(Seen.Damage(Message(magic, 0, null, [], attributes: 1)).Reason, Does.Contain("without a value"));
    }

    [Test]
    public void I053_A_compressed_message_with_nothing_inside_is_damaged([Values(0, 1)] byte magic) =>
        Assert.That(Seen.Damage(Wrapper(magic, 0, [])).Reason, Does.Contain("without messages"));

    [Test]
    public void I052_A_compressed_message_inside_another_is_damaged([Values(0, 1)] byte magic) =>
        Assert.That(Seen.Damage(Wrapper(magic, 0, Wrapper(magic, 0, Inner(magic, (0, "a"))))).Reason, Does.Contain("compressed once more"));

    [Test]
    public void I053_An_inner_message_of_another_magic_is_damaged()
    {
        Assert.That(Seen.Damage(Wrapper(1, 0, Inner(0, (0, "long enough for magic 1")))).Reason, Does.Contain("magic 0, not 1"));
        Assert.That(Seen.Damage(Wrapper(0, 0, Inner(1, (0, "a")))).Reason, Does.Contain("magic 1, not 0"));
        Assert.That(Seen.Damage(Wrapper(1, 0, Simple(1))).Reason, Does.Contain("magic 2, not 1"));
    }

    [Test]
    public void An_inner_message_with_a_wrong_checksum_is_damaged()
    {
        var inner = Inner(1, (0, "a"), (1, "b"));
        inner[^1] ^= 1;
        Assert.That(Seen.Damage(Wrapper(1, 1, inner)).Reason, Does.Contain("checksum"));
    }

    [Test]
    public void An_inner_set_that_is_cut_is_damaged()
    {
        var inner = Inner(1, (0, "a"), (1, "b"));
        for (var length = 1; length < inner.Length; length++)
        {
            if (length != inner.Length / 2) Assert.That(Seen.Damage(Wrapper(1, 1, inner[..length])).Offset, Is.EqualTo(1), $"{length} bytes");
        }
    }

    [Test]
    public void I053_A_wrapper_with_an_offset_below_its_inner_ones_is_damaged() =>
        Assert.That(Seen.Damage(Wrapper(1, 1, Inner(1, (0, "a"), (1, "b"), (2, "c")))).Reason, Does.Contain("beyond"));

    [Test]
    public void Inner_offsets_that_fall_are_damaged([Values(0, 1)] byte magic) =>
        Assert.That(Seen.Damage(Wrapper(magic, 2, Inner(magic, (1, "a"), (1, "b")))).Reason, Does.Contain("comes after"));

    [Test]
    public void Zstd_does_not_go_with_messages([Values(0, 1)] byte magic) =>
        Assert.That(Seen.Damage(Message(magic, 0, null, Compressed(CompressionCodec.Zstd, Inner(magic, (0, "a"))), attributes: 4)).Reason,
            Does.Contain("zstd"));

    [Test]
    public void A_message_shorter_than_its_fields_is_damaged([Values(0, 1)] byte magic)
    {
        foreach (var (key, value) in new[] { (-2, 1), (100, 1), (int.MaxValue, 1), (1, -2), (1, 2), (1, 0), (1, int.MaxValue) })
        {
            var message = Message(magic, 0, Utf8("k"), Utf8("v"));
            var keyAt = magic == 0 ? 18 : 26;
            Int32(key).CopyTo(message, keyAt);
            Int32(value).CopyTo(message, keyAt + 5);
            Assert.That(Seen.Damage(Signed(message)).SizeInBytes, Is.EqualTo(message.Length), $"key {key}, value {value}");
        }
    }

    [Test]
    public void What_a_producer_sends_may_have_any_offsets()
    {
        var bytes = Concat(Inner(0, (0, "a"), (0, "b"), (-5, "c")), Wrapper(1, 7, Inner(1, (9, "d"), (9, "e"))));
        var options = new DecodeOptions { AnyOffsets = true };
        Assert.That(Seen.Batches(bytes, options).Sum(batch => batch.Count), Is.EqualTo(5));
        Assert.That(Seen.Records(bytes, options).Select(record => record[^1]), Is.EqualTo("abcde"));
    }
}
