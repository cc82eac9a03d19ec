using BenchmarkDotNet.Attributes;
using Samsa.Rx;

namespace Samsa.Benchmarks;

/// <summary>What does it cost to look at one field of a record that was delivered?</summary>
[MemoryDiagnoser]
public class RecordFieldBenchmarks
{
    // Few enough for the first cache: the walk has just been over a record when it is delivered.
    const int Records = 200;

    readonly KafkaRecord[] records = ReadRecords.Of(Records);

    // A frame is lent to one thread, and that of the constructor need not be this one.
    [GlobalSetup]
    public void Lend()
    {
        foreach (var record in records)
            if (System.Runtime.InteropServices.MemoryMarshal.TryGetMemoryManager<byte, Samsa.Wire.Frame>(record.Value, out var frame))
                frame.Lend();
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long Offset()
    {
        long sum = 0;
        foreach (ref readonly var record in records.AsSpan()) sum += record.Offset;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long Timestamp()
    {
        long sum = 0;
        foreach (ref readonly var record in records.AsSpan()) sum += record.Timestamp;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long Key()
    {
        long sum = 0;
        foreach (ref readonly var record in records.AsSpan()) sum += record.Key.Span[0];
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long Value()
    {
        long sum = 0;
        foreach (ref readonly var record in records.AsSpan()) sum += record.Value.Span[0];
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long ValueLength()
    {
        long sum = 0;
        foreach (ref readonly var record in records.AsSpan()) sum += record.Value.Length;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long Headers()
    {
        long sum = 0;
        foreach (ref readonly var record in records.AsSpan()) sum += record.Headers.Count;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public long AllOfIt()
    {
        long sum = 0;
        foreach (ref readonly var record in records.AsSpan())
            sum += record.Offset + record.Timestamp + record.Key.Span[0] + record.Value.Span[0] + record.Headers.Count;
        return sum;
    }
}
