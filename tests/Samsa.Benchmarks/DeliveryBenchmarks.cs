using System.Reactive.Disposables;
using System.Reactive.Linq;
using BenchmarkDotNet.Attributes;
using Samsa.Flow;
using Samsa.Protocol.Records;
using Samsa.Rx;

namespace Samsa.Benchmarks;

/// <summary>What does a record cost from its decoded batch to an observer that looks at its value, and what is in between: the walk, the merge, the acknowledging?</summary>
[MemoryDiagnoser]
public class DeliveryBenchmarks : IObservable<KafkaRecord>
{
    const int Records = 10_000;

    readonly PartitionReader reader = new(new("t", 0), Guid.Empty, 1);
    readonly Looking observer = new();
    RecordBatch[] batches = [];
    IDisposable? reading;
    IFeedObserver<KafkaRecord>? merge;

    [GlobalSetup]
    public void Read()
    {
        batches = ReadRecords.Batches(Records, reader.Origin);
        reading = Observable.Never<IReadOnlyCollection<int>>().StartWith([0]).MergeByAssignment(_ => this).Subscribe(new Acknowledging(observer, new CancellationTokenSource().Token));
    }

    [GlobalCleanup]
    public void Stop() => reading!.Dispose();

    [Benchmark(OperationsPerInvoke = Records)]
    public long Deliver()
    {
        foreach (var batch in batches)
        {
            var feed = new RecordFeed(new(reader, batch, 0, long.MaxValue, batch.NextOffset, 0, true));
            merge!.OnAll(ref feed);
        }

        return observer.Sum;
    }

    public IDisposable Subscribe(IObserver<KafkaRecord> observer)
    {
        merge = (IFeedObserver<KafkaRecord>)observer;
        return Disposable.Empty;
    }

    sealed class Looking : IObserver<KafkaRecord>
    {
        public long Sum { get; private set; }

        public void OnNext(KafkaRecord value)
        {
            var bytes = value.Value.Span;
            Sum += bytes.Length + bytes[0] + value.Offset;
        }

        public void OnError(Exception error) => throw error;

        public void OnCompleted() { }
    }
}
