namespace Samsa.Rx;

/// <summary>What happens to a record that finds the buffer of the producer full.</summary>
public enum Overflow
{
    /// <summary>
    /// It waits: <c>PublishAsync</c> is awaited longer, <c>OnNext</c> and <c>Publish</c> block their caller (this is the back-pressure of Rx),
    /// at most for <see cref="SinkOptions.BlockTimeout"/>. A caller that the library itself is running (an observer of reports) would wait for itself: it fails at once.
    /// </summary>
    Block,

    /// <summary>It is refused: the call throws <see cref="BufferFullException"/>, in a sink the report says <see cref="Outcome.NotPersisted"/>.</summary>
    Fail,

    /// <summary>It is dropped and reported as <see cref="Outcome.NotPersisted"/>.</summary>
    DropNewest,

    /// <summary>The oldest records that were not sent yet (one batch of them) are dropped and reported as <see cref="Outcome.NotPersisted"/>; it takes their place. When nothing else can go, it is the one that goes.</summary>
    DropOldest,
}
