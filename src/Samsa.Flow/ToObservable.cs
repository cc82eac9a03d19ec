using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.ExceptionServices;

namespace Samsa.Flow;

public static partial class FlowObservable
{
    /// <inheritdoc cref="ToObservable{T}(IAsyncEnumerable{T}, IScheduler)"/>
    public static IObservable<T> ToObservable<T>(this IAsyncEnumerable<T> source) => source.ToObservable(DefaultScheduler.Instance);

    /// <summary>Asks for one element after the other and gives them to the observer: the next is asked for when the observer has
    /// returned.</summary>
    /// <remarks>
    /// <para>Disposal cancels the token of the enumeration. The end is told when the enumeration has been disposed of.</para>
    /// <para>Temperature: cold; each subscription enumerates anew.</para>
    /// <para>Scheduler: the enumeration begins on it, and goes on where it continues. What the observer throws ends the enumeration and
    /// goes to the scheduler.</para>
    /// <para>Buffer: none.</para>
    /// <para>Acknowledgement: kept. The next element is asked for when the observer has returned.</para>
    /// <para>Marble: <c>marbles/to-observable.marble</c></para>
    /// </remarks>
    /// <typeparam name="T">What is enumerated.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="scheduler">Where the enumeration begins.</param>
    /// <returns>The elements.</returns>
    public static IObservable<T> ToObservable<T>(this IAsyncEnumerable<T> source, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scheduler);
        return new Enumerated<T>(source, scheduler);
    }

    sealed class Enumerated<T>(IAsyncEnumerable<T> source, IScheduler scheduler) : ObservableBase<T>
    {
        protected override IDisposable SubscribeCore(IObserver<T> observer)
        {
            var stop = new CancellationDisposable();
            var start = scheduler.Schedule((Self: this, observer, stop.Token), static (begun, state) =>
            {
                _ = state.Self.Enumerate(state.observer, state.Token);
                return Disposable.Empty;
            });
            return StableCompositeDisposable.Create(start, stop);
        }

        // Never faults: what the source throws is told, and what the observer throws goes to the scheduler.
        async Task Enumerate(IObserver<T> observer, CancellationToken stop)
        {
            ExceptionDispatchInfo? thrown = null;
            try
            {
                await foreach (var value in source.WithCancellation(stop).ConfigureAwait(false))
                {
                    if (stop.IsCancellationRequested) return;
                    try
                    {
                        observer.OnNext(value);
                    }
                    catch (Exception error)
                    {
                        thrown = ExceptionDispatchInfo.Capture(error);
                        break;
                    }
                }
            }
            catch (Exception error)
            {
                if (thrown is null && !stop.IsCancellationRequested) thrown = Told(() => observer.OnError(error));
                return;
            }
            finally
            {
                if (thrown is not null) scheduler.Schedule(thrown.Throw);
            }

            if (thrown is null && !stop.IsCancellationRequested && Told(observer.OnCompleted) is { } failed) scheduler.Schedule(failed.Throw);
        }

        static ExceptionDispatchInfo? Told(Action tell)
        {
            try
            {
                tell();
                return null;
            }
            catch (Exception error)
            {
                return ExceptionDispatchInfo.Capture(error);
            }
        }
    }
}
