using BenchmarkDotNet.Attributes;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Benchmarks;

/// <summary>What does it cost to read one record of 100 bytes, checksum and inflating included?</summary>
[MemoryDiagnoser]
public class RecordReadBenchmarks
{
    const int Records = 1000;

    byte[] bytes = [];

    [Params(CompressionCodec.None, CompressionCodec.Gzip, CompressionCodec.Snappy, CompressionCodec.Lz4, CompressionCodec.Zstd)]
    public CompressionCodec Codec { get; set; }

    [Params(2)]
    public byte Magic { get; set; }

    [GlobalSetup]
    public void Write()
    {
        using var writer = new RecordBatchWriter(int.MaxValue, Magic);
        foreach (var value in Texts.Of(Records, 100)) writer.TryAppend(1_700_000_000_000 + writer.Count, default, true, value, false);
        bytes = writer.Finish(CompressionCodecs.Default.Find(Codec)).ToArray();
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long Read()
    {
        long sum = 0;
        var reader = new RecordBatchReader(bytes);
        while (reader.TryRead(out var batch))
        {
            var records = batch.GetRecords();
            while (records.MoveNext()) sum += records.Current.ValueStart + records.Current.Offset;
        }

        return sum;
    }
}
