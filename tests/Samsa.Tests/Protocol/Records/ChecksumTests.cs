using Samsa.Wire;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class ChecksumTests
{
    const uint Ieee = 0xEDB88320;
    const uint Castagnoli = 0x82F63B78;

    [Test]
    public void The_check_values_of_the_definitions_come_out()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Checksums.Crc32("123456789"u8), Is.EqualTo(0xCBF43926));
            Assert.That(Checksums.Crc32C("123456789"u8), Is.EqualTo(0xE3069283));
            Assert.That(Checksums.Crc32("hello"u8), Is.EqualTo(0x3610A686));
            Assert.That(Checksums.Crc32(default), Is.Zero);
            Assert.That(Checksums.Crc32C(default), Is.Zero);
            // RFC 3720 B.4: 32 bytes of zeros, of ones, rising.
            Assert.That(Checksums.Crc32C(new byte[32]), Is.EqualTo(0x8A9136AA));
            Assert.That(Checksums.Crc32C(Enumerable.Repeat((byte)0xFF, 32).ToArray()), Is.EqualTo(0x62A8AB43));
            Assert.That(Checksums.Crc32C(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()), Is.EqualTo(0x46DD794E));
        });
    }

    [Test]
    public void Every_way_of_computing_agrees_with_the_definition_at_every_length()
    {
        var seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 1200; i++)
        {
            var data = new byte[i < 700 ? i : random.Next(12_000)];
            random.NextBytes(data);
            var before = (uint)random.Next();
            Assert.That(
                (Checksums.Crc32(data, before), Checksums.Crc32C(data, before), Checksums.Crc32Portable(data, before), Checksums.Crc32CPortable(data, before)),
                Is.EqualTo((Bitwise(data, Ieee, before), Bitwise(data, Castagnoli, before), Bitwise(data, Ieee, before), Bitwise(data, Castagnoli, before))),
                $"{data.Length} bytes");
        }
    }

    [Test]
    public void A_checksum_goes_on_where_another_ended()
    {
        var data = new byte[5000];
        new Random(1).NextBytes(data);
        foreach (var cut in new[] { 0, 1, 15, 64, 191, 192, 193, 3072, 4999 })
        {
            Assert.That(Checksums.Crc32(data.AsSpan(cut), Checksums.Crc32(data.AsSpan(0, cut))), Is.EqualTo(Checksums.Crc32(data)));
            Assert.That(Checksums.Crc32C(data.AsSpan(cut), Checksums.Crc32C(data.AsSpan(0, cut))), Is.EqualTo(Checksums.Crc32C(data)));
        }
    }
}
