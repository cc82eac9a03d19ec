using System.Text;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Tests.Embedded;

/// <summary>Batches to produce, and what is in those that come back.</summary>
static class TestRecords
{
    /// <summary>A time that is no round number, and not in the future.</summary>
    public const long Time = 1_700_000_000_123;

    public static byte[] Batch(params string[] values) => Batch(values, magic: 2);

    public static byte[] Batch(
        IEnumerable<string> values, byte magic, CompressionCodec codec = CompressionCodec.None, long time = Time,
        long producer = -1, short epoch = -1, int sequence = -1, bool transactional = false, string? key = "k")
    {
        using var writer = new RecordBatchWriter(int.MaxValue, magic);
        foreach (var value in values)
            writer.TryAppend(time++, Encoding.UTF8.GetBytes(key ?? ""), key is null, Encoding.UTF8.GetBytes(value), valueIsNull: false);
        var used = codec == CompressionCodec.None ? null : CompressionCodecs.Default.Find(codec);
        return writer.Finish(used, producer, epoch, sequence, transactional).ToArray();
    }

    /// <summary>A batch of <paramref name="count"/> records of a producer that numbers them.</summary>
    public static byte[] Sequenced(long producer, short epoch, int sequence, int count = 1, bool transactional = false) =>
        Batch(Enumerable.Range(0, count).Select(i => $"{sequence + i}"), 2, producer: producer, epoch: epoch, sequence: sequence, transactional: transactional);

    public static List<(long Offset, string Value)> Read(ReadOnlyMemory<byte>? records)
    {
        var all = new List<(long, string)>();
        var reader = new RecordBatchReader(records ?? default);
        while (reader.TryRead(out var batch))
        {
            if (batch.IsControl) continue;
            foreach (var record in batch) all.Add((record.Offset, Encoding.UTF8.GetString(batch.ValueOf(record).Span)));
        }

        return all;
    }

    public static string[] Values(ReadOnlyMemory<byte>? records) => [.. Read(records).Select(one => one.Value)];

    public static long[] Offsets(ReadOnlyMemory<byte>? records) => [.. Read(records).Select(one => one.Offset)];
}
