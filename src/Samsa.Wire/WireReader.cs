using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Samsa.Wire;

/// <summary>Reads the fields of one message. Integers are big-endian; byte fields are slices, never copies.</summary>
/// <remarks>Every length is compared with the bytes that are left before anything is allocated. Each read takes the
/// name of its field, which costs nothing until something is wrong.</remarks>
/// <param name="message">The message; fields of bytes are slices of it and keep it alive.</param>
/// <param name="flexible">Whether lengths are compact and sections end with tags (KIP-482).</param>
/// <param name="limits">What may be claimed at most.</param>
public ref partial struct WireReader(ReadOnlyMemory<byte> message, bool flexible = false, WireLimits? limits = null)
{
    const int FirstItemsAtMost = 1024;

    readonly ReadOnlyMemory<byte> message = message;
    readonly ReadOnlySpan<byte> bytes = message.Span;
    readonly WireLimits limits = limits ?? WireLimits.Default;

    // Narrower than the message while a tagged field is read.
    int end = message.Length;
    int position;
    int items;

    /// <summary>Whether lengths are compact and sections end with tags.</summary>
    public bool Flexible { get; set; } = flexible;

    /// <summary>Whether the length of a string takes four bytes (jute, the language of ZooKeeper), and not two.</summary>
    public bool Jute { get; set; }

    /// <summary>How many bytes were read.</summary>
    public readonly int Position => position;

    /// <summary>How many bytes are left; inside a tagged field, how many are left of it.</summary>
    public readonly int Remaining => end - position;

    /// <summary>One byte, true unless zero.</summary>
    public bool ReadBoolean(string? field = null) => Take(1, field)[0] != 0;

    /// <summary>One byte.</summary>
    public sbyte ReadInt8(string? field = null) => (sbyte)Take(1, field)[0];

    /// <summary>Two bytes.</summary>
    public short ReadInt16(string? field = null) => BinaryPrimitives.ReadInt16BigEndian(Take(2, field));

    /// <summary>Two bytes without a sign.</summary>
    public ushort ReadUInt16(string? field = null) => BinaryPrimitives.ReadUInt16BigEndian(Take(2, field));

    /// <summary>Four bytes.</summary>
    public int ReadInt32(string? field = null) => BinaryPrimitives.ReadInt32BigEndian(Take(4, field));

    /// <summary>Four bytes without a sign.</summary>
    public uint ReadUInt32(string? field = null) => BinaryPrimitives.ReadUInt32BigEndian(Take(4, field));

    /// <summary>Eight bytes.</summary>
    public long ReadInt64(string? field = null) => BinaryPrimitives.ReadInt64BigEndian(Take(8, field));

    /// <summary>Eight bytes, IEEE 754.</summary>
    public double ReadFloat64(string? field = null) => BinaryPrimitives.ReadDoubleBigEndian(Take(8, field));

    /// <summary>Sixteen bytes in the order they are printed.</summary>
    public Guid ReadUuid(string? field = null) => new(Take(16, field), bigEndian: true);

    /// <summary>A zigzag number of up to five bytes.</summary>
    public int ReadVarInt(string? field = null)
    {
        var value = ReadUnsignedVarInt(field);
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    /// <summary>A zigzag number of up to ten bytes.</summary>
    public long ReadVarLong(string? field = null)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Take(1, field)[0];
            if (shift == 63 && next > 1) break;
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return (long)(value >> 1) ^ -(long)(value & 1);
        }

        throw Wrong("A variable-length number does not fit 64 bits", field);
    }

    /// <summary>A number without a sign of up to five bytes; needlessly long spellings are accepted.</summary>
    public uint ReadUnsignedVarInt(string? field = null)
    {
        uint value = Take(1, field)[0];
        return value < 0x80 ? value : ReadRestOfVarInt(value & 0x7f, field);
    }

    /// <summary>A string; bytes that are not UTF-8 become U+FFFD.</summary>
    public string ReadString(string? field = null) =>
        ReadNullableString(field) ?? throw Wrong("A string is null where it cannot be", field);

    /// <summary>A string or null.</summary>
    public string? ReadNullableString(string? field = null)
    {
        var length = Flexible ? ReadCompactLength(field) : Jute ? ReadInt32(field) : ReadInt16(field);
        if (length == 0) return "";
        if (length == -1) return null;
        CheckLength(length, "A string", field);
        return Encoding.UTF8.GetString(Take(length, field));
    }

    /// <summary>Bytes, as a slice of the message.</summary>
    public ReadOnlyMemory<byte> ReadBytes(string? field = null) =>
        ReadNullableBytes(field) ?? throw Wrong("A field of bytes is null where it cannot be", field);

    /// <summary>Bytes, as a slice of the message, or null.</summary>
    public ReadOnlyMemory<byte>? ReadNullableBytes(string? field = null)
    {
        var length = Flexible ? ReadCompactLength(field) : ReadInt32(field);
        if (length == -1) return null;
        CheckLength(length, "A field of bytes", field);
        position += length;
        return message.Slice(position - length, length);
    }

    /// <summary>Whether a nullable struct follows: 1 says so, −1 says it is null.</summary>
    public bool ReadPresence(string? field = null)
    {
        var marker = ReadInt8(field);
        return marker == 1 || (marker == -1 ? false : throw Wrong($"A nullable struct begins with {marker}", field));
    }

    /// <summary>The number of items that follow.</summary>
    /// <param name="minItemBytes">The bytes that the shortest item takes.</param>
    /// <param name="field">The field that is read.</param>
    public int ReadArrayLength(int minItemBytes, string? field = null)
    {
        var count = ReadNullableArrayLength(minItemBytes, field);
        return count >= 0 ? count : throw Wrong("An array is null where it cannot be", field);
    }

    /// <summary>The number of items that follow, −1 for null.</summary>
    /// <param name="minItemBytes">The bytes that the shortest item takes.</param>
    /// <param name="field">The field that is read.</param>
    public int ReadNullableArrayLength(int minItemBytes, string? field = null)
    {
        var count = Flexible ? ReadCompactLength(field) : ReadInt32(field);
        if (count <= 0) return count >= -1 ? count : throw Wrong($"An array claims {count} items", field);
        if ((long)count * minItemBytes > Remaining)
            throw Wrong($"An array claims {count} items of {minItemBytes} bytes or more, but {Remaining} bytes are left", field);
        if (count > limits.ArrayItems)
            throw Wrong($"An array claims {count} items, more than the limit of {limits.ArrayItems}", field);
        if (count > limits.TotalItems - items)
            throw Wrong($"The arrays of the message have more than {limits.TotalItems} items together", field);
        items += count;
        return count;
    }

    /// <summary>Refuses bytes that nobody asked for.</summary>
    public readonly void ExpectEnd()
    {
        if (Remaining != 0) throw Wrong($"{Remaining} bytes follow the end of the message");
    }

    /// <summary>Room for the first of <paramref name="count"/> items: for all, unless they are suspiciously many.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static T[] FirstItems<T>(int count) => new T[Math.Min(count, FirstItemsAtMost)];

    /// <summary>Room for more items, <paramref name="count"/> at most.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static void MoreItems<T>(ref T[] items, int count) =>
        Array.Resize(ref items, (int)Math.Min(count, 2L * items.Length));

    ReadOnlySpan<byte> Take(int count, string? field)
    {
        if (Remaining < count) ThrowShort(count, field);
        var taken = bytes.Slice(position, count);
        position += count;
        return taken;
    }

    int ReadCompactLength(string? field)
    {
        // Length + 1; 0 is null. Above 2^31 the sum turns negative, which no caller accepts.
        var coded = ReadUnsignedVarInt(field);
        return coded <= int.MaxValue ? (int)coded - 1 : throw Wrong($"A compact length is {coded}", field);
    }

    uint ReadRestOfVarInt(uint value, string? field)
    {
        for (var shift = 7; shift < 35; shift += 7)
        {
            var next = Take(1, field)[0];
            if (shift == 28 && next > 0x0f) break;
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }

        throw Wrong("A variable-length number does not fit 32 bits", field);
    }

    readonly void CheckLength(int length, string what, string? field)
    {
        if ((uint)length > (uint)Remaining)
            throw Wrong($"{what} claims {length} bytes, but {Remaining} are left", field);
    }

    [DoesNotReturn]
    readonly void ThrowShort(int count, string? field) =>
        throw Wrong($"{count} bytes are needed, but {Remaining} are left", field);

    readonly ProtocolException Wrong(string problem, string? field = null) =>
        new(problem, position, message.Length, field);
}
