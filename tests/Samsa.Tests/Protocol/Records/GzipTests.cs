using System.IO.Compression;
using Samsa.Protocol.Compression;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class GzipTests
{
    static byte[] Gzip(byte[] data) => Compressed(CompressionCodec.Gzip, data);

    static byte[] Gunzip(byte[] data, long limit = 1 << 20) => Inflated(CompressionCodec.Gzip, data, limit: limit);

    static void Refuses(byte[] data, string because = "") =>
        Assert.That(() => Gunzip(data), Throws.InstanceOf<CompressionException>(), because);

    [Test]
    public void What_is_compressed_is_ordinary_gzip()
    {
        using var gzip = new GZipStream(new MemoryStream(Gzip(Utf8("hello hello hello"))), CompressionMode.Decompress);
        Assert.That(new StreamReader(gzip).ReadToEnd(), Is.EqualTo("hello hello hello"));
        // gzip -9 of "hello", by another program.
        Assert.That(Gunzip(Hex("1f8b0800000000000203cb48cdc9c9070086a6103605000000")), Is.EqualTo(Utf8("hello")));
    }

    [Test]
    public void Several_members_are_one_text() =>
        Assert.That(Gunzip(Concat(Gzip(Utf8("a")), Gzip([]), Gzip(Utf8("b")), Gzip(new byte[100_000]))), Is.EqualTo(Concat(Utf8("ab"), new byte[100_000])));

    [Test]
    public void Members_may_end_anywhere_in_the_pieces_the_input_is_read_in()
    {
        var random = new byte[9000];
        new Random(4).NextBytes(random);
        for (var length = 8100; length < 8260; length++)
            Assert.That(Gunzip(Concat(Gzip(random[..length]), Gzip(Utf8("end")))), Is.EqualTo(Concat(random[..length], Utf8("end"))));
    }

    [Test]
    public void I048_A_member_that_is_cut_anywhere_is_refused()
    {
        var whole = Gzip(Utf8(string.Join(' ', Enumerable.Range(0, 200))));
        for (var length = 0; length < whole.Length; length++) Refuses(whole[..length], $"{length} of {whole.Length} bytes");
        Refuses(Concat(whole, whole[..^1]));
    }

    [Test]
    public void Something_else_behind_the_last_member_is_refused()
    {
        Refuses([.. Gzip(Utf8("a")), 0]);
        Refuses([.. Gzip(Utf8("a")), 0x1F]);
        Refuses([.. Gzip(Utf8("a")), 0x1F, 0x8B, 8]);
        Refuses([.. Gzip(Utf8("a")), .. new byte[5000]]);
    }

    [Test]
    public void I048_Wrong_checksum_length_or_name_without_end_are_refused()
    {
        var gzip = Gzip(Utf8("some text"));
        foreach (var at in new[] { 1, 2, 5, 8 }) Refuses(Changed(gzip, gzip.Length - at), "trailer");
        Refuses(Changed(gzip, 0), "magic");
        Refuses(Changed(gzip, 2), "method");
        Refuses([0x1F, 0x8B, 8, 0x08, 0, 0, 0, 0, 0, 3, .. Enumerable.Repeat((byte)'n', 10_000)], "a name without end");
    }

    [Test]
    public void I047_A_bomb_stops_at_the_limit()
    {
        var bomb = Bombs.Gzip();
        Assert.That(bomb, Has.Length.LessThan(1_200_000));
        Bombs.StopsAt(1 << 20, CompressionCodec.Gzip, bomb);
    }

    [Test]
    public void What_inflates_to_exactly_the_limit_is_allowed()
    {
        var zeros = Gzip(new byte[100_000]);
        Assert.That(Gunzip(zeros, limit: 100_000), Has.Length.EqualTo(100_000));
        Assert.That(() => Gunzip(zeros, limit: 99_999), Throws.InstanceOf<CompressionException>().With.Message.Contains("99999"));
    }

    static byte[] Changed(byte[] bytes, int at)
    {
        var changed = bytes.ToArray();
        changed[at] ^= 0x55;
        return changed;
    }
}
