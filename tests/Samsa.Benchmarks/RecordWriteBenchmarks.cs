using BenchmarkDotNet.Attributes;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Benchmarks;

/// <summary>What does it cost to append one record of 100 bytes, and its share of finishing the batch?</summary>
[MemoryDiagnoser]
public class RecordWriteBenchmarks : IDisposable
{
    const int Records = 1000;

    readonly byte[] buffer = new byte[256 * 1024];
    readonly byte[][] values = Texts.Of(Records, 100);
    readonly RecordBatchWriter writer = new([]);
    readonly PooledBuffer output = new(System.Buffers.ArrayPool<byte>.Shared);

    [Params(CompressionCodec.None, CompressionCodec.Gzip, CompressionCodec.Snappy, CompressionCodec.Lz4, CompressionCodec.Zstd)]
    public CompressionCodec Codec { get; set; }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Write()
    {
        writer.Start(buffer);
        foreach (var value in values) writer.TryAppend(1_700_000_000_000 + writer.Count, default, true, value, false);
        return writer.Finish(CompressionCodecs.Default.Find(Codec), output: output).Length;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        writer.Dispose();
        output.Dispose();
        GC.SuppressFinalize(this);
    }
}
