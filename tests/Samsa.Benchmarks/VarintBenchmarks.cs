using BenchmarkDotNet.Attributes;
using Samsa.Wire;

namespace Samsa.Benchmarks;

/// <summary>What does one number of variable length cost, by its size?</summary>
public class VarintBenchmarks
{
    const int Numbers = 1000;

    readonly byte[] bytes = new byte[Numbers * Varints.MaxBytes64];
    long value;

    [Params(1, 2, 5, 10)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        value = Bytes == 10 ? long.MinValue : 1L << (7 * Bytes - 3);
        Write();
    }

    [Benchmark(OperationsPerInvoke = Numbers)]
    public int Write()
    {
        var at = 0;
        for (var i = 0; i < Numbers; i++) at += Varints.WriteSigned(bytes.AsSpan(at), value);
        return at;
    }

    [Benchmark(OperationsPerInvoke = Numbers)]
    public long Read()
    {
        long sum = 0;
        var at = 0;
        for (var i = 0; i < Numbers; i++)
        {
            at += Varints.ReadSigned(bytes.AsSpan(at), out long read);
            sum += read;
        }

        return sum;
    }
}
