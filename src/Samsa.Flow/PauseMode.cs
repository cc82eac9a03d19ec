namespace Samsa.Flow;

/// <summary>What <c>PauseWhen</c> does with elements that come while it is paused.</summary>
public sealed record PauseMode
{
    PauseMode(Kind does, int capacity, BufferOverflow overflow) => (Does, Capacity, Overflow) = (does, capacity, overflow);

    internal enum Kind { Drop, Hold, Upstream }

    /// <summary>They are dropped.</summary>
    public static PauseMode Drop { get; } = new(Kind.Drop, 0, BufferOverflow.DropNewest);

    /// <summary>The source is held up: it is told, if it is <see cref="IPausable"/>, and whatever it gives all the same waits in
    /// <c>OnNext</c>.</summary>
    public static PauseMode Upstream { get; } = new(Kind.Upstream, 0, BufferOverflow.Wait);

    internal Kind Does { get; }

    internal int Capacity { get; }

    internal BufferOverflow Overflow { get; }

    /// <summary>They are kept, and told when it goes on.</summary>
    /// <param name="capacity">How many.</param>
    /// <param name="overflow">What happens to one more.</param>
    /// <returns>The mode.</returns>
    public static PauseMode Hold(int capacity, BufferOverflow overflow = BufferOverflow.Wait)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        return new(Kind.Hold, capacity, overflow);
    }
}

/// <summary>A source that can be told to give nothing for a while.</summary>
public interface IPausable
{
    /// <summary>Gives nothing until the result is disposed of. Pauses of several callers add up.</summary>
    /// <returns>Ends this pause.</returns>
    IDisposable Pause();
}
