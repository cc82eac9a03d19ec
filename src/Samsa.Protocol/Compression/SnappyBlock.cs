using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Samsa.Protocol.Compression;

/// <summary>Inflates one block of Snappy: the inflated length, then literals and copies of what came before.</summary>
/// <remarks>Written here because the input is from the network: the claimed length is judged before it is allocated, and nothing is allocated but the output.</remarks>
static class SnappyBlock
{
    /// <summary>Three bytes copy 64 at most, so no block inflates to more than this many times its size.</summary>
    const int MaxRatio = 22;

    const int Wide = 16;

    /// <summary>The longest copy, which is a whole number of wide moves.</summary>
    const int MaxCopy = 64;

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
        var from = 0;
        var at = 0;
        while (from < source.Length)
        {
            int tag = source[from];
            if ((tag & 3) == 0) at = Literal(source, ref from, tag >> 2, target, at);
            else at = Copy(source, ref from, tag, target, at);
        }

        if (at != target.Length) throw Damaged($"inflates to {at} bytes and claims {target.Length}");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Literal(ReadOnlySpan<byte> source, ref int from, int code, Span<byte> target, int at)
    {
        // Most literals are short: one move of 16 bytes, of which the rest is overwritten by what follows.
        if (code < Wide && from + 1 + Wide <= source.Length && at + Wide <= target.Length)
        {
            Vector128.Create(source.Slice(from + 1, Wide)).CopyTo(target[at..]);
            from += code + 2;
            return at + code + 1;
        }

        (from, at) = LongLiteral(source, from, code, target, at);
        return at;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (int From, int At) LongLiteral(ReadOnlySpan<byte> source, int from, int code, Span<byte> target, int at)
    {
        long length = code + 1;
        from++;
        if (code >= 60)
        {
            // 60 … 63: the length less one follows in one to four bytes.
            var bytes = code - 59;
            if (bytes > source.Length - from) throw Damaged("is cut inside a literal");
            length = 0;
            for (var i = bytes - 1; i >= 0; i--) length = length << 8 | source[from + i];
            length++;
            from += bytes;
        }

        if (length > source.Length - from) throw Damaged($"has a literal of {length} bytes, with {source.Length - from} left");
        if (length > target.Length - at) throw Damaged("inflates to more than it claims");
        source.Slice(from, (int)length).CopyTo(target[at..]);
        return (from + (int)length, at + (int)length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Copy(ReadOnlySpan<byte> source, ref int from, int tag, Span<byte> target, int at)
    {
        var size = (tag & 3) switch { 1 => 2, 2 => 3, _ => 5 };
        if (size > source.Length - from) throw Damaged("is cut inside a copy");
        var length = (tag & 3) == 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
        var back = (tag & 3) switch
        {
            1 => (uint)(tag >> 5 << 8 | source[from + 1]),
            2 => BinaryPrimitives.ReadUInt16LittleEndian(source[(from + 1)..]),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(source[(from + 1)..]),
        };
        if (back == 0 || back > at) throw Damaged($"copies from {back} bytes back at {at}");
        if (length > target.Length - at) throw Damaged("inflates to more than it claims");
        from += size;
        Repeat(target, at, (int)back, length);
        return at + length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Repeat(Span<byte> target, int at, int back, int length)
    {
        if (back >= Wide && at + MaxCopy <= target.Length)
        {
            var end = at + length;
            for (; at < end; at += Wide) Vector128.Create((ReadOnlySpan<byte>)target.Slice(at - back, Wide)).CopyTo(target[at..]);
        }
        else
        {
            // The copy reads what it has just written: this is how runs are spelt.
            for (var i = at; i < at + length; i++) target[i] = target[i - back];
        }
    }

    static CompressionException Damaged(string how) => new($"a snappy block {how}");
}
