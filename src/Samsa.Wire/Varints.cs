using System.Numerics;
using System.Runtime.CompilerServices;

namespace Samsa.Wire;

/// <summary>Numbers of variable length: groups of seven bits, lowest first, the high bit says that more follow (LEB128).</summary>
/// <remarks>
/// Signed numbers are folded first (zigzag: 0, -1, 1, -2 … become 0, 1, 2, 3 …), so that small negative ones stay short.
/// Every <c>Read…</c> gives the number of bytes that were read; 0 when the source ends inside the number, and
/// <see cref="Malformed"/> when the number has more groups or bits than its type can hold.
/// </remarks>
public static class Varints
{
    /// <summary>What a read gives for a number with more groups or bits than its type can hold.</summary>
    public const int Malformed = -1;

    /// <summary>The most bytes that a number of 32 bits takes.</summary>
    public const int MaxBytes32 = 5;

    /// <summary>The most bytes that a number of 64 bits takes.</summary>
    public const int MaxBytes64 = 10;

    /// <summary>How many bytes <paramref name="value"/> takes.</summary>
    public static int SizeOfUnsigned(uint value) => (38 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>How many bytes <paramref name="value"/> takes.</summary>
    public static int SizeOfUnsigned(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>How many bytes <paramref name="value"/> takes when it is folded.</summary>
    public static int SizeOfSigned(int value) => SizeOfUnsigned(Fold(value));

    /// <summary>How many bytes <paramref name="value"/> takes when it is folded.</summary>
    public static int SizeOfSigned(long value) => SizeOfUnsigned(Fold(value));

    /// <summary>Writes a folded number and gives its size in bytes.</summary>
    public static int WriteSigned(Span<byte> target, int value) => WriteUnsigned(target, Fold(value));

    /// <summary>Writes a folded number and gives its size in bytes.</summary>
    public static int WriteSigned(Span<byte> target, long value) => WriteUnsigned(target, Fold(value));

    /// <summary>Writes a number and gives its size in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WriteUnsigned(Span<byte> target, uint value)
    {
        if (value >= 0x80) return WriteLong(target, value);
        target[0] = (byte)value;
        return 1;
    }

    /// <summary>Writes a number and gives its size in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WriteUnsigned(Span<byte> target, ulong value)
    {
        if (value >= 0x80) return WriteLong(target, value);
        target[0] = (byte)value;
        return 1;
    }

    /// <summary>Reads a folded number of 32 bits.</summary>
    /// <returns>The bytes that were read; 0: cut; <see cref="Malformed"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadSigned(ReadOnlySpan<byte> source, out int value)
    {
        var read = ReadUnsigned(source, out uint folded);
        value = Unfold(folded);
        return read;
    }

    /// <summary>Reads a folded number of 64 bits.</summary>
    /// <returns>The bytes that were read; 0: cut; <see cref="Malformed"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadSigned(ReadOnlySpan<byte> source, out long value)
    {
        var read = ReadUnsigned(source, out ulong folded);
        value = Unfold(folded);
        return read;
    }

    /// <summary>Reads a number of 32 bits.</summary>
    /// <returns>The bytes that were read; 0: cut; <see cref="Malformed"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadUnsigned(ReadOnlySpan<byte> source, out uint value)
    {
        if (!source.IsEmpty && source[0] < 0x80)
        {
            value = source[0];
            return 1;
        }

        return ReadLong(source, out value);
    }

    /// <summary>Reads a number of 64 bits.</summary>
    /// <returns>The bytes that were read; 0: cut; <see cref="Malformed"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadUnsigned(ReadOnlySpan<byte> source, out ulong value)
    {
        if (!source.IsEmpty && source[0] < 0x80)
        {
            value = source[0];
            return 1;
        }

        return ReadLong(source, out value);
    }

    static uint Fold(int value) => (uint)((value << 1) ^ (value >> 31));

    static ulong Fold(long value) => (ulong)((value << 1) ^ (value >> 63));

    static int Unfold(uint folded) => (int)(folded >> 1) ^ -(int)(folded & 1);

    static long Unfold(ulong folded) => (long)(folded >> 1) ^ -(long)(folded & 1);

    static int WriteLong(Span<byte> target, ulong value)
    {
        var size = 0;
        while (value >= 0x80)
        {
            target[size++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[size++] = (byte)value;
        return size;
    }

    static int ReadLong(ReadOnlySpan<byte> source, out uint value)
    {
        value = 0;
        for (var i = 0; i < MaxBytes32; i++)
        {
            if (i >= source.Length) return 0;
            uint group = source[i];
            value |= (group & 0x7f) << (7 * i);
            // The fifth group has room for four bits.
            if (group < 0x80) return i < MaxBytes32 - 1 || group <= 0x0f ? i + 1 : Malformed;
        }

        return Malformed;
    }

    static int ReadLong(ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (var i = 0; i < MaxBytes64; i++)
        {
            if (i >= source.Length) return 0;
            ulong group = source[i];
            value |= (group & 0x7f) << (7 * i);
            // The tenth group has room for one bit.
            if (group < 0x80) return i < MaxBytes64 - 1 || group <= 0x01 ? i + 1 : Malformed;
        }

        return Malformed;
    }
}
