using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Runtime.ExceptionServices;

namespace Samsa.Rx;

/// <summary>Streams that begin with a question.</summary>
static class Asked
{
    /// <summary>Asks once for each subscription, and goes on as the stream that the answer gives.</summary>
    public static IObservable<T> Then<TAnswer, T>(Func<CancellationToken, Task<TAnswer>> ask, Func<TAnswer, IObservable<T>> then) =>
        Observable.Create<T>(observer =>
        {
            var stop = new CancellationDisposable();
            var inner = new SingleAssignmentDisposable();
            _ = Task.Run(() => BeginAsync(ask, then, observer, inner, stop.Token));
            return StableCompositeDisposable.Create(stop, inner);
        });

    static async Task BeginAsync<TAnswer, T>(
        Func<CancellationToken, Task<TAnswer>> ask, Func<TAnswer, IObservable<T>> then, IObserver<T> observer, SingleAssignmentDisposable inner,
        CancellationToken stop)
    {
        IObservable<T> stream;
        try
        {
            stream = then(await ask(stop));
        }
        catch (Exception error)
        {
            stream = Observable.Throw<T>(error);
        }

        if (stop.IsCancellationRequested) return;
        try
        {
            inner.Disposable = stream.SubscribeSafe(observer);
        }
        catch (Exception thrown)
        {
            // What an observer throws is not kept secret, as nowhere in Rx.
            DefaultScheduler.Instance.Schedule(ExceptionDispatchInfo.Capture(thrown).Throw);
        }
    }
}
