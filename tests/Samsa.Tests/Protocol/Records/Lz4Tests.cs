using System.Buffers.Binary;
using Samsa.Protocol.Compression;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class Lz4Tests
{
    /// <summary>"hello" as one block of literals.</summary>
    static readonly byte[] Hello = [5 << 4, .. Utf8("hello")];

    static readonly byte[] End = [0, 0, 0, 0];

    static byte[] UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    static byte[] Block(byte[] block, bool stored = false) => [.. UInt32((uint)block.Length | (stored ? 0x8000_0000 : 0)), .. block];

    /// <summary>A frame with the right checksum of the header.</summary>
    static byte[] Frame(byte flags, byte size, byte[] contentSize, params byte[][] rest)
    {
        byte[] descriptor = [flags, size, .. contentSize];
        return [0x04, 0x22, 0x4D, 0x18, .. descriptor, (byte)(XxHash32.Hash(descriptor) >> 8), .. Concat(rest)];
    }

    static byte[] Read(byte[] frame, byte magic = 2) => Inflated(CompressionCodec.Lz4, frame, magic, limit: 8 << 20);

    static string Refusal(byte[] frame, byte magic = 2) => Assert.Throws<CompressionException>(() => Read(frame, magic))!.Message;

    [TestCase("", 0x02CC5D05u)]
    [TestCase("abc", 0x32D153FFu)]
    public void The_hash_has_its_check_values(string text, uint hash) => Assert.That(XxHash32.Hash(Utf8(text)), Is.EqualTo(hash));

    [Test]
    public void The_hash_of_pieces_is_the_hash_of_the_whole()
    {
        var data = new byte[1000];
        new Random(5).NextBytes(data);
        foreach (var piece in new[] { 1, 3, 15, 16, 17, 100 })
        {
            var stream = new XxHash32Stream();
            for (var at = 0; at < data.Length; at += piece) stream.Add(data.AsSpan(at, Math.Min(piece, data.Length - at)));
            Assert.That(stream.Hash, Is.EqualTo(XxHash32.Hash(data)));
        }
    }

    [TestCase("60 40", 0x82, 0x1A)]
    [TestCase("64 40", 0xA7, 0x0C)]
    [TestCase("68 40 05 00 00 00 00 00 00 00", 0x61, 0x81)]
    [TestCase("60 70", 0x73, 0x10)]
    [TestCase("40 40", 0xC0, 0xA5)]
    public void Magic_0_takes_the_right_and_the_wrong_checksum_and_later_ones_only_the_right(string descriptor, byte right, byte wrong)
    {
        var checksum = Hex(descriptor)[0] == 0x64 ? UInt32(XxHash32.Hash(Utf8("hello"))) : [];
        byte[] With(byte headerChecksum) => [0x04, 0x22, 0x4D, 0x18, .. Hex(descriptor), headerChecksum, .. Block(Hello), .. End, .. checksum];
        Assert.Multiple(() =>
        {
            foreach (byte magic in new byte[] { 0, 1, 2 }) Assert.That(Read(With(right), magic), Is.EqualTo(Utf8("hello")));
            Assert.That(Read(With(wrong), magic: 0), Is.EqualTo(Utf8("hello")));
            Assert.That(Refusal(With(wrong), magic: 1), Does.Contain("header"));
            Assert.That(Refusal(With(wrong), magic: 2), Does.Contain("header"));
        });
    }

    [TestCase(0, 0x1A)]
    [TestCase(1, 0x82)]
    [TestCase(2, 0x82)]
    public void Magic_0_is_written_with_the_wrong_checksum_and_later_ones_with_the_right(byte magic, byte checksum) =>
        Assert.That(Compressed(CompressionCodec.Lz4, Utf8("hello"), magic)[..7], Is.EqualTo(new byte[] { 0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, checksum }));

    [Test]
    public void What_does_not_shrink_is_stored_as_it_is()
    {
        var random = new byte[100_000];
        new Random(6).NextBytes(random);
        var frame = Compressed(CompressionCodec.Lz4, random);
        Assert.That(frame, Has.Length.EqualTo(7 + 4 + 65_536 + 4 + 34_464 + 4));
        Assert.That(Read(frame), Is.EqualTo(random));
    }

    [Test]
    public void Blocks_may_copy_from_the_ones_before_if_the_frame_says_so()
    {
        // Five literals; then: copy 8 from 5 back, five literals.
        byte[] dependent = [0x04, 5, 0, 0x50, .. Utf8("world")];
        Assert.That(Read(Frame(0x40, 0x40, [], Block(Hello), Block(dependent), End)), Is.EqualTo(Utf8("hellohellohelworld")));
        Assert.That(Refusal(Frame(0x60, 0x40, [], Block(Hello), Block(dependent), End)), Does.Contain("damaged"));
    }

    [Test]
    public void Dependent_blocks_reach_64_KiB_back_over_several_blocks()
    {
        var random = new byte[60_000];
        new Random(7).NextBytes(random);
        byte[] Far(int back) => [0x0F, (byte)back, (byte)(back >> 8), 100, 0x50, .. Utf8("abcde")];
        var frame = Frame(0x40, 0x40, [], Block(random, stored: true), Block(random[..5_000], stored: true), Block(Far(65_000)), End);
        Assert.That(Read(frame), Is.EqualTo(Concat(random, random[..5_000], random[..119], Utf8("abcde"))));
        Assert.That(Refusal(Frame(0x40, 0x40, [], Block(random[..100], stored: true), Block(Far(101)), End)), Does.Contain("damaged"));
    }

    [Test]
    public void All_checksums_and_the_content_size_are_checked_where_they_are_given()
    {
        var size = new byte[] { 5, 0, 0, 0, 0, 0, 0, 0 };
        var blockHash = UInt32(XxHash32.Hash(Hello));
        var contentHash = UInt32(XxHash32.Hash(Utf8("hello")));
        Assert.Multiple(() =>
        {
            Assert.That(Read(Frame(0x7C, 0x40, size, Block(Hello), blockHash, End, contentHash)), Is.EqualTo(Utf8("hello")));
            Assert.That(Refusal(Frame(0x7C, 0x40, size, Block(Hello), contentHash, End, contentHash)), Does.Contain("checksum of an lz4 block"));
            Assert.That(Refusal(Frame(0x7C, 0x40, size, Block(Hello), blockHash, End, blockHash)), Does.Contain("content"));
            Assert.That(Refusal(Frame(0x68, 0x40, [6, 0, 0, 0, 0, 0, 0, 0], Block(Hello), End)), Does.Contain("claims 6"));
            Assert.That(Refusal(Frame(0x68, 0x40, [255, 255, 255, 255, 255, 255, 255, 255], Block(Hello), End)), Does.Contain("claims 18446744073709551615"));
        });
    }

    [Test]
    public void Several_frames_are_one_text() =>
        Assert.That(Read(Concat(Frame(0x60, 0x40, [], Block(Hello), End), Frame(0x60, 0x70, [], End), Frame(0x60, 0x50, [], Block(Utf8("raw"), stored: true), End))),
            Is.EqualTo(Utf8("helloraw")));

    [Test]
    public void I050_A_frame_that_is_cut_anywhere_is_refused()
    {
        var frame = Frame(0x7C, 0x40, [5, 0, 0, 0, 0, 0, 0, 0], Block(Hello), UInt32(XxHash32.Hash(Hello)), End, UInt32(XxHash32.Hash(Utf8("hello"))));
        for (var length = 0; length < frame.Length; length++) Assert.That(Refusal(frame[..length]), Is.Not.Empty, $"{length} bytes");
    }

    [TestCase(0xA0, 0x40, "version", Description = "version 2")]
    [TestCase(0x20, 0x40, "version", Description = "version 0")]
    [TestCase(0x62, 0x40, "flags", Description = "reserved flag")]
    [TestCase(0x60, 0x30, "flags", Description = "block size 3")]
    [TestCase(0x60, 0x00, "flags", Description = "block size 0")]
    [TestCase(0x60, 0xC0, "flags", Description = "reserved size bit 7")]
    [TestCase(0x60, 0x41, "flags", Description = "reserved size bit 0")]
    [TestCase(0x61, 0x40, "dictionary")]
    public void I050_A_header_that_cannot_be_is_refused(int flags, int size, string reason) =>
        Assert.That(Refusal(Frame((byte)flags, (byte)size, [], Block(Hello), End)), Does.Contain(reason));

    [Test]
    public void I050_Blocks_that_cannot_be_are_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Refusal(Hex("05 22 4d 18 60 40 82 00 00 00 00")), Does.Contain("no lz4 frame"));
            Assert.That(Refusal(Frame(0x60, 0x40, [], Block(new byte[65_537], stored: true), End)), Does.Contain("length 65537"));
            Assert.That(Refusal(Frame(0x60, 0x40, [], UInt32(0x8000_0000), UInt32(0x8000_0000), End)), Does.Contain("length 0"));
            Assert.That(Refusal(Frame(0x60, 0x40, [], UInt32(0x7FFF_FFFF), End)), Does.Contain("length 2147483647"));
            Assert.That(Refusal(Frame(0x60, 0x40, [], Block([0x04, 0, 0, 0x50, 1, 2, 3, 4, 5]), End)), Does.Contain("damaged"), "distance 0");
            Assert.That(Refusal(Frame(0x60, 0x40, [], Block([0x14, 1, 2, 0, 0x50, 1, 2, 3, 4, 5]), End)), Does.Contain("damaged"), "distance over the start");
            // 70,000 bytes in a block of 64 KiB.
            Assert.That(Refusal(Frame(0x60, 0x40, [], Block([0x1F, 7, 1, 0, .. Enumerable.Repeat((byte)255, 275), 0, 0x50, 7, 7, 7, 7, 7]), End)), Does.Contain("larger"));
            Assert.That(Refusal([.. Frame(0x60, 0x40, [], Block(Hello), End), 1]), Does.Contain("cut"));
        });
    }

    [Test]
    public void I050_A_bomb_stops_at_the_limit() => Bombs.StopsAt(1 << 20, CompressionCodec.Lz4, Bombs.Lz4());
}
