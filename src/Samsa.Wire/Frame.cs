using System.Buffers;

namespace Samsa.Wire;

/// <summary>A frame whose memory is used again once nobody can look at it any more; made by a <see cref="FramePool"/>.</summary>
/// <remarks>
/// <para>Everything that leads to the bytes leads through this object: memory that was sliced from the frame, and what was made of it. So
/// when the collector finds that the object is gone, nobody has the bytes. Spans are the one exception, since they lead to the bytes alone.</para>
/// <para>A span cannot outlive the call it was made in. As long as one thread lends the frame to the calls that it makes
/// (<see cref="Lend"/> to <see cref="TakeBack"/>), spans made on that thread are gone when it takes the frame back. Whoever makes a span elsewhere or
/// later may have it for longer than the frame: the memory of such a frame is left to the collector and never used again.</para>
/// </remarks>
public sealed class Frame : MemoryManager<byte>
{
    /// <summary>Until it is lent the first time, only those look at it who read the message, and they hold it.</summary>
    const int Owner = -1;
    const int Nobody = 0;

    readonly byte[] bytes;
    readonly int length;
    readonly FramePool.Loan loan;
    int looker = Owner;

    internal Frame(byte[] bytes, int length, FramePool.Loan loan) => (this.bytes, this.length, this.loan) = (bytes, length, loan);

    /// <summary>The array that the frame lies in, from 0 on, for those who hold the frame for as long as they look at it.</summary>
    public byte[] Array => bytes;

    /// <inheritdoc/>
    public override Memory<byte> Memory => CreateMemory(length);

    /// <summary>Whether somebody may have a span of it that nobody knows the end of.</summary>
    internal bool IsSeen => loan.IsSeen;

    /// <summary>From now on, and until <see cref="TakeBack"/>, calls of this thread look at it.</summary>
    public void Lend() => looker = Environment.CurrentManagedThreadId;

    /// <summary>No call looks at it any more. What was kept of it still can be looked at, which the memory then remembers.</summary>
    public void TakeBack() => looker = Nobody;

    /// <summary>A part of the frame.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="length">How many bytes it has.</param>
    /// <returns>Memory that keeps the frame.</returns>
    public ReadOnlyMemory<byte> Slice(int start, int length) => CreateMemory(start, length);

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        Look();
        return new(bytes, 0, length);
    }

    /// <summary>Says that the bytes are about to be looked at, by a span that leads past this object.</summary>
    public void Look()
    {
        if (looker != Owner && looker != Environment.CurrentManagedThreadId) loan.IsSeen = true;
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        // A pointer can go anywhere.
        loan.IsSeen = true;
        return bytes.AsMemory(elementIndex, length - elementIndex).Pin();
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        // The handle of the array does it.
    }

    /// <inheritdoc/>
    protected override bool TryGetArray(out ArraySegment<byte> segment)
    {
        loan.IsSeen = true;
        segment = new(bytes, 0, length);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // It ends when nobody holds it, and not before.
    }
}
