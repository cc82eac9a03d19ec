using System.Reactive.Linq;
using BenchmarkDotNet.Attributes;
using Samsa.Flow;
using Samsa.Rx;

namespace Samsa.Benchmarks;

/// <summary>What does an operator add for each record that passes it, on the thread of the source?</summary>
[MemoryDiagnoser]
public class OperatorBenchmarks
{
    const int Records = 10_000;

    readonly Pump source = new(Records);
    readonly Counting observer = new();

    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public long Nothing() => Run(source);

    [Benchmark(OperationsPerInvoke = Records)]
    public long Where() => Run(source.Where(static record => record.Offset >= 0));

    [Benchmark(OperationsPerInvoke = Records)]
    public long Select() => Run(source.Select(static record => record));

    [Benchmark(OperationsPerInvoke = Records)]
    public long MergeByAssignment() => Run(Assigned(partition => source));

    [Benchmark(OperationsPerInvoke = Records)]
    public long WhereSelectMergeByAssignment() =>
        Run(Assigned(partition => source.Where(static record => record.Offset >= 0)).Select(static record => record));

    [Benchmark(OperationsPerInvoke = Records)]
    public long DistinctByOffset() => Run(source.DistinctByOffset());

    static IObservable<KafkaRecord> Assigned(Func<int, IObservable<KafkaRecord>> partition) =>
        Observable.Never<IReadOnlyCollection<int>>().StartWith([0]).MergeByAssignment(partition);

    long Run(IObservable<KafkaRecord> records)
    {
        using var subscription = records.Subscribe(observer);
        var before = observer.Count;
        source.Give();
        return observer.Count > before ? observer.Count : throw new InvalidOperationException("Nothing came.");
    }

    /// <summary>Gives records as a reading does: one call after the other, on one thread, and nothing around it.</summary>
    sealed class Pump(int count) : IObservable<KafkaRecord>
    {
        readonly KafkaRecord[] records = ReadRecords.Of(count);

        IObserver<KafkaRecord>? listener;

        public IDisposable Subscribe(IObserver<KafkaRecord> observer)
        {
            listener = observer;
            return System.Reactive.Disposables.Disposable.Empty;
        }

        public void Give()
        {
            var observer = listener!;
            var feed = new Feed(records);
            if (observer is IFeedObserver<KafkaRecord> merge)
                merge.OnAll(ref feed);
            else
                foreach (ref readonly var record in records.AsSpan()) observer.OnNext(record);
        }
    }

    struct Feed(KafkaRecord[] records) : IFeed<KafkaRecord>
    {
        int given;

        public bool TryNext(out KafkaRecord value)
        {
            value = given < records.Length ? records[given] : default;
            return given++ < records.Length;
        }
    }

    sealed class Counting : IObserver<KafkaRecord>
    {
        public long Count { get; private set; }

        public void OnNext(KafkaRecord value) => Count += value.Offset;

        public void OnError(Exception error) => throw error;

        public void OnCompleted() { }
    }
}
