namespace Samsa.Flow;

/// <summary>One of the streams that feed a <see cref="SerialOutput{T}"/>.</summary>
abstract class SerialInput<T>(SerialOutput<T> output) : IObserver<T>, ITurnHolder
{
    volatile bool closed;

    /// <summary>Whether it takes nothing more.</summary>
    public bool IsClosed => closed;

    /// <summary>Whether a value it gives while it is being subscribed to still counts.</summary>
    public virtual bool IsWanted => true;

    /// <inheritdoc/>
    public virtual void OnNext(T value) => output.Give(this, value);

    /// <inheritdoc/>
    public bool Hold() => output.Hold(this);

    /// <inheritdoc/>
    public void LetGo() => output.LetGo(this);

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

/// <summary>An observer that can have the turn for a while, so that a source with many values at hand need not take it for each.</summary>
interface ITurnHolder
{
    /// <summary>Takes the turn. Until <see cref="LetGo"/> only this thread may give values, and must not wait for anybody.</summary>
    /// <returns>False: nothing is wanted any more, and the turn was not taken.</returns>
    bool Hold();

    /// <summary>Gives the turn back, if it is still had.</summary>
    void LetGo();
}
