using System.Buffers;
using System.Buffers.Binary;

namespace Samsa.Protocol.Compression;

/// <summary>Snappy: writes the stream of snappy-java, reads that and one bare block.</summary>
public sealed class SnappyCodec : ICompressionCodec
{
    /// <summary>What one block of a stream holds, as Java writes it.</summary>
    const int BlockSize = 32 * 1024;

    /// <summary>The signature, the version and the lowest version that can read it.</summary>
    static ReadOnlySpan<byte> Header => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];

    const int SignatureSize = 8;

    /// <inheritdoc/>
    public CompressionCodec Id => CompressionCodec.Snappy;

    /// <inheritdoc/>
    public string Name => "snappy";

    /// <inheritdoc/>
    public void Compress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Header);
        for (; !data.IsEmpty; data = data[Math.Min(BlockSize, data.Length)..])
        {
            var block = IronSnappy.Snappy.Encode(data[..Math.Min(BlockSize, data.Length)]);
            BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(4), block.Length);
            output.Advance(4);
            output.Write(block);
        }
    }

    /// <inheritdoc/>
    public void Decompress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!data.StartsWith(Header[..SignatureSize]))
        {
            SnappyBlock.Decompress(data, output);
            return;
        }

        while (!data.IsEmpty)
        {
            // Streams may be put behind each other, so a header can come wherever a block could.
            if (data.StartsWith(Header[..SignatureSize]))
            {
                if (data.Length < Header.Length) throw new CompressionException("the snappy stream is cut inside a header");
                data = data[Header.Length..];
                continue;
            }

            if (data.Length < 4) throw new CompressionException("the snappy stream is cut inside the length of a block");
            var length = BinaryPrimitives.ReadInt32BigEndian(data);
            data = data[4..];
            if (length <= 0 || length > data.Length)
                throw new CompressionException($"a snappy block has the length {length}, with {data.Length} bytes left");
            SnappyBlock.Decompress(data[..length], output);
            data = data[length..];
        }
    }
}
