using System.Buffers;
using System.Buffers.Binary;

namespace Samsa.Protocol.Compression;

/// <summary>LZ4 frames as Kafka writes them, around the blocks of liblz4.</summary>
/// <remarks>
/// The frame is ours because of KIP-57: before 0.10 Kafka computed the checksum of the frame's header over too many bytes, and in magic 0
/// everybody has to go on doing so.
/// </remarks>
public sealed class Lz4Codec : ICompressionCodec
{
    const int BlockSize = 64 * 1024;
    const uint StoredBit = 0x8000_0000;

    /// <inheritdoc/>
    public CompressionCodec Id => CompressionCodec.Lz4;

    /// <inheritdoc/>
    public string Name => "lz4";

    /// <inheritdoc/>
    public void Compress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
    {
        ArgumentNullException.ThrowIfNull(output);
        var lz4 = Lz4Native.Instance;
        output.Write<byte>(Lz4FrameHeader.Write(magic));
        for (; !data.IsEmpty; data = data[Math.Min(BlockSize, data.Length)..])
        {
            var block = data[..Math.Min(BlockSize, data.Length)];
            var target = output.GetSpan(4 + Lz4Native.CompressBound(block.Length));
            var size = lz4.Compress(block, target[4..]);
            var shrinks = size > 0 && size < block.Length;
            if (!shrinks) block.CopyTo(target[4..]);
            BinaryPrimitives.WriteUInt32LittleEndian(target, shrinks ? (uint)size : (uint)block.Length | StoredBit);
            output.Advance(4 + (shrinks ? size : block.Length));
        }

        output.Write<byte>([0, 0, 0, 0]);
    }

    /// <inheritdoc/>
    public void Decompress(ReadOnlySpan<byte> data, IBufferWriter<byte> output, byte magic)
    {
        ArgumentNullException.ThrowIfNull(output);
        var lz4 = Lz4Native.Instance;
        do new Lz4Frame(lz4, Lz4FrameHeader.Read(ref data, magic), output).Read(ref data);
        while (!data.IsEmpty);
    }
}
