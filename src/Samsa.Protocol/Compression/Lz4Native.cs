using System.Runtime.InteropServices;

namespace Samsa.Protocol.Compression;

/// <summary>The block functions of liblz4.</summary>
sealed unsafe class Lz4Native
{
    static readonly Lazy<Lz4Native?> Found = new(Find);

    readonly delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int> compress;
    readonly delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int> decompress;
    readonly delegate* unmanaged[Cdecl]<byte*, byte*, int, int, byte*, int, int> decompressWithHistory;

    Lz4Native(nint library)
    {
        compress = (delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int>)NativeLibrary.GetExport(library, "LZ4_compress_default");
        decompress = (delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int>)NativeLibrary.GetExport(library, "LZ4_decompress_safe");
        decompressWithHistory = (delegate* unmanaged[Cdecl]<byte*, byte*, int, int, byte*, int, int>)
            NativeLibrary.GetExport(library, "LZ4_decompress_safe_usingDict");
    }

    /// <summary>The library.</summary>
    /// <exception cref="CompressionLibraryMissingException">It is not there.</exception>
    public static Lz4Native Instance =>
        Found.Value ?? throw new CompressionLibraryMissingException("lz4", "liblz4", "Debian: liblz4-1, Homebrew: lz4, Windows: liblz4.dll");

    /// <summary>The most that a block of <paramref name="size"/> bytes can grow to. lz4.h: LZ4_COMPRESSBOUND.</summary>
    public static int CompressBound(int size) => size + size / 255 + 16;

    /// <summary>Compresses a block and gives its size; 0 when it does not fit.</summary>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* from = source)
        fixed (byte* to = target)
            return compress(from, to, source.Length, target.Length);
    }

    /// <summary>Inflates a block and gives its size; negative when it is damaged or does not fit.</summary>
    /// <param name="source">The block.</param>
    /// <param name="target">Where to.</param>
    /// <param name="history">What was inflated before, up to 64 KiB, when blocks depend on each other.</param>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> target, ReadOnlySpan<byte> history)
    {
        fixed (byte* from = source)
        fixed (byte* to = target)
        fixed (byte* before = history)
        {
            return history.IsEmpty
                ? decompress(from, to, source.Length, target.Length)
                : decompressWithHistory(from, to, source.Length, target.Length, before, history.Length);
        }
    }

    static Lz4Native? Find() => NativeFunctions.Load("lz4") is var library and not 0 ? new Lz4Native(library) : null;
}
