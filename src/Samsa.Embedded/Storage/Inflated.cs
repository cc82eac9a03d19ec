using System.Buffers;
using Samsa.Protocol.Compression;

namespace Samsa.Embedded.Storage;

/// <summary>What compressed records inflate to, in a rented array and never more than a broker wants to look at.</summary>
sealed class Inflated : IBufferWriter<byte>, IDisposable
{
    /// <summary>The most bytes one batch may inflate to.</summary>
    public const int Limit = 128 * 1024 * 1024;

    /// <summary>The pool would keep larger ones for each thread that ever met a bomb.</summary>
    const int MostPooled = 32 * 1024 * 1024;

    byte[] bytes = ArrayPool<byte>.Shared.Rent(64 * 1024);
    bool isRented = true;
    int length;

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    /// <summary>Inflates the records of an entry.</summary>
    /// <param name="codec">The number of the codec.</param>
    /// <param name="data">The compressed bytes.</param>
    /// <param name="magic">The format of the entry.</param>
    /// <exception cref="CompressionException">The bytes are damaged or inflate to too much, or nobody knows the codec.</exception>
    /// <exception cref="CompressionLibraryMissingException">The library of the codec is not on this machine.</exception>
    public static Inflated From(int codec, ReadOnlySpan<byte> data, byte magic)
    {
        var known = CompressionCodecs.Default.Find((CompressionCodec)codec)
            ?? throw new CompressionException($"Nobody knows codec {codec}.");
        var inflated = new Inflated();
        try
        {
            known.Decompress(data, inflated, magic);
            return inflated;
        }
        catch
        {
            inflated.Dispose();
            throw;
        }
    }

    public void Advance(int count) => length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return bytes.AsMemory(length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        Return();
        bytes = [];
        length = 0;
    }

    void Reserve(int size)
    {
        if (size <= bytes.Length - length) return;
        if (size > Limit - length) throw new CompressionException($"The records inflate to more than {Limit} bytes.");
        var wanted = (int)Math.Min(Math.Max(length + (long)size, bytes.Length * 2L), Limit);
        var rents = wanted <= MostPooled;
        var larger = rents ? ArrayPool<byte>.Shared.Rent(wanted) : GC.AllocateUninitializedArray<byte>(wanted);
        Written.CopyTo(larger);
        Return();
        (bytes, isRented) = (larger, rents);
    }

    void Return()
    {
        if (isRented) ArrayPool<byte>.Shared.Return(bytes);
        isRented = false;
    }
}
