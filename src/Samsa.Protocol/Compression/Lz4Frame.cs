using System.Buffers;
using System.Buffers.Binary;

namespace Samsa.Protocol.Compression;

/// <summary>Inflates the blocks of one LZ4 frame.</summary>
ref struct Lz4Frame(Lz4Native lz4, Lz4FrameHeader header, IBufferWriter<byte> output)
{
    const uint StoredBit = 0x8000_0000;

    /// <summary>How far back a dependent block may reach.</summary>
    const int HistorySize = 64 * 1024;

    ulong total;
    byte[]? history;
    int historyLength;
    XxHash32Stream? contentHash;

    /// <summary>Reads up to the end of the frame and goes behind it.</summary>
    public void Read(ref ReadOnlySpan<byte> data)
    {
        if (header.HasContentChecksum) contentHash = new XxHash32Stream();
        if (!header.BlocksAreIndependent) history = new byte[HistorySize];
        while (ReadUInt32(ref data) is var size and not 0) ReadBlock(ref data, size);
        if (header.HasContentChecksum && ReadUInt32(ref data) != contentHash!.Hash)
            throw new CompressionException("the checksum of the lz4 frame's content is wrong");
        if (header.ContentSize is { } claimed && claimed != total)
            throw new CompressionException($"the lz4 frame inflates to {total} bytes and claims {claimed}");
    }

    void ReadBlock(ref ReadOnlySpan<byte> data, uint size)
    {
        var length = size & ~StoredBit;
        if (length == 0 || length > header.MaxBlockSize || length > data.Length)
            throw new CompressionException($"an lz4 block has the length {length}, with {data.Length} bytes left");
        var block = data[..(int)length];
        data = data[block.Length..];
        if (header.BlocksHaveChecksums && ReadUInt32(ref data) != XxHash32.Hash(block))
            throw new CompressionException("the checksum of an lz4 block is wrong");

        // A block that is stored as it is takes its length, not the most that a block may have.
        var target = (size & StoredBit) != 0 ? Store(block) : Inflate(block);
        total += (ulong)target.Length;
        contentHash?.Add(target);
        if (history is not null) Remember(target);
        output.Advance(target.Length);
    }

    readonly Span<byte> Store(ReadOnlySpan<byte> block)
    {
        var target = output.GetSpan(block.Length)[..block.Length];
        block.CopyTo(target);
        return target;
    }

    readonly Span<byte> Inflate(ReadOnlySpan<byte> block)
    {
        if (Lz4Block.HasDistanceZero(block)) throw new CompressionException("an lz4 block is damaged: it copies from 0 bytes back");
        // One byte of a block stands for 255 at most.
        var most = (int)Math.Min(header.MaxBlockSize, 255L * block.Length);
        var target = output.GetSpan(most)[..most];
        var size = lz4.Decompress(block, target, history.AsSpan(0, historyLength));
        return size >= 0 ? target[..size] : throw new CompressionException("an lz4 block is damaged, or larger than the frame allows");
    }

    /// <summary>Keeps the last 64 KiB, which the next block may copy from.</summary>
    void Remember(ReadOnlySpan<byte> inflated)
    {
        var all = history!.AsSpan();
        if (inflated.Length >= HistorySize)
        {
            inflated[^HistorySize..].CopyTo(all);
            historyLength = HistorySize;
            return;
        }

        var kept = Math.Min(historyLength, HistorySize - inflated.Length);
        all.Slice(historyLength - kept, kept).CopyTo(all);
        inflated.CopyTo(all[kept..]);
        historyLength = kept + inflated.Length;
    }

    static uint ReadUInt32(ref ReadOnlySpan<byte> data)
    {
        if (data.Length < 4) throw new CompressionException("the lz4 frame is cut");
        var value = BinaryPrimitives.ReadUInt32LittleEndian(data);
        data = data[4..];
        return value;
    }
}
