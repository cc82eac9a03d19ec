using BenchmarkDotNet.Attributes;
using Samsa.Flow;
using Samsa.Protocol.Records;
using Samsa.Rx;

namespace Samsa.Benchmarks;

/// <summary>
/// What does it cost a record that it can be kept, when nobody keeps it (the must is 5 ns and 0 bytes more than without), and when somebody does?
/// </summary>
[MemoryDiagnoser]
public class LeaseBenchmarks
{
    const int Records = 10_000;

    RecordBatch batch = null!;
    IObserver<KafkaRecord> plain = null!;
    IObserver<KafkaRecord> acknowledging = null!;
    IObserver<KafkaRecord> keeping = null!;
    IObserver<KafkaRecord> asking = null!;

    [GlobalSetup]
    public void Write()
    {
        using var writer = new RecordBatchWriter(int.MaxValue, 2);
        foreach (var value in Texts.Of(Records, 100)) writer.TryAppend(1_700_000_000_000 + writer.Count, default, true, value, false);
        new RecordBatchReader(writer.Finish(null).ToArray()).TryRead(out var read);
        batch = read!;
        batch.Tag = new RecordOrigin(new("t", 0), AckMode.OnReturn);
        plain = new Counting();
        var left = new CancellationTokenSource().Token;
        acknowledging = new Acknowledging(new Counting(), left);
        keeping = new Acknowledging(new Deferring<KafkaRecord>(static record => record.Defer()), left);
        asking = new Acknowledging(new Deferring<KafkaRecord>(Lease.Of), left);
    }

    [Benchmark(OperationsPerInvoke = Records, Baseline = true)]
    public void WithoutAcknowledgement() => Deliver(plain);

    [Benchmark(OperationsPerInvoke = Records)]
    public void NobodyKeepsIt() => Deliver(acknowledging);

    [Benchmark(OperationsPerInvoke = Records)]
    public void KeptAndCompletedAtOnce() => Deliver(keeping);

    [Benchmark(OperationsPerInvoke = Records)]
    public void KeptByAnOperatorThatKnowsNoKafka() => Deliver(asking);

    void Deliver(IObserver<KafkaRecord> observer)
    {
        ((RecordOrigin)batch.Tag!).SkipTo(0);
        var records = batch.GetRecords();
        while (records.MoveNext()) observer.OnNext(new(batch, records.Current));
    }

    sealed class Counting : IObserver<KafkaRecord>
    {
        long sum;

        public void OnNext(KafkaRecord value) => sum += value.Offset;

        public void OnError(Exception error) => throw error;

        public void OnCompleted() => sum = 0;
    }

    sealed class Deferring<T>(Func<T, Lease> keep) : IObserver<T>
    {
        public void OnNext(T value) => keep(value).Complete();

        public void OnError(Exception error) => throw error;

        public void OnCompleted()
        {
        }
    }
}
