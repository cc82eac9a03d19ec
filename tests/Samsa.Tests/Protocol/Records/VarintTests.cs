using FsCheck;
using FsCheck.Fluent;
using Samsa.Wire;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class VarintTests
{
    [TestCase(0, "00")]
    [TestCase(-1, "01")]
    [TestCase(1, "02")]
    [TestCase(-2, "03")]
    [TestCase(63, "7e")]
    [TestCase(-64, "7f")]
    [TestCase(64, "80 01")]
    [TestCase(-65, "81 01")]
    [TestCase(150, "ac 02")]
    [TestCase(300, "d8 04")]
    [TestCase(8191, "fe 7f")]
    [TestCase(-8192, "ff 7f")]
    [TestCase(int.MaxValue, "fe ff ff ff 0f")]
    [TestCase(int.MinValue, "ff ff ff ff 0f")]
    public void A_signed_number_is_spelt_as_Kafka_spells_it(int value, string hex)
    {
        var bytes = Hex(hex);
        var buffer = new byte[10];
        Assert.Multiple(() =>
        {
            Assert.That(buffer[..Varints.WriteSigned(buffer, value)], Is.EqualTo(bytes));
            Assert.That(buffer[..Varints.WriteSigned(buffer, (long)value)], Is.EqualTo(bytes));
            Assert.That(Varints.SizeOfSigned(value), Is.EqualTo(bytes.Length));
            Assert.That(Varints.ReadSigned(bytes, out int read), Is.EqualTo(bytes.Length));
            Assert.That(read, Is.EqualTo(value));
            Assert.That(Varints.ReadSigned(bytes, out long wide), Is.EqualTo(bytes.Length));
            Assert.That(wide, Is.EqualTo(value));
        });
    }

    [TestCase(long.MaxValue, "fe ff ff ff ff ff ff ff ff 01")]
    [TestCase(long.MinValue, "ff ff ff ff ff ff ff ff ff 01")]
    public void The_largest_signed_numbers_take_ten_bytes(long value, string hex)
    {
        var buffer = new byte[10];
        Assert.Multiple(() =>
        {
            Assert.That(buffer[..Varints.WriteSigned(buffer, value)], Is.EqualTo(Hex(hex)));
            Assert.That(Varints.SizeOfSigned(value), Is.EqualTo(10));
            Assert.That(Varints.ReadSigned(Hex(hex), out long read), Is.EqualTo(10));
            Assert.That(read, Is.EqualTo(value));
        });
    }

    [TestCase(300u, "ac 02")]
    [TestCase(uint.MaxValue, "ff ff ff ff 0f")]
    public void An_unsigned_number_is_spelt_as_Kafka_spells_it(uint value, string hex)
    {
        var buffer = new byte[5];
        Assert.Multiple(() =>
        {
            Assert.That(buffer[..Varints.WriteUnsigned(buffer, value)], Is.EqualTo(Hex(hex)));
            Assert.That(Varints.SizeOfUnsigned(value), Is.EqualTo(Hex(hex).Length));
            Assert.That(Varints.ReadUnsigned(Hex(hex), out uint read), Is.EqualTo(Hex(hex).Length));
            Assert.That(read, Is.EqualTo(value));
        });
    }

    [Test]
    public void I014_Needless_groups_of_zeros_are_read_as_Java_reads_them()
    {
        Assert.That(Varints.ReadUnsigned([0x80, 0x80, 0x00], out uint value), Is.EqualTo(3));
        Assert.That(value, Is.Zero);
    }

    [TestCase("ff ff ff ff 10", Description = "33 bits")]
    [TestCase("80 80 80 80 80 00", Description = "six groups")]
    public void I013_A_number_of_more_than_32_bits_is_malformed(string hex)
    {
        Assert.That(Varints.ReadUnsigned(Hex(hex), out uint _), Is.EqualTo(Varints.Malformed));
        Assert.That(Varints.ReadSigned(Hex(hex), out int _), Is.EqualTo(Varints.Malformed));
    }

    [TestCase("ff ff ff ff ff ff ff ff ff 02", Description = "65 bits")]
    [TestCase("80 80 80 80 80 80 80 80 80 80 00", Description = "eleven groups")]
    public void I015_A_number_of_more_than_64_bits_is_malformed(string hex) =>
        Assert.That(Varints.ReadSigned(Hex(hex), out long _), Is.EqualTo(Varints.Malformed));

    [Test]
    public void A_number_that_is_cut_reads_nothing()
    {
        var bytes = Hex("ff ff ff ff 0f");
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.That(Varints.ReadUnsigned(bytes.AsSpan(0, length), out uint _), Is.Zero);
            Assert.That(Varints.ReadSigned(bytes.AsSpan(0, length), out long _), Is.Zero);
        }
    }

    [Test]
    public void Any_number_comes_back_as_it_was_written() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<int>(), (wide, shift) =>
        {
            var value = wide << (shift & 63);
            var buffer = new byte[10];
            var size = Varints.WriteSigned(buffer, value);
            return size == Varints.SizeOfSigned(value) && Varints.ReadSigned(buffer, out long read) == size && read == value
                && Varints.WriteSigned(buffer, (int)value) == Varints.SizeOfSigned((int)value)
                && Varints.ReadSigned(buffer, out int narrow) > 0 && narrow == (int)value;
        }).QuickCheckThrowOnFailure();
}
