using System.Buffers;
using System.Buffers.Binary;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Fuzz.Changes;

/// <summary>Changes of record batches, after which the checksums are made right again: else nothing behind them would ever be looked at.</summary>
static class Batches
{
    /// <summary>Where the fields of a batch of magic 2 lie behind its checksum, and how long they are.</summary>
    static readonly (int At, int Size)[] Header =
        [(0, 8), (8, 4), (12, 4), (16, 1), (21, 2), (23, 4), (27, 8), (35, 8), (43, 8), (51, 2), (53, 4), (57, 4)];

    /// <summary>The same of a message of magic 0 or 1: offset, size, magic, attributes, timestamp or length of the key.</summary>
    static readonly (int At, int Size)[] Message = [(0, 8), (8, 4), (16, 1), (17, 1), (18, 4), (18, 8), (22, 4), (26, 4)];

    public static byte[] Change(Random random, byte[] batches)
    {
        var changed = random.Next(4) switch
        {
            0 => Numbered(random, batches),
            1 => Inside(random, batches),
            _ => Bytes.Change(random, batches),
        };
        if (random.Next(8) != 0) Sign(changed);
        return changed;
    }

    /// <summary>Gives each entry that can be made out the checksum that its bytes ask for.</summary>
    public static void Sign(Span<byte> bytes)
    {
        while (bytes.Length >= 26)
        {
            var size = BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) + 12L;
            if (size < 26 || size > bytes.Length) return;
            var entry = bytes[..(int)size];
            if (entry[16] < 2) LegacyFormat.SealCrc(entry);
            else if (entry[16] == 2 && size >= RecordBatchHeader.Size) RecordBatchHeader.Seal(entry);
            bytes = bytes[(int)size..];
        }
    }

    static byte[] Numbered(Random random, byte[] batches)
    {
        var changed = (byte[])batches.Clone();
        var fields = changed.Length > 16 && changed[16] == 2 ? Header : Message;
        var (at, size) = fields[random.Next(fields.Length)];
        if (changed.Length >= at + size) Bytes.Overwrite(changed.AsSpan(at), Bytes.Extreme(random), size);
        return changed;
    }

    /// <summary>Changes what is compressed in the first batch, and compresses it again, with any codec.</summary>
    static byte[] Inside(Random random, byte[] batches)
    {
        if (batches.Length < 17 || BinaryPrimitives.ReadInt32BigEndian(batches.AsSpan(8)) + 12 != batches.Length) return Bytes.Change(random, batches);
        var magic = batches[16];
        var front = magic == 2 ? RecordBatchHeader.Size : LegacyFormat.WrapperFront(magic);
        if (batches.Length <= front) return Bytes.Change(random, batches);
        var id = (CompressionCodec)(batches[magic == 2 ? 22 : 17] & 7);
        var records = id == CompressionCodec.None && magic == 2 ? batches[front..] : Inflated(id, batches.AsSpan(front), magic);
        if (records is null) return Bytes.Change(random, batches);
        var inner = Bytes.Change(random, records);
        if (magic < 2) Sign(inner);
        // deflate is slow; the others find as much.
        var codec = random.Next(10) == 0 ? CompressionCodec.Gzip : random.Next(2) == 0 ? CompressionCodec.Snappy
            : magic == 2 && random.Next(2) == 0 ? CompressionCodec.Zstd : CompressionCodec.Lz4;
        return Wrapped(batches.AsSpan(0, front), magic, codec, Crafted.Compressed(codec, inner, magic));
    }

    static byte[] Wrapped(ReadOnlySpan<byte> front, byte magic, CompressionCodec codec, byte[] content)
    {
        byte[] batch = [.. front, .. content];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
        ref var attributes = ref batch[magic == 2 ? 22 : 17];
        attributes = (byte)((attributes & ~7) | (byte)codec);
        if (magic < 2) BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(front.Length - 4), content.Length);
        return batch;
    }

    static byte[]? Inflated(CompressionCodec id, ReadOnlySpan<byte> data, byte magic)
    {
        if (CompressionCodecs.Default.Find(id) is not { } codec) return null;
        using var output = new PooledBuffer(ArrayPool<byte>.Shared, 1 << 20);
        try
        {
            codec.Decompress(data, output, magic);
            return output.ToArray();
        }
        catch (CompressionException)
        {
            return null;
        }
    }
}
