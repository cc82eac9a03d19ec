using System.Buffers;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class CompressionCodecsTests
{
    static IEnumerable<ICompressionCodec> All() => CompressionCodecs.Default.All;

    [Test]
    public void The_default_table_has_the_four_codecs_of_Kafka() =>
        Assert.That(CompressionCodecs.Default.All.Select(codec => $"{(byte)codec.Id} {codec.Name}"), Is.EqualTo(new[] { "1 gzip", "2 snappy", "3 lz4", "4 zstd" }));

    [TestCase("gzip", CompressionCodec.Gzip)]
    [TestCase("ZSTD", CompressionCodec.Zstd)]
    public void A_codec_is_found_by_its_name(string name, CompressionCodec id) =>
        Assert.That(CompressionCodecs.Default.Find(name)!.Id, Is.EqualTo(id));

    [Test]
    public void A_codec_of_the_users_takes_the_place_of_ours_and_the_old_table_stays()
    {
        var table = CompressionCodecs.Default.With(new Reversing());
        Assert.That(table.Find(CompressionCodec.Lz4), Is.InstanceOf<Reversing>());
        Assert.That(CompressionCodecs.Default.Find(CompressionCodec.Lz4), Is.InstanceOf<Lz4Codec>());

        using var writer = new RecordBatchWriter(1 << 20);
        writer.TryAppend(0, default, true, "abc"u8, false);
        var bytes = writer.Finish(table.Find(CompressionCodec.Lz4)).ToArray();
        Assert.That(Seen.Records(bytes, new DecodeOptions { Codecs = table }), Is.EqualTo(new[] { "0@0 ~=abc" }));
        Seen.Damage(bytes);
    }

    [Test]
    public void Only_numbers_that_fit_into_three_bits_can_be_taken()
    {
        Assert.That(() => CompressionCodecs.None.With(new Reversing { Id = CompressionCodec.None }), Throws.ArgumentException);
        Assert.That(() => CompressionCodecs.None.With(new Reversing { Id = (CompressionCodec)8 }), Throws.ArgumentException);
        Assert.That(CompressionCodecs.None.With(new Reversing { Id = (CompressionCodec)7 }).Find((CompressionCodec)7), Is.Not.Null);
    }

    [TestCaseSource(nameof(All))]
    public void What_is_compressed_is_inflated_at_every_length(ICompressionCodec codec)
    {
        var random = new Random(8);
        foreach (byte magic in new byte[] { 0, 2 })
        {
            for (var i = 0; i < 90; i++)
            {
                var data = new byte[i < 70 ? i : random.Next(200_000)];
                if (i % 3 == 0) random.NextBytes(data);
                else for (var at = 0; at < data.Length; at++) data[at] = (byte)(random.Next(at % 1000 + 1) == 0 ? random.Next(256) : 7);
                Assert.That(Inflated(codec.Id, Compressed(codec.Id, data, magic), magic), Is.EqualTo(data), $"{data.Length} bytes, magic {magic}");
            }
        }
    }

    [Test]
    public void A_missing_library_is_named_with_the_way_to_get_it()
    {
        var missing = new CompressionLibraryMissingException("zstd", "libzstd", "Debian: libzstd1");
        Assert.That(missing.Message, Does.Contain("zstd").And.Contain("libzstd").And.Contain("Debian: libzstd1").And.Contain("CompressionCodecs.With"));
        Assert.That(NativeFunctions.Load("samsa-has-no-such-library"), Is.EqualTo((nint)0));
    }

    [Test]
    public void A_buffer_refuses_what_is_over_its_limit_before_it_allocates()
    {
        using var buffer = new PooledBuffer(ArrayPool<byte>.Shared, limit: 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => buffer.GetSpan(int.MaxValue).Length, Throws.InstanceOf<CompressionException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
        buffer.Write<byte>(new byte[100]);
        Assert.That(() => buffer.Write<byte>([1]), Throws.InstanceOf<CompressionException>());
        Assert.That(buffer.Length, Is.EqualTo(100));
    }

    sealed class Reversing : ICompressionCodec
    {
        public CompressionCodec Id { get; init; } = CompressionCodec.Lz4;

        public string Name => "reversing";

        public void Compress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
        {
            var reversed = data.ToArray();
            Array.Reverse(reversed);
            output.Write(reversed);
        }

        public void Decompress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic) => Compress(data, output, magic);
    }
}
