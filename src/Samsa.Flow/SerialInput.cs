namespace Samsa.Flow;

/// <summary>One of the streams that feed a <see cref="SerialOutput{T}"/>.</summary>
abstract class SerialInput<T>(SerialOutput<T> output) : IObserver<T>, IFeedObserver<T>
{
    volatile bool closed;

    /// <summary>Whether it takes nothing more.</summary>
    public bool IsClosed => closed;

    /// <summary>Whether a value it gives while it is being subscribed to still counts.</summary>
    public virtual bool IsWanted => true;

    /// <inheritdoc/>
    public virtual void OnNext(T value) => output.Give(this, value);

    /// <inheritdoc/>
    public void OnAll<TFeed>(ref TFeed feed)
        where TFeed : struct, IFeed<T> => output.GiveAll(this, ref feed);

    /// <inheritdoc/>
    public virtual void OnError(Exception error) => output.Do(this, () => Ended(error));

    /// <inheritdoc/>
    public virtual void OnCompleted() => output.Do(this, () => Ended(null));

    /// <summary>It has ended by itself. In the turn.</summary>
    protected abstract void Ended(Exception? error);

    /// <summary>Takes nothing more, and lets go of who waits to give something.</summary>
    protected void Close()
    {
        closed = true;
        output.Wake();
    }
}

/// <summary>Values that are all at hand.</summary>
interface IFeed<T>
{
    /// <summary>The next of them. Does not throw.</summary>
    /// <returns>False: there are no more.</returns>
    bool TryNext(out T value);
}

/// <summary>An observer that takes many values in one turn.</summary>
interface IFeedObserver<T> : IObserver<T>
{
    /// <summary>What <see cref="IObserver{T}.OnNext"/> would do with each, as long as they are wanted.</summary>
    void OnAll<TFeed>(ref TFeed feed)
        where TFeed : struct, IFeed<T>;
}
