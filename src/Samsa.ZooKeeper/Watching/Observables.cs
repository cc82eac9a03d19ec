namespace Samsa.ZooKeeper;

/// <summary>An observable that is its subscription.</summary>
sealed class Subscribable<T>(Func<IObserver<T>, IDisposable> subscribe) : IObservable<T>
{
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return subscribe(observer);
    }
}

/// <summary>Hands on the states themselves, and each of them once: how well they are known is of no interest.</summary>
sealed class StatesOnly<T>(IObserver<T?> observer) : IObserver<ZkView<T>>
    where T : class
{
    T? last;
    bool any;

    public void OnNext(ZkView<T> view)
    {
        if (any && ReferenceEquals(last, view.Value)) return;
        (any, last) = (true, view.Value);
        observer.OnNext(view.Value);
    }

    public void OnError(Exception error) => observer.OnError(error);

    public void OnCompleted() => observer.OnCompleted();
}

/// <summary>An observer that is a method.</summary>
sealed class Listener<T>(Action<T> next, Action<Exception?> ended) : IObserver<T>
{
    public void OnNext(T value) => next(value);

    public void OnError(Exception error) => ended(error);

    public void OnCompleted() => ended(null);
}
