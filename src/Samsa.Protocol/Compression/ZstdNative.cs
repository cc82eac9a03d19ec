using System.Runtime.InteropServices;

namespace Samsa.Protocol.Compression;

/// <summary>The functions of libzstd that are used; all are of its stable interface (1.4 and later).</summary>
sealed unsafe class ZstdNative
{
    static readonly Lazy<ZstdNative?> Found = new(Find);

    public readonly delegate* unmanaged[Cdecl]<nint> CreateCompressor;
    public readonly delegate* unmanaged[Cdecl]<nint, nuint> FreeCompressor;
    public readonly delegate* unmanaged[Cdecl]<nint, int, int, nuint> SetCompressorParameter;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, nuint> Compress;
    public readonly delegate* unmanaged[Cdecl]<nuint, nuint> CompressBound;
    public readonly delegate* unmanaged[Cdecl]<nint> CreateDecompressor;
    public readonly delegate* unmanaged[Cdecl]<nint, nuint> FreeDecompressor;
    public readonly delegate* unmanaged[Cdecl]<nint, int, int, nuint> SetDecompressorParameter;
    public readonly delegate* unmanaged[Cdecl]<nint, int, nuint> ResetDecompressor;
    public readonly delegate* unmanaged[Cdecl]<nint, nuint> SizeOfDecompressor;
    public readonly delegate* unmanaged[Cdecl]<nint, Piece*, Piece*, nuint> Decompress;
    public readonly delegate* unmanaged[Cdecl]<nuint, uint> IsError;
    readonly delegate* unmanaged[Cdecl]<nuint, byte*> errorName;

    ZstdNative(nint library)
    {
        CreateCompressor = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "ZSTD_createCCtx");
        FreeCompressor = (delegate* unmanaged[Cdecl]<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeCCtx");
        SetCompressorParameter = (delegate* unmanaged[Cdecl]<nint, int, int, nuint>)NativeLibrary.GetExport(library, "ZSTD_CCtx_setParameter");
        Compress = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_compress2");
        CompressBound = (delegate* unmanaged[Cdecl]<nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_compressBound");
        CreateDecompressor = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "ZSTD_createDCtx");
        FreeDecompressor = (delegate* unmanaged[Cdecl]<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeDCtx");
        SetDecompressorParameter = (delegate* unmanaged[Cdecl]<nint, int, int, nuint>)NativeLibrary.GetExport(library, "ZSTD_DCtx_setParameter");
        ResetDecompressor = (delegate* unmanaged[Cdecl]<nint, int, nuint>)NativeLibrary.GetExport(library, "ZSTD_DCtx_reset");
        SizeOfDecompressor = (delegate* unmanaged[Cdecl]<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_sizeof_DCtx");
        Decompress = (delegate* unmanaged[Cdecl]<nint, Piece*, Piece*, nuint>)NativeLibrary.GetExport(library, "ZSTD_decompressStream");
        IsError = (delegate* unmanaged[Cdecl]<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");
        errorName = (delegate* unmanaged[Cdecl]<nuint, byte*>)NativeLibrary.GetExport(library, "ZSTD_getErrorName");
    }

    /// <summary>The library.</summary>
    /// <exception cref="CompressionLibraryMissingException">It is not there.</exception>
    public static ZstdNative Instance =>
        Found.Value ?? throw new CompressionLibraryMissingException("zstd", "libzstd", "Debian: libzstd1, Homebrew: zstd, Windows: libzstd.dll");

    /// <summary>Turns an answer that is an error into an exception.</summary>
    public nuint Checked(nuint answer) =>
        IsError(answer) == 0 ? answer : throw new CompressionException($"{Marshal.PtrToStringUTF8((nint)errorName(answer))}");

    static ZstdNative? Find() => NativeFunctions.Load("zstd") is var library and not 0 ? new ZstdNative(library) : null;

    /// <summary>Bytes, their number, and how many of them were read or written. zstd.h: ZSTD_inBuffer, ZSTD_outBuffer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Piece
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }
}
