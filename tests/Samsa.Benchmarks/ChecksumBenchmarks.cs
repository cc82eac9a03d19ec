using BenchmarkDotNet.Attributes;
using Samsa.Wire;

namespace Samsa.Benchmarks;

/// <summary>What does it cost to check a batch of this size?</summary>
public class ChecksumBenchmarks
{
    byte[] data = [];

    [Params(110, 16 * 1024, 1024 * 1024)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Fill() => new Random(1).NextBytes(data = new byte[Bytes]);

    [Benchmark]
    public uint Crc32C() => Checksums.Crc32C(data);

    [Benchmark]
    public uint Crc32() => Checksums.Crc32(data);

    [Benchmark]
    public uint Crc32CPortable() => Checksums.Crc32CPortable(data);
}
