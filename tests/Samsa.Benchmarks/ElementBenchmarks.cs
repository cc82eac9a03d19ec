using System.Reactive.Disposables;
using System.Reactive.Linq;
using BenchmarkDotNet.Attributes;

namespace Samsa.Benchmarks;

/// <summary>What does System.Reactive itself take for an element, by the size of the element?</summary>
[GenericTypeArguments(typeof(long))]
[GenericTypeArguments(typeof(object))]
[GenericTypeArguments(typeof((object, long)))]
[GenericTypeArguments(typeof((object, long, long)))]
[GenericTypeArguments(typeof((object, long, long, long, long)))]
public class ElementBenchmarks<T>
{
    const int Elements = 10_000;

    readonly Pump source = new();
    readonly Counting observer = new();

    [Benchmark(Baseline = true, OperationsPerInvoke = Elements)]
    public long Nothing() => Run(source);

    [Benchmark(OperationsPerInvoke = Elements)]
    public long Where() => Run(source.Where(static element => true));

    [Benchmark(OperationsPerInvoke = Elements)]
    public long Select() => Run(source.Select(static element => element));

    long Run(IObservable<T> elements)
    {
        using var subscription = elements.Subscribe(observer);
        source.Give();
        return observer.Count;
    }

    sealed class Pump : IObservable<T>
    {
        readonly T[] elements = new T[Elements];

        IObserver<T>? listener;

        public IDisposable Subscribe(IObserver<T> observer)
        {
            listener = observer;
            return Disposable.Empty;
        }

        public void Give()
        {
            var observer = listener!;
            foreach (ref readonly var element in elements.AsSpan()) observer.OnNext(element);
        }
    }

    sealed class Counting : IObserver<T>
    {
        public long Count { get; private set; }

        public void OnNext(T value) => Count++;

        public void OnError(Exception error) => throw error;

        public void OnCompleted() { }
    }
}
