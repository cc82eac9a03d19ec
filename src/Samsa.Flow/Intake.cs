using System.Reactive.Disposables;

namespace Samsa.Flow;

/// <summary>What a source gives, until whoever has the turn of an output takes it.</summary>
sealed class Intake<T, TResult>(BoundedQueue<T> queue, SerialOutput<TResult> output) : IObserver<T>, IDisposable
{
    readonly SingleAssignmentDisposable source = new();
    volatile bool ended;

    /// <summary>Whether the source has completed. To be looked at before the elements: what came before the end is seen then.</summary>
    public bool HasEnded => ended;

    public void Start(IObservable<T> elements) => source.Disposable = elements.SubscribeSafe(this);

    public void OnNext(T value)
    {
        try
        {
            if (!queue.Add(value, mayWait: !output.IsMine)) return;
        }
        catch (Exception error)
        {
            OnError(error);
            return;
        }

        // Not inside: what an observer throws goes to who gave the element, as anywhere in Rx.
        output.Call();
    }

    public void OnError(Exception error) => output.Abort(error);

    public void OnCompleted()
    {
        ended = true;
        output.Call();
    }

    public bool TryTake(out Kept<T> kept) => queue.TryTake(out kept);

    /// <summary>What was taken is dealt with, and its place is free.</summary>
    public void Free() => queue.Free();

    /// <summary>Takes nothing more; what was not taken will not be dealt with.</summary>
    public void Dispose()
    {
        source.Dispose();
        queue.Close(output.Fault ?? Lease.NobodyListens());
    }
}
