using System.Buffers;

namespace Samsa.Protocol.Compression;

/// <summary>Bytes that gather in a rented array, up to a limit.</summary>
/// <remarks>
/// A codec may ask for a piece that it fills only in part, so the array may be somewhat larger than the limit (<see cref="Slack"/>);
/// what is written into it never is.
/// </remarks>
/// <param name="pool">Where the array comes from and goes back to.</param>
/// <param name="limit">The most bytes that may be written.</param>
public sealed class PooledBuffer(ArrayPool<byte> pool, long limit = int.MaxValue) : IBufferWriter<byte>, IDisposable
{
    /// <summary>What may be asked for beyond the limit: the largest block of LZ4.</summary>
    internal const int Slack = 4 * 1024 * 1024;

    /// <summary>Larger arrays are not from the pool: it would keep one for each thread that ever met a batch that inflates to so much.</summary>
    const int MostPooled = 32 * 1024 * 1024;

    byte[] array = [];
    bool isRented;

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes that were written; good until the next one is, or the buffer is disposed of.</summary>
    public Span<byte> Written => array.AsSpan(0, Length);

    /// <summary>The array and what is written of it; good as long as <see cref="Written"/>.</summary>
    public Memory<byte> Memory => array.AsMemory(0, Length);

    /// <inheritdoc/>
    /// <exception cref="CompressionException">The bytes are more than the limit.</exception>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, array.Length - Length);
        if (count > limit - Length) throw TooLarge();
        Length += count;
    }

    /// <inheritdoc/>
    /// <exception cref="CompressionException">The limit is reached, or the piece goes far beyond it.</exception>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return array.AsMemory(Length);
    }

    /// <inheritdoc/>
    /// <exception cref="CompressionException">The limit is reached, or the piece goes far beyond it.</exception>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return array.AsSpan(Length);
    }

    /// <summary>Forgets what was written, and keeps the array.</summary>
    public void Clear() => Length = 0;

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray()
    {
        var copy = GC.AllocateUninitializedArray<byte>(Length);
        Written.CopyTo(copy);
        return copy;
    }

    /// <summary>Gives the array back. The buffer may be used again.</summary>
    public void Dispose()
    {
        Return();
        array = [];
        Length = 0;
    }

    void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var wanted = Math.Max(sizeHint, 1);
        if (wanted <= array.Length - Length) return;
        if (Length >= limit || wanted > limit - Length + Slack) throw TooLarge();
        var needed = (long)Length + wanted;
        if (needed > Array.MaxLength) throw TooLarge();
        Grow((int)Math.Min(Math.Max(needed, 2L * array.Length), Array.MaxLength));
    }

    void Grow(int size)
    {
        var rents = size <= MostPooled;
        var larger = rents ? pool.Rent(Math.Max(size, 256)) : GC.AllocateUninitializedArray<byte>(size);
        Written.CopyTo(larger);
        Return();
        (array, isRented) = (larger, rents);
    }

    void Return()
    {
        if (isRented) pool.Return(array);
        isRented = false;
    }

    CompressionException TooLarge() => new($"The data inflate to more than the {limit} bytes that are allowed");
}
