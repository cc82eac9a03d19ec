using System.Buffers;
using System.Buffers.Binary;

namespace Samsa.Protocol.Compression;

/// <summary>Inflates one block of Snappy: the inflated length, then literals and copies of what came before.</summary>
/// <remarks>Written here because the input is from the network: the claimed length is judged before it is allocated, and nothing is allocated but the output.</remarks>
static class SnappyBlock
{
    /// <summary>Three bytes copy 64 at most, so no block inflates to more than this many times its size.</summary>
    const int MaxRatio = 22;

    /// <summary>Inflates all of <paramref name="block"/>.</summary>
    /// <exception cref="CompressionException">It is damaged.</exception>
    public static void Decompress(ReadOnlySpan<byte> block, IBufferWriter<byte> output)
    {
        var read = Varints.ReadUnsigned(block, out uint claimed);
        if (read <= 0) throw new CompressionException("a snappy block has no length");
        if (claimed > (long)block.Length * MaxRatio)
            throw new CompressionException($"a snappy block of {block.Length} bytes claims to hold {claimed}");
        var size = (int)claimed;
        if (size > 0) Inflate(block[read..], output.GetSpan(size)[..size]);
        else if (block.Length > read) throw new CompressionException("an empty snappy block has bytes");
        output.Advance(size);
    }

    static void Inflate(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var at = 0;
        while (!source.IsEmpty)
        {
            var tag = source[0];
            at = (tag & 3) == 0
                ? Literal(ref source, tag >> 2, target, at)
                : Copy(ref source, tag, target, at);
        }

        if (at != target.Length) throw Damaged($"inflates to {at} bytes and claims {target.Length}");
    }

    static int Literal(ref ReadOnlySpan<byte> source, int code, Span<byte> target, int at)
    {
        long length = code + 1;
        var front = 1;
        if (code >= 60)
        {
            // 60 … 63: the length less one follows in one to four bytes.
            front += code - 59;
            if (source.Length < front) throw Damaged("is cut inside a literal");
            length = 0;
            for (var i = front - 1; i > 0; i--) length = length << 8 | source[i];
            length++;
        }

        if (length > source.Length - front) throw Damaged($"has a literal of {length} bytes, with {source.Length - front} left");
        if (length > target.Length - at) throw Damaged("inflates to more than it claims");
        source.Slice(front, (int)length).CopyTo(target[at..]);
        source = source[(front + (int)length)..];
        return at + (int)length;
    }

    static int Copy(ref ReadOnlySpan<byte> source, byte tag, Span<byte> target, int at)
    {
        var (front, length) = (tag & 3) switch
        {
            1 => (2, 4 + ((tag >> 2) & 7)),
            2 => (3, 1 + (tag >> 2)),
            _ => (5, 1 + (tag >> 2)),
        };
        if (source.Length < front) throw Damaged("is cut inside a copy");
        var back = front switch
        {
            2 => (uint)(tag >> 5 << 8 | source[1]),
            3 => BinaryPrimitives.ReadUInt16LittleEndian(source[1..]),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(source[1..]),
        };
        if (back == 0 || back > at) throw Damaged($"copies from {back} bytes back at {at}");
        if (length > target.Length - at) throw Damaged("inflates to more than it claims");
        source = source[front..];

        var from = at - (int)back;
        if (back >= length)
        {
            target.Slice(from, length).CopyTo(target[at..]);
        }
        else
        {
            // The copy reads what it has just written: this is how runs are spelt.
            for (var i = 0; i < length; i++) target[at + i] = target[from + i];
        }

        return at + length;
    }

    static CompressionException Damaged(string how) => new($"a snappy block {how}");
}
