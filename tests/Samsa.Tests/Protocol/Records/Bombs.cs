using System.Buffers.Binary;
using System.IO.Compression;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

/// <summary>Few bytes that inflate to a gigabyte.</summary>
static class Bombs
{
    const int Gigabyte = 1 << 30;

    /// <summary>1:1000 is the most that deflate can.</summary>
    public static byte[] Gzip()
    {
        // One member of 16 MiB, 64 times: members may follow each other.
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.SmallestSize)) gzip.Write(new byte[16 << 20]);
        return Concat([.. Enumerable.Repeat(member.ToArray(), 64)]);
    }

    /// <summary>A literal and copies of 64 bytes, three bytes each.</summary>
    public static byte[] Snappy()
    {
        byte[] length = [0x80, 0x80, 0x80, 0x80, 0x04];
        var block = new byte[length.Length + 2 + 3 * ((Gigabyte - 1) / 64 + 1)];
        length.CopyTo(block, 0);
        block[6] = 7;
        var at = 7;
        for (var made = 1; made < Gigabyte; at += 3)
        {
            var copied = Math.Min(64, Gigabyte - made);
            (block[at], block[at + 1], block[at + 2]) = ((byte)(copied - 1 << 2 | 2), 1, 0);
            made += copied;
        }

        return block[..at];
    }

    /// <summary>256 blocks of 4 MiB, each a literal and one match.</summary>
    public static byte[] Lz4()
    {
        const int blockSize = 4 << 20;
        // 1 literal, a match of blockSize - 6 at distance 1, and the last 5 literals that the format asks for.
        var match = blockSize - 6 - 4 - 15;
        byte[] block = [0x1F, 7, 1, 0, .. Enumerable.Repeat((byte)255, match / 255), (byte)(match % 255), 0x50, 7, 7, 7, 7, 7];
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, block.Length);
        return Concat([[0x04, 0x22, 0x4D, 0x18, 0x60, 0x70, 0x73], .. Enumerable.Repeat(Concat(size, block), Gigabyte / blockSize), [0, 0, 0, 0]]);
    }

    /// <summary>8192 blocks that say: this byte 128 KiB times.</summary>
    public static byte[] Zstd()
    {
        const int blockSize = 128 << 10;
        // Window of 128 KiB, no content size; each block: run-length, its size in bits 3 … 23.
        byte[] Block(bool last) { var header = blockSize << 3 | 1 << 1 | (last ? 1 : 0); return [(byte)header, (byte)(header >> 8), (byte)(header >> 16), 7]; }
        return Concat([[0x28, 0xB5, 0x2F, 0xFD, 0x00, 7 << 3], .. Enumerable.Repeat(Block(false), Gigabyte / blockSize - 1), Block(true)]);
    }

    /// <summary>Inflating ends with the limit, and has not taken much more memory than it, whether the codec is asked or the records.</summary>
    public static void StopsAt(int limit, CompressionCodec codec, byte[] bomb)
    {
        // An array that is found in the pool is not counted; an empty pool is the worst case, and counts all of them.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var ended = Assert.Throws<CompressionException>(() => Inflated(codec, bomb, limit: limit))!;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(ended.Message, Does.Contain($"{limit}"));
        Assert.That(allocated, Is.LessThan(4L * limit + 16 * (1 << 20)), "bytes allocated");

        var damage = Seen.Damage(Batch(bomb, 1, attributes: (short)codec), new DecodeOptions { MaxInflatedBytes = limit });
        Assert.That(damage.Reason, Does.Contain($"{limit}"));
    }
}
