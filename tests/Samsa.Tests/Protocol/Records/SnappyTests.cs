using Samsa.Protocol.Compression;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class SnappyTests
{
    static readonly byte[] Header = Hex("82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01");

    static byte[] Block(byte[] raw) => [.. Int32(raw.Length), .. raw];

    static byte[] Unsnappy(byte[] data) => Inflated(CompressionCodec.Snappy, data);

    static string Refusal(string hex) => Refusal(Hex(hex));

    static string Refusal(byte[] data) => Assert.Throws<CompressionException>(() => Unsnappy(data))!.Message;

    [Test]
    public void The_stream_of_snappy_java_is_read() =>
        Assert.That(Unsnappy(Convert.FromBase64String("glNOQVBQWQAAAAABAAAAAQAAAA8NMEhlbGxvLCBXb3JsZCE=")), Is.EqualTo(Utf8("Hello, World!")));

    [Test]
    public void What_is_written_has_the_header_of_snappy_java_and_blocks_of_32_KiB()
    {
        var random = new byte[70_000];
        new Random(2).NextBytes(random);
        var stream = Compressed(CompressionCodec.Snappy, random);
        Assert.That(stream[..16], Is.EqualTo(Header));
        var inflated = new List<int>();
        for (var at = 16; at < stream.Length;)
        {
            var length = stream[at] << 24 | stream[at + 1] << 16 | stream[at + 2] << 8 | stream[at + 3];
            inflated.Add(Unsnappy(stream[(at + 4)..(at + 4 + length)]).Length);
            at += 4 + length;
        }

        Assert.That(inflated, Is.EqualTo(new[] { 32768, 32768, 4464 }));
    }

    [Test]
    public void One_bare_block_is_read_too() => Assert.That(Unsnappy([5, 4 << 2, .. Utf8("hello")]), Is.EqualTo(Utf8("hello")));

    [TestCase("05 10 68 65 6c 6c 6f", "hello", Description = "literal")]
    [TestCase("05 f0 04 68 65 6c 6c 6f", "hello", Description = "literal with its length in one byte")]
    [TestCase("05 f4 04 00 68 65 6c 6c 6f", "hello", Description = "in two")]
    [TestCase("05 f8 04 00 00 68 65 6c 6c 6f", "hello", Description = "in three")]
    [TestCase("05 fc 04 00 00 00 68 65 6c 6c 6f", "hello", Description = "in four")]
    [TestCase("06 04 61 62 01 02", "ababab", Description = "copy that overlaps, one byte of distance")]
    [TestCase("06 04 61 62 0e 02 00", "ababab", Description = "two bytes of distance")]
    [TestCase("06 04 61 62 0f 02 00 00 00", "ababab", Description = "four bytes of distance")]
    [TestCase("00", "", Description = "nothing")]
    public void Each_element_of_a_block_is_understood(string block, string text) =>
        Assert.That(Unsnappy(Hex(block)), Is.EqualTo(Utf8(text)));

    [Test]
    public void A_header_may_come_again_wherever_a_block_could()
    {
        var hello = Block([5, 4 << 2, .. Utf8("hello")]);
        Assert.That(Unsnappy(Concat(Header, Header, hello, Header, hello, Header)), Is.EqualTo(Utf8("hellohello")));
    }

    [TestCase("", "no length")]
    [TestCase("80", "no length")]
    [TestCase("ff ff ff ff 1f", "no length")]
    [TestCase("ff ff ff ff 0f", "claims to hold 4294967295")]
    [TestCase("80 80 80 80 04 00 61", "claims to hold 1073741824")]
    [TestCase("05", "inflates to 0")]
    [TestCase("05 10 68 65 6c 6c", "literal of 5")]
    [TestCase("05 f4 04", "cut inside a literal")]
    [TestCase("05 fc ff ff ff ff 61", "literal of 4294967296")]
    [TestCase("04 10 68 65 6c 6c 6f", "more than it claims")]
    [TestCase("06 10 68 65 6c 6c 6f", "inflates to 5 bytes and claims 6")]
    [TestCase("05 00 61 01 00", "0 bytes back")]
    [TestCase("05 00 61 01 02", "2 bytes back")]
    [TestCase("05 00 61 0f ff ff ff ff", "4294967295 bytes back")]
    [TestCase("05 01 01", "1 bytes back at 0")]
    [TestCase("04 00 61 01 01", "more than it claims")]
    [TestCase("05 00 61 01", "cut inside a copy")]
    [TestCase("05 00 61 02 01", "cut inside a copy")]
    [TestCase("05 00 61 03 01 00 00", "cut inside a copy")]
    [TestCase("00 00", "has bytes")]
    public void I049_A_block_that_is_damaged_is_refused(string block, string reason)
    {
        Assert.That(Refusal(block), Does.Contain(reason));
        if (block != "") Assert.That(Refusal(Concat(Header, Block(Hex(block)))), Does.Contain(reason));
    }

    [TestCase("82 53 4e 41 50 50 59 00 00 00", "cut inside a header")]
    [TestCase("82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01 00 00", "cut inside the length")]
    [TestCase("82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01 00 00 00 00", "length 0")]
    [TestCase("82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01 ff ff ff ff", "length -1")]
    [TestCase("82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01 7f ff ff ff 00", "length 2147483647")]
    [TestCase("82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01 82 53 4e 41 00", "length -2108469695")]
    public void I049_A_stream_that_is_damaged_is_refused(string stream, string reason) => Assert.That(Refusal(stream), Does.Contain(reason));

    [Test]
    public void I049_A_bomb_stops_at_the_limit()
    {
        var bomb = Bombs.Snappy();
        Bombs.StopsAt(1 << 20, CompressionCodec.Snappy, bomb);
        var stream = Concat([Header, .. Enumerable.Repeat(Block([.. Hex("80 80 04"), 0, 7, .. Enumerable.Repeat(Hex("fe 01 00"), 1023).SelectMany(copy => copy), 0xFA, 1, 0]), 20_000)]);
        Bombs.StopsAt(1 << 20, CompressionCodec.Snappy, stream);
    }
}
