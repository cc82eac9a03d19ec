using FsCheck;
using FsCheck.Fluent;
using Samsa.Wire;

namespace Samsa.Tests.Wire;

public sealed class WireWriterTests
{
    [Test]
    public void Integers_are_big_endian()
    {
        var writer = new WireWriter();
        writer.WriteBoolean(true);
        writer.WriteInt8(-1);
        writer.WriteInt16(-2);
        writer.WriteUInt16(0xfffe);
        writer.WriteInt32(5);
        writer.WriteUInt32(0xfffffffb);
        writer.WriteInt64(-6);
        writer.WriteFloat64(1.5);
        writer.WriteUuid(Guid.Parse("00010203-0405-0607-0809-0a0b0c0d0e0f"));
        Assert.That(Hex(writer), Is.EqualTo("01fffffefffe00000005fffffffbfffffffffffffffa3ff8000000000000000102030405060708090a0b0c0d0e0f"));
    }

    [TestCase(0, "00")]
    [TestCase(-1, "01")]
    [TestCase(-65, "8101")]
    [TestCase(300, "d804")]
    [TestCase(int.MaxValue, "feffffff0f")]
    [TestCase(int.MinValue, "ffffffff0f")]
    public void A_varint_is_zigzag(int value, string hex)
    {
        var writer = new WireWriter();
        writer.WriteVarInt(value);
        Assert.That(Hex(writer), Is.EqualTo(hex));
        writer.Reset();
        writer.WriteVarLong(value);
        Assert.That(Hex(writer), Is.EqualTo(hex));
    }

    [Test]
    public void Every_varint_is_read_back()
    {
        Prop.ForAll<int, long>((small, large) =>
        {
            var writer = new WireWriter();
            writer.WriteVarInt(small);
            writer.WriteVarLong(large);
            writer.WriteUnsignedVarInt((uint)small);
            writer.WriteVarLong(large << 13);
            var reader = new WireReader(writer.ToArray());
            return (reader.ReadVarInt(), reader.ReadVarLong(), reader.ReadUnsignedVarInt(), reader.ReadVarLong(), reader.Remaining)
                == (small, large, (uint)small, large << 13, 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithQuietOnSuccess(true));
    }

    [TestCase(false, "0003c3a961 0000 ffff 00000001aa ffffffff 00000002 ffffffff")]
    [TestCase(true, "04c3a961 01 00 02aa 00 03 00")]
    public void Lengths_are_spelt_in_both_dialects(bool flexible, string hex)
    {
        var writer = new WireWriter { Flexible = flexible };
        writer.WriteString("éa");
        writer.WriteNullableString("");
        writer.WriteNullableString(null);
        writer.WriteBytes(new byte[] { 0xaa });
        writer.WriteNullableBytes(null);
        writer.WriteArrayLength(2);
        writer.WriteArrayLength(-1);
        Assert.That(Hex(writer), Is.EqualTo(hex.Replace(" ", "", StringComparison.Ordinal)));
    }

    [Test]
    public void A_null_string_is_refused_where_it_cannot_be() =>
        Assert.That(() => new WireWriter().WriteString(null!, "Name"),
            Throws.TypeOf<UnwritableMessageException>().With.Property("Field").EqualTo("Name"));

    [Test]
    public void Long_bytes_are_spliced_in_by_reference_and_short_ones_copied()
    {
        var (shortBytes, longBytes) = (new byte[WireWriter.SpliceBytes - 1], new byte[WireWriter.SpliceBytes + 5]);
        var writer = new WireWriter();
        writer.WriteBytes(shortBytes);
        writer.WriteBytes(longBytes.AsMemory(5));
        writer.WriteInt32(7);
        var segments = new List<ArraySegment<byte>>();
        writer.GetSegments(segments);
        Assert.That(segments, Has.Count.EqualTo(3));
        Assert.Multiple(() =>
        {
            Assert.That(segments[1].Array, Is.SameAs(longBytes));
            Assert.That(segments[1].Offset, Is.EqualTo(5));
            Assert.That(segments.Sum(segment => segment.Count), Is.EqualTo(writer.Length));
        });
        longBytes[5] = 0x77;
        Assert.That(writer.ToArray()[4 + shortBytes.Length + 4], Is.EqualTo(0x77));
    }

    [Test]
    public void Two_splices_without_anything_between_stay_in_order()
    {
        var writer = new WireWriter();
        writer.WriteRaw(Filled(2000, 1));
        writer.WriteRaw(Filled(3000, 2));
        byte[] expected = [.. Filled(2000, 1), .. Filled(3000, 2)];
        Assert.That(writer.ToArray(), Is.EqualTo(expected));
        var parts = new List<ReadOnlyMemory<byte>>();
        writer.GetSegments(parts);
        Assert.That(parts.Select(part => part.Length), Is.EqualTo(new[] { 2000, 3000 }));
    }

    [Test]
    public void A_frame_counts_what_is_spliced_in()
    {
        var writer = new WireWriter();
        writer.WriteInt16(3);
        writer.WriteRaw(Filled(1500, 1));
        var frame = writer.BeginFrame();
        writer.WriteRaw(Filled(2000, 2));
        writer.WriteInt8(9);
        writer.EndFrame(frame);
        byte[] expected = [0, 3, .. Filled(1500, 1), 0, 0, 0x07, 0xd1, .. Filled(2000, 2), 9];
        Assert.That(writer.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void A_tagged_field_has_its_length_whatever_it_holds([Values(0, 1, 127, 128, 1023, 1024, 16_383, 16_384, 3_000_000)] int length)
    {
        var (before, content) = (Filled(1100, 1), Filled(length, 2));
        var writer = new WireWriter { Flexible = true };
        writer.WriteRaw(before);
        writer.WriteTagCount(1);
        var mark = writer.BeginTag(300);
        writer.WriteRaw(content);
        writer.EndTag(mark);
        writer.WriteInt8(5);

        var expected = new WireWriter();
        expected.WriteUnsignedVarInt((uint)length);
        byte[] whole = [.. before, 1, 0xac, 0x02, .. expected.ToArray(), .. content, 5];
        Assert.That(writer.ToArray().AsSpan().SequenceEqual(whole));
        Assert.That(writer.Length, Is.EqualTo(whole.Length));
    }

    [Test]
    public void Tagged_fields_nest_in_frames_with_splices_anywhere()
    {
        var writer = new WireWriter { Flexible = true };
        var frame = writer.BeginFrame();
        var outer = writer.BeginTag(1);
        writer.WriteBytes(Filled(1024, 3));
        var inner = writer.BeginTag(2);
        writer.WriteBytes(Filled(5000, 4));
        writer.WriteString("after");
        writer.EndTag(inner);
        writer.WriteBytes(Filled(2048, 5));
        writer.EndTag(outer);
        writer.EndFrame(frame);

        var bytes = writer.ToArray();
        var reader = new WireReader(bytes, flexible: true);
        Assert.That(reader.ReadInt32(), Is.EqualTo(bytes.Length - 4));
        Assert.That(reader.ReadUnsignedVarInt(), Is.EqualTo(1));
        Assert.That(reader.ReadUnsignedVarInt(), Is.EqualTo((uint)reader.Remaining));
        Assert.That(reader.ReadBytes().ToArray(), Is.EqualTo(Filled(1024, 3)));
        Assert.That(reader.ReadUnsignedVarInt(), Is.EqualTo(2));
        Assert.That(reader.ReadUnsignedVarInt(), Is.EqualTo(2 + 5000 + 6));
        Assert.That(reader.ReadBytes().ToArray(), Is.EqualTo(Filled(5000, 4)));
        Assert.That(reader.ReadString(), Is.EqualTo("after"));
        Assert.That(reader.ReadBytes().ToArray(), Is.EqualTo(Filled(2048, 5)));
        reader.ExpectEnd();
    }

    [Test]
    public void A_writer_begins_anew_after_reset()
    {
        var writer = new WireWriter { Flexible = true };
        writer.WriteBytes(Filled(5000, 1));
        writer.Reset();
        writer.WriteString("a");
        Assert.That(Hex(writer), Is.EqualTo("000161"));
    }

    [Test]
    public void A_writer_that_is_used_again_allocates_nothing()
    {
        var writer = new WireWriter();
        var batch = Filled(5000, 1);
        var segments = new List<ArraySegment<byte>>();
        long before = 0;
        for (var i = 0; i < 3; i++)
        {
            if (i == 2) before = GC.GetAllocatedBytesForCurrentThread();
            writer.Reset();
            var frame = writer.BeginFrame();
            writer.WriteString("topic");
            writer.WriteBytes(batch);
            writer.EndFrame(frame);
            segments.Clear();
            writer.GetSegments(segments);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    static string Hex(WireWriter writer) => Convert.ToHexStringLower(writer.ToArray());

    static byte[] Filled(int length, byte value)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }
}
