using Samsa.Wire;

namespace Samsa.Tests.Wire;

public sealed class WireReaderTests
{
    delegate T Reading<T>(ref WireReader reader);

    [Test]
    public void Integers_are_big_endian()
    {
        var reader = new WireReader(Hex("01 ff fffe fffe 00000005 fffffffb fffffffffffffffa 3ff8000000000000 000102030405060708090a0b0c0d0e0f"));
        Assert.That(reader.ReadBoolean(), Is.True);
        Assert.That(reader.ReadInt8(), Is.EqualTo(-1));
        Assert.That(reader.ReadInt16(), Is.EqualTo(-2));
        Assert.That(reader.ReadUInt16(), Is.EqualTo(0xfffe));
        Assert.That(reader.ReadInt32(), Is.EqualTo(5));
        Assert.That(reader.ReadUInt32(), Is.EqualTo(0xfffffffb));
        Assert.That(reader.ReadInt64(), Is.EqualTo(-6));
        Assert.That(reader.ReadFloat64(), Is.EqualTo(1.5));
        Assert.That(reader.ReadUuid(), Is.EqualTo(Guid.Parse("00010203-0405-0607-0809-0a0b0c0d0e0f")));
        Assert.That((reader.Position, reader.Remaining), Is.EqualTo((46, 0)));
        reader.ExpectEnd();
    }

    [Test]
    public void I018_Any_byte_but_zero_is_true([Values(1, 2, 0xff)] byte value) =>
        Assert.That(Read([value], flexible: false, (ref WireReader reader) => reader.ReadBoolean()), Is.True);

    [TestCase("00", 0)]
    [TestCase("01", -1)]
    [TestCase("02", 1)]
    [TestCase("ac02", 150)]
    [TestCase("feffffff0f", int.MaxValue)]
    [TestCase("ffffffff0f", int.MinValue)]
    [TestCase("808000", 0, Description = "needlessly long")]
    public void A_varint_is_read(string hex, int expected) =>
        Assert.That(Read(Hex(hex), false, (ref WireReader reader) => reader.ReadVarInt()), Is.EqualTo(expected));

    [TestCase("feffffffffffffffff01", long.MaxValue)]
    [TestCase("ffffffffffffffffff01", long.MinValue)]
    [TestCase("01", -1)]
    public void A_varlong_is_read(string hex, long expected) =>
        Assert.That(Read(Hex(hex), false, (ref WireReader reader) => reader.ReadVarLong()), Is.EqualTo(expected));

    [TestCase("ffffffff10", Description = "a bit above 32")]
    [TestCase("808080808000", Description = "six bytes")]
    [TestCase("ffffffffff")]
    [TestCase("ff", Description = "cut")]
    [TestCase("")]
    public void I013_A_varint_that_does_not_fit_is_refused(string hex)
    {
        Refuses(Hex(hex), false, (ref WireReader reader) => reader.ReadUnsignedVarInt());
        Refuses(Hex(hex), true, (ref WireReader reader) => reader.ReadNullableString());
    }

    [TestCase("ffffffffffffffffff02", Description = "a bit above 64")]
    [TestCase("8080808080808080808000", Description = "eleven bytes")]
    public void I015_A_varlong_that_does_not_fit_is_refused(string hex) =>
        Refuses(Hex(hex), false, (ref WireReader reader) => reader.ReadVarLong());

    [TestCase(false, "0003 c3a961", "éa")]
    [TestCase(true, "04 c3a961", "éa")]
    [TestCase(false, "0000", "")]
    [TestCase(true, "01", "")]
    [TestCase(false, "ffff", null)]
    [TestCase(true, "00", null)]
    [TestCase(true, "03 ff61", "\ufffda", Description = "bytes that are not UTF-8 are replaced")]
    public void A_string_is_read_in_both_dialects(bool flexible, string hex, string? expected) =>
        Assert.That(Read(Hex(hex), flexible, (ref WireReader reader) => reader.ReadNullableString()), Is.EqualTo(expected));

    [TestCase(false, "fffe", "claims -2 bytes")]
    [TestCase(false, "0005 61", "claims 5 bytes, but 1 are left")]
    [TestCase(true, "06 61", "claims 5 bytes, but 1 are left")]
    [TestCase(true, "ffffffff0f", "compact length is 4294967295")]
    [TestCase(true, "8080808008", "compact length is 2147483648")]
    [TestCase(false, "ffff", "null where it cannot be")]
    [TestCase(true, "00", "null where it cannot be")]
    [TestCase(false, "00", "2 bytes are needed, but 1 are left")]
    public void A_string_of_impossible_length_is_refused(bool flexible, string hex, string problem) =>
        Assert.That(Refuses(Hex(hex), flexible, (ref WireReader reader) => reader.ReadString("Name")).Message, Does.Contain(problem));

    [TestCase(false, "00000002 0102", 2)]
    [TestCase(true, "03 0102", 2)]
    [TestCase(false, "00000000", 0)]
    [TestCase(true, "01", 0)]
    [TestCase(false, "ffffffff", null)]
    [TestCase(true, "00", null)]
    public void Bytes_are_read_in_both_dialects(bool flexible, string hex, int? length) =>
        Assert.That(Read(Hex(hex), flexible, (ref WireReader reader) => reader.ReadNullableBytes())?.Length, Is.EqualTo(length));

    [TestCase(false, "fffffffe")]
    [TestCase(false, "7fffffff 00")]
    [TestCase(false, "00000002 00")]
    [TestCase(true, "03 00")]
    [TestCase(false, "ffffffff")]
    public void Bytes_of_impossible_length_are_refused(bool flexible, string hex) =>
        Refuses(Hex(hex), flexible, (ref WireReader reader) => reader.ReadBytes());

    [Test]
    public void Bytes_are_slices_of_the_message()
    {
        var message = Hex("00000001 05");
        var read = Read(message, false, (ref WireReader reader) => reader.ReadBytes());
        message[4] = 6;
        Assert.That(read.Span[0], Is.EqualTo(6));
    }

    [TestCase(false, "fffffffe")]
    [TestCase(false, "7fffffff 00000000")]
    [TestCase(false, "00000003 0000000000000000", Description = "three items of at least four bytes in eight")]
    [TestCase(true, "04 0000000000000000")]
    [TestCase(false, "ffffffff")]
    public void An_impossible_count_is_refused(bool flexible, string hex) =>
        Refuses(Hex(hex), flexible, (ref WireReader reader) => reader.ReadArrayLength(minItemBytes: 4));

    [Test]
    public void I012_A_count_above_the_limit_is_refused_though_the_bytes_are_there()
    {
        var limits = new WireLimits { ArrayItems = 10, TotalItems = 15 };
        byte[] message = [0, 0, 0, 11, .. new byte[100]];
        Assert.That(() => new WireReader(message, limits: limits).ReadArrayLength(1), Throws.InstanceOf<ProtocolException>());
        byte[] twice = [0, 0, 0, 8, 0, 0, 0, 8, .. new byte[100]];
        var error = Assert.Throws<ProtocolException>(() =>
        {
            var reader = new WireReader(twice, limits: limits);
            reader.ReadArrayLength(1);
            reader.ReadArrayLength(1);
        });
        Assert.That(error!.Message, Does.Contain("more than 15 items together"));
    }

    [TestCase("01", true)]
    [TestCase("ff", false)]
    public void I017_A_nullable_struct_says_whether_it_is_there(string hex, bool expected) =>
        Assert.That(Read(Hex(hex), true, (ref WireReader reader) => reader.ReadPresence()), Is.EqualTo(expected));

    [TestCase("00")]
    [TestCase("02")]
    [TestCase("80")]
    public void I017_Any_other_marker_of_a_nullable_struct_is_refused(string hex) =>
        Refuses(Hex(hex), true, (ref WireReader reader) => reader.ReadPresence());

    [TestCase("00")]
    [TestCase("01 05 00")]
    [TestCase("02 00 02 aabb 8001 01 cc")]
    public void A_section_of_unknown_tags_is_skipped(string hex)
    {
        var reader = new WireReader(Hex(hex), flexible: true);
        reader.SkipTags();
        reader.ExpectEnd();
    }

    [TestCase("01 05 02 00", "claims 2 bytes", Description = "longer than the message")]
    [TestCase("02 05 00 05 00", "tags must rise", Description = "twice the same")]
    [TestCase("02 05 00 04 00", "tags must rise", Description = "falling")]
    [TestCase("01 ffffffff0f 00", "tags must rise", Description = "a tag above 2^31")]
    [TestCase("8080808008", "2147483648 tagged fields")]
    [TestCase("e907", "1001 tagged fields")]
    [TestCase("02 05 00", "are left", Description = "a tag is missing")]
    public void A_wrong_section_of_tags_is_refused(string hex, string problem)
    {
        var error = Assert.Throws<ProtocolException>(() => new WireReader(Hex(hex), flexible: true).SkipTags());
        Assert.That(error!.Message, Does.Contain(problem));
    }

    [Test]
    public void A_tagged_field_cannot_be_read_beyond_its_length()
    {
        // Tag 0 says two bytes, an int32 is read from it although more bytes follow.
        var error = Assert.Throws<ProtocolException>(() => ReadTagZero(Hex("01 00 02 0000 0000")));
        Assert.That(error!.Message, Does.Contain("4 bytes are needed, but 2 are left"));
    }

    [Test]
    public void A_tagged_field_must_be_read_to_its_end()
    {
        var error = Assert.Throws<ProtocolException>(() => ReadTagZero(Hex("01 00 06 00000007 0000")));
        Assert.That(error!.Message, Does.Contain("Tagged field 0 is 2 bytes longer than its content"));
    }

    [Test]
    public void After_the_tags_the_rest_of_the_message_is_there()
    {
        Assert.That(ReadTagZero(Hex("01 00 04 00000007 0102")), Is.EqualTo((7, 2)));
    }

    static (int Value, int Remaining) ReadTagZero(byte[] bytes)
    {
        var reader = new WireReader(bytes, flexible: true);
        var tags = reader.BeginTags();
        var value = 0;
        while (reader.NextTag(ref tags)) value = reader.ReadInt32();
        return (value, reader.Remaining);
    }

    [Test]
    public void An_error_knows_its_place()
    {
        var error = Refuses(Hex("0001 61 00"), false, (ref WireReader reader) =>
        {
            reader.ReadString("First");
            return reader.ReadInt32("Second");
        });
        Assert.That((error.Position, error.Length, error.Field, error.Reading), Is.EqualTo((3, 4, "Second", (string?)null)));
        Assert.That(error.Message, Is.EqualTo("4 bytes are needed, but 1 are left, at byte 3 of 4, while reading Second."));
    }

    internal static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    static T Read<T>(byte[] bytes, bool flexible, Reading<T> reading)
    {
        var reader = new WireReader(bytes, flexible);
        var value = reading(ref reader);
        reader.ExpectEnd();
        return value;
    }

    static ProtocolException Refuses<T>(byte[] bytes, bool flexible, Reading<T> reading) => Assert.Throws<ProtocolException>(() =>
    {
        var reader = new WireReader(bytes, flexible);
        reading(ref reader);
    })!;
}
