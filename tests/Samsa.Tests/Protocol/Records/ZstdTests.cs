using Samsa.Protocol.Compression;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class ZstdTests
{
    static byte[] Zstd(byte[] data) => Compressed(CompressionCodec.Zstd, data);

    static byte[] Read(byte[] data, long limit = 1 << 20) => Inflated(CompressionCodec.Zstd, data, limit: limit);

    static void Refuses(byte[] data, string because = "") => Assert.That(() => Read(data), Throws.InstanceOf<CompressionException>(), because);

    // Magic, no content size, window of 1 KiB, one last raw block of 5 bytes (RFC 8878, by hand).
    static readonly byte[] Hello = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x00, 5 << 3 | 1, 0, 0, .. Utf8("hello")];

    static readonly byte[] Skippable = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];

    [Test]
    public void A_frame_without_the_content_size_is_read() => Assert.That(Read(Hello), Is.EqualTo(Utf8("hello")));

    [Test]
    public void Several_frames_are_one_text() =>
        Assert.That(Read(Concat(Hello, Zstd([]), Skippable, Zstd(new byte[300_000]), Hello)), Is.EqualTo(Concat(Utf8("hello"), new byte[300_000], Utf8("hello"))));

    [Test]
    public void A_frame_that_is_cut_anywhere_is_refused()
    {
        var whole = Zstd(Utf8(string.Join(' ', Enumerable.Range(0, 300))));
        for (var length = 0; length < whole.Length; length++) Refuses(whole[..length], $"{length} bytes");
        for (var length = 0; length < Hello.Length; length++) Refuses(Hello[..length], $"{length} bytes of hello");
        Refuses(Concat(Hello, Hello[..^1]));
        Refuses(Concat(Hello, Skippable[..^1]));
    }

    [Test]
    public void What_is_no_frame_is_refused()
    {
        Refuses(Utf8("this is no zstd frame"));
        Refuses([.. Hello, 0]);
        Refuses([0x28, 0xB5, 0x2F, 0xFD, 0x08, 0x00, 5 << 3 | 1, 0, 0, .. Utf8("hello")], "reserved bit");
        Refuses([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x00, 5 << 3 | 7, 0, 0, .. Utf8("hello")], "reserved type of block");
        Refuses([0x28, 0xB5, 0x2F, 0xFD, 0x01, 0x00, 42, 5 << 3 | 1, 0, 0, .. Utf8("hello")], "a dictionary");
    }

    [Test]
    public void I051_A_window_of_gigabytes_is_refused_before_it_is_allocated()
    {
        // Exponent 21: 2 GiB.
        Refuses([0x28, 0xB5, 0x2F, 0xFD, 0x00, 21 << 3, 5 << 3 | 1, 0, 0, .. Utf8("hello")]);
        // Single segment of 64 GiB.
        Refuses([0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0x10, 0, 0, 0, 5 << 3 | 1, 0, 0, .. Utf8("hello")]);
    }

    [Test]
    public void I051_Frames_that_say_nothing_in_a_row_end_with_the_input()
    {
        Assert.That(Read(Concat([.. Enumerable.Repeat(Skippable, 50_000), Hello])), Is.EqualTo(Utf8("hello")));
        Assert.That(Read(Concat([.. Enumerable.Repeat(Zstd([]), 10_000), Hello])), Is.EqualTo(Utf8("hello")));
    }

    [Test]
    public void A_damaged_frame_does_not_spoil_the_next_one()
    {
        for (var i = 0; i < 20; i++)
        {
            Refuses(Zstd(new byte[50_000])[..^2]);
            Assert.That(Read(Hello), Is.EqualTo(Utf8("hello")));
        }
    }

    [Test]
    public void I051_A_bomb_stops_at_the_limit()
    {
        Bombs.StopsAt(1 << 20, CompressionCodec.Zstd, Bombs.Zstd());
        var zeros = Zstd(new byte[100 << 20]);
        Assert.That(zeros, Has.Length.LessThan(20_000));
        Bombs.StopsAt(1 << 20, CompressionCodec.Zstd, zeros);
    }

    [Test]
    public void Many_threads_share_the_codec() =>
        Parallel.For(0, 200, i =>
        {
            var text = Utf8(string.Join(' ', Enumerable.Range(i, 500)));
            Assert.That(Read(Zstd(text)), Is.EqualTo(text));
        });
}
