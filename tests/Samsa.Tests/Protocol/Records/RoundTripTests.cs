using FsCheck;
using FsCheck.Fluent;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class RoundTripTests
{
    public sealed record Sent(long Timestamp, byte[]? Key, byte[]? Value, (string Name, byte[]? Value)[] Headers);

    static readonly CompressionCodec[] Codecs =
        [CompressionCodec.None, CompressionCodec.Gzip, CompressionCodec.Snappy, CompressionCodec.Lz4, CompressionCodec.Zstd];

    static IEnumerable<TestCaseData> Formats() =>
        from magic in new byte[] { 0, 1, 2 }
        from codec in Codecs
        where magic == 2 || codec != CompressionCodec.Zstd
        select new TestCaseData(magic, codec);

    [TestCaseSource(nameof(Formats))]
    public void What_is_written_is_read(byte magic, CompressionCodec codec) =>
        Prop.ForAll(Arb.From(Batches(magic)), sent => Matches(sent, magic, codec)).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [TestCaseSource(nameof(Formats))]
    public void A_large_value_survives(byte magic, CompressionCodec codec)
    {
        var random = new byte[700_000];
        new Random(3).NextBytes(random);
        Sent[] sent = [new(5, null, random, []), new(6, random[..100_000], new byte[300_000], [])];
        Assert.That(Matches(sent, magic, codec), Is.True);
    }

    [TestCase(long.MinValue, long.MaxValue)]
    [TestCase(long.MaxValue, long.MinValue)]
    [TestCase(0, -1)]
    public void Any_two_timestamps_go_into_one_batch(long first, long second) =>
        Assert.That(Matches([new(first, null, [1], []), new(second, null, [2], [])], 2, CompressionCodec.None), Is.True);

    static bool Matches(Sent[] sent, byte magic, CompressionCodec codec)
    {
        using var writer = new RecordBatchWriter(int.MaxValue, magic);
        foreach (var one in sent)
        {
            var headers = one.Headers.Select(header => new RecordHeader(header.Name, header.Value)).ToArray();
            if (!writer.TryAppend(one.Timestamp, one.Key, one.Key is null, one.Value, one.Value is null, headers)) return false;
        }

        var bytes = writer.Finish(CompressionCodecs.Default.Find(codec)).ToArray();
        var index = 0;
        foreach (var batch in Seen.Batches(bytes))
        {
            if (batch.Magic != magic || batch.Codec != codec) return false;
            if (magic > 0 && batch.MaxTimestamp != sent.Max(one => one.Timestamp)) return false;
            foreach (var record in batch)
            {
                var one = sent[index];
                if (record.Offset != index++ || record.Timestamp != (magic == 0 ? -1 : one.Timestamp)) return false;
                if ((record.KeyLength < 0) != (one.Key is null) || !batch.KeyOf(record).Span.SequenceEqual(one.Key)) return false;
                if ((record.ValueLength < 0) != (one.Value is null) || !batch.ValueOf(record).Span.SequenceEqual(one.Value)) return false;
                if (!HeadersMatch(batch.HeadersOf(record), one.Headers)) return false;
                if (!HeadersMatch(batch.HeadersAt(record.ValueStart + Math.Max(record.ValueLength, 0)), one.Headers)) return false;
            }
        }

        return index == sent.Length;
    }

    static bool HeadersMatch(RecordHeaderCursor headers, (string Name, byte[]? Value)[] sent)
    {
        var index = 0;
        foreach (var header in headers)
        {
            var (name, value) = sent[index++];
            if (header.Name != name || header.ValueIsNull != (value is null) || !header.Value.Span.SequenceEqual(value)) return false;
        }

        return index == sent.Length;
    }

    static Gen<Sent[]> Batches(byte magic)
    {
        var bytes = Gen.Frequency(
            (1, Gen.Constant<byte[]?>(null)), (1, Gen.Constant<byte[]?>([])),
            (5, ArbMap.Default.GeneratorFor<byte[]>().Select(some => (byte[]?)some)),
            (2, Gen.Choose(60, 20_000).Select(length => (byte[]?)Enumerable.Range(0, length).Select(i => (byte)(i % 7)).ToArray())));
        var header =
            from name in Gen.Elements("", "h", "trace-id", "Ünïcødé", new string('n', 100))
            from value in bytes
            select (name, value);
        var one =
            from timestamp in Gen.Frequency((5, Gen.Choose(0, 100_000).Select(delta => 1_700_000_000_000L + delta)), (1, ArbMap.Default.GeneratorFor<long>()))
            from key in bytes
            from value in bytes
            from headers in magic < 2 ? Gen.Constant(Array.Empty<(string, byte[]?)>()) : Gen.ArrayOf(header)
            select new Sent(timestamp, key, value, headers);
        return Gen.NonEmptyListOf(one).Select(list => list.ToArray());
    }
}
