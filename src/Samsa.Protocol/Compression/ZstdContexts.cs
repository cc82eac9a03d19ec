using Microsoft.Win32.SafeHandles;

namespace Samsa.Protocol.Compression;

/// <summary>The memory zstd compresses with: some 100 KiB at level 3, so the last one is kept for the next batch.</summary>
sealed class ZstdCompressor : SafeHandleZeroOrMinusOneIsInvalid
{
    const int LevelParameter = 100;

    public unsafe ZstdCompressor(int level)
        : base(ownsHandle: true)
    {
        var zstd = ZstdNative.Instance;
        SetHandle(zstd.CreateCompressor());
        if (IsInvalid) throw new InsufficientMemoryException("zstd could not get memory to compress with.");
        zstd.Checked(zstd.SetCompressorParameter(handle, LevelParameter, level));
    }

    public nint Pointer => handle;

    protected override unsafe bool ReleaseHandle() => ZstdNative.Instance.FreeCompressor(handle) == 0;
}

/// <summary>The memory zstd inflates with; it grows by the window of the frame.</summary>
sealed class ZstdDecompressor : SafeHandleZeroOrMinusOneIsInvalid
{
    const int WindowLogMaxParameter = 100;
    const int ResetSession = 1;

    public unsafe ZstdDecompressor(int maxWindowLog)
        : base(ownsHandle: true)
    {
        var zstd = ZstdNative.Instance;
        SetHandle(zstd.CreateDecompressor());
        if (IsInvalid) throw new InsufficientMemoryException("zstd could not get memory to inflate with.");
        zstd.Checked(zstd.SetDecompressorParameter(handle, WindowLogMaxParameter, maxWindowLog));
    }

    public nint Pointer => handle;

    public unsafe long Size => (long)ZstdNative.Instance.SizeOfDecompressor(handle);

    /// <summary>Forgets a frame that was left in the middle.</summary>
    public unsafe void Reset() => ZstdNative.Instance.ResetDecompressor(handle, ResetSession);

    protected override unsafe bool ReleaseHandle() => ZstdNative.Instance.FreeDecompressor(handle) == 0;
}
