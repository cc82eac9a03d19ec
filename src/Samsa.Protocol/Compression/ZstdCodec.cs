using System.Buffers;

namespace Samsa.Protocol.Compression;

/// <summary>Zstandard frames (RFC 8878), one or several, by libzstd.</summary>
/// <param name="level">How hard to try: 1 … 22, or less for speed. Java: compression.zstd.level.</param>
public sealed class ZstdCodec(int level = 3) : ICompressionCodec
{
    /// <summary>The largest window that is believed: 128 MiB, the most that zstd itself takes unasked.</summary>
    const int MaxWindowLog = 27;

    /// <summary>Contexts that have grown over this are not kept.</summary>
    const long KeptContext = 16 * 1024 * 1024;

    const int Piece = 128 * 1024;

    ZstdCompressor? spareCompressor;
    ZstdDecompressor? spareDecompressor;

    /// <inheritdoc/>
    public CompressionCodec Id => CompressionCodec.Zstd;

    /// <inheritdoc/>
    public string Name => "zstd";

    /// <inheritdoc/>
    public unsafe void Compress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
    {
        ArgumentNullException.ThrowIfNull(output);
        var zstd = ZstdNative.Instance;
        var context = Interlocked.Exchange(ref spareCompressor, null) ?? new ZstdCompressor(level);
        var target = output.GetSpan(checked((int)zstd.CompressBound((nuint)data.Length)));
        fixed (byte* from = data)
        fixed (byte* to = target)
        {
            var size = zstd.Checked(zstd.Compress(context.Pointer, to, (nuint)target.Length, from, (nuint)data.Length));
            output.Advance((int)size);
        }

        Interlocked.Exchange(ref spareCompressor, context)?.Dispose();
    }

    /// <inheritdoc/>
    public void Decompress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
    {
        ArgumentNullException.ThrowIfNull(output);
        var context = Interlocked.Exchange(ref spareDecompressor, null) ?? new ZstdDecompressor(MaxWindowLog);
        try
        {
            Inflate(context, data, output);
        }
        finally
        {
            if (context.Size > KeptContext)
            {
                context.Dispose();
            }
            else
            {
                context.Reset();
                Interlocked.Exchange(ref spareDecompressor, context)?.Dispose();
            }
        }
    }

    static unsafe void Inflate(ZstdDecompressor context, ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        var zstd = ZstdNative.Instance;
        fixed (byte* from = data)
        {
            var input = new ZstdNative.Piece { Start = from, Size = (nuint)data.Length };
            nuint wanted = 1;
            // 0: a frame has ended, and another may follow. Otherwise go on while bytes are left, or come out.
            while (input.Position < input.Size || wanted != 0)
            {
                var target = output.GetSpan(Piece);
                var consumed = input.Position;
                nuint produced;
                fixed (byte* to = target)
                {
                    var piece = new ZstdNative.Piece { Start = to, Size = (nuint)target.Length };
                    wanted = zstd.Checked(zstd.Decompress(context.Pointer, &piece, &input));
                    produced = piece.Position;
                }

                output.Advance((int)produced);
                if (produced == 0 && consumed == input.Position && wanted != 0)
                    throw new CompressionException("the zstd frame is cut");
            }
        }
    }
}
