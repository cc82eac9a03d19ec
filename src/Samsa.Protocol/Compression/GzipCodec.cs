using System.Buffers;
using System.IO.Compression;

namespace Samsa.Protocol.Compression;

/// <summary>gzip (RFC 1952), of one member or several.</summary>
/// <param name="level">How hard to try.</param>
public sealed class GzipCodec(CompressionLevel level = CompressionLevel.Fastest) : ICompressionCodec
{
    /// <summary>A header and a trailer, and nothing between.</summary>
    const int MinSize = 18;

    const int Piece = 64 * 1024;

    /// <summary>
    /// GZipStream takes the end of its input for the end of the data, and what it does not know behind a member for nothing. So a
    /// member of our own goes behind the input: only if all of the input was whole and understood does it come out at the end.
    /// </summary>
    static readonly byte[] Sentinel = MakeSentinel();

    static ReadOnlySpan<byte> EmptyMember => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    static ReadOnlySpan<byte> SentinelText => "end of the input"u8;

    /// <inheritdoc/>
    public CompressionCodec Id => CompressionCodec.Gzip;

    /// <inheritdoc/>
    public string Name => "gzip";

    /// <inheritdoc/>
    public void Compress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
    {
        ArgumentNullException.ThrowIfNull(output);
        // GZipStream writes nothing at all when it is given nothing.
        if (data.IsEmpty)
        {
            output.Write(EmptyMember);
            return;
        }

        using var gzip = new GZipStream(new BufferWriterStream(output), level);
        gzip.Write(data);
    }

    /// <inheritdoc/>
    public unsafe void Decompress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (data.Length < MinSize) throw new CompressionException($"{data.Length} bytes are less than the smallest gzip member");
        fixed (byte* start = data)
        {
            using var input = new PointerStream(start, data.Length, Sentinel);
            using var gzip = new GZipStream(input, CompressionMode.Decompress);
            try
            {
                Inflate(gzip, output);
            }
            catch (InvalidDataException damage)
            {
                throw new CompressionException("the gzip data are damaged", damage);
            }
        }
    }

    /// <summary>Copies everything but the sentinel, which is held back until it is clear that nothing follows it.</summary>
    static void Inflate(GZipStream gzip, IBufferWriter<byte> output)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            var held = 0;
            while (gzip.Read(rented.AsSpan(held)) is var read and > 0)
            {
                held += read;
                var sure = held - SentinelText.Length;
                if (sure <= 0) continue;
                output.Write(rented.AsSpan(0, sure));
                rented.AsSpan(sure, SentinelText.Length).CopyTo(rented);
                held = SentinelText.Length;
            }

            if (!rented.AsSpan(0, held).SequenceEqual(SentinelText)) throw new CompressionException("the gzip data are cut, or something else follows them");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    static byte[] MakeSentinel()
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.SmallestSize)) gzip.Write(SentinelText);
        return member.ToArray();
    }
}
