using System.Reactive.Linq;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Samsa.Flow;

namespace Samsa.Benchmarks;

/// <summary>How long do 10,000 elements take with 0 to 5 ms of work each, in the order of their keys? The table of Confluent's Parallel Consumer.</summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
public class KeyedWorkBenchmarks
{
    const int Elements = 10_000;

    (int Key, int Milliseconds)[] elements = [];

    [Params(100, 1000)]
    public int Keys { get; set; }

    [Params(10, 100)]
    public int Concurrency { get; set; }

    [GlobalSetup]
    public void Draw()
    {
        var random = new Random(1);
        elements = [.. Enumerable.Range(0, Elements).Select(_ => (random.Next(Keys), random.Next(6)))];
    }

    [Benchmark]
    public async Task<int> SelectAsyncByKey() => await elements.ToObservable()
        .SelectAsyncByKey(element => element.Key, WorkAsync, Concurrency, capacity: 10 * Concurrency).Count();

    static async ValueTask<int> WorkAsync((int Key, int Milliseconds) element, CancellationToken stop)
    {
        await Task.Delay(element.Milliseconds, stop);
        return element.Key;
    }
}
