using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Samsa.Wire;

/// <summary>Writes fields into a growing buffer. Integers are big-endian; long byte fields are spliced in.</summary>
/// <remarks>A spliced field belongs to whoever gave it until the message was sent: it must not change before.
/// One writer serves one message after another: <see cref="Reset"/> keeps the buffer.</remarks>
public sealed partial class WireWriter
{
    /// <summary>Byte fields of at least this many bytes are spliced in by reference.</summary>
    public const int SpliceBytes = 1024;

    const int FirstCapacity = 256;
    const int KeptCapacity = 1 << 20;

    byte[] buffer = new byte[FirstCapacity];
    int written;

    /// <summary>Whether lengths are compact and sections end with tags (KIP-482).</summary>
    public bool Flexible { get; set; }

    /// <summary>Whether the length of a string takes four bytes (jute, the language of ZooKeeper), and not two.</summary>
    public bool Jute { get; set; }

    /// <summary>How many bytes were written, spliced ones included.</summary>
    public int Length => checked(written + spliced);

    /// <summary>Forgets what was written and lets go of the spliced fields.</summary>
    public void Reset()
    {
        written = spliced = 0;
        splices.Clear();
        Flexible = Jute = false;
        if (buffer.Length > KeptCapacity) buffer = new byte[FirstCapacity];
    }

    /// <summary>One byte, 1 or 0.</summary>
    public void WriteBoolean(bool value) => Claim(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>One byte.</summary>
    public void WriteInt8(sbyte value) => Claim(1)[0] = (byte)value;

    /// <summary>Two bytes.</summary>
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Claim(2), value);

    /// <summary>Two bytes without a sign.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Claim(2), value);

    /// <summary>Four bytes.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Claim(4), value);

    /// <summary>Four bytes without a sign.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Claim(4), value);

    /// <summary>Eight bytes.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Claim(8), value);

    /// <summary>Eight bytes, IEEE 754.</summary>
    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Claim(8), value);

    /// <summary>Sixteen bytes in the order they are printed.</summary>
    public void WriteUuid(Guid value) => value.TryWriteBytes(Claim(16), bigEndian: true, out _);

    /// <summary>A zigzag number of up to five bytes.</summary>
    public void WriteVarInt(int value) => WriteUnsignedVarInt((uint)((value << 1) ^ (value >> 31)));

    /// <summary>A zigzag number of up to ten bytes.</summary>
    public void WriteVarLong(long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        for (; rest >= 0x80; rest >>= 7) Claim(1)[0] = (byte)(rest | 0x80);
        Claim(1)[0] = (byte)rest;
    }

    /// <summary>A number without a sign of up to five bytes.</summary>
    public void WriteUnsignedVarInt(uint value)
    {
        for (; value >= 0x80; value >>= 7) Claim(1)[0] = (byte)(value | 0x80);
        Claim(1)[0] = (byte)value;
    }

    /// <summary>A string, in UTF-8.</summary>
    /// <exception cref="UnwritableMessageException">It is null, or has over 32,767 bytes in a classic version.</exception>
    public void WriteString(string value, string? field = null) =>
        WriteNullableString(UnwritableMessageException.NotNull(value, field), field);

    /// <summary>A string or null.</summary>
    /// <exception cref="UnwritableMessageException">It has over 32,767 bytes in a classic version.</exception>
    public void WriteNullableString(string? value, string? field = null)
    {
        var length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        if (Flexible) WriteUnsignedVarInt((uint)(length + 1));
        else if (Jute) WriteInt32(length);
        else if (length <= short.MaxValue) WriteInt16((short)length);
        else throw new UnwritableMessageException($"A string of {length} bytes is longer than {short.MaxValue}", field);
        if (length > 0) Encoding.UTF8.GetBytes(value, Claim(length));
    }

    /// <summary>Bytes with their length in front.</summary>
    public void WriteBytes(ReadOnlyMemory<byte> value)
    {
        WriteLength(value.Length);
        WriteRaw(value);
    }

    /// <summary>Bytes with their length in front, or null.</summary>
    public void WriteNullableBytes(ReadOnlyMemory<byte>? value)
    {
        if (value is { } present) WriteBytes(present);
        else WriteLength(-1);
    }

    /// <summary>Bytes without their length.</summary>
    public void WriteRaw(ReadOnlyMemory<byte> value)
    {
        if (value.Length >= SpliceBytes && MemoryMarshal.TryGetArray(value, out var segment)) Splice(segment);
        else value.Span.CopyTo(Claim(value.Length));
    }

    /// <summary>Whether a nullable struct follows: 1, or −1 for null.</summary>
    public void WritePresence(bool present) => WriteInt8(present ? (sbyte)1 : (sbyte)-1);

    /// <summary>The number of items that follow, −1 for null.</summary>
    public void WriteArrayLength(int count) => WriteLength(count);

    void WriteLength(int length)
    {
        if (Flexible) WriteUnsignedVarInt((uint)(length + 1));
        else WriteInt32(length);
    }

    Span<byte> Claim(int count)
    {
        if (buffer.Length - written < count) Grow(count);
        var claimed = buffer.AsSpan(written, count);
        written += count;
        return claimed;
    }

    void Grow(int count) =>
        Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(2L * buffer.Length, (long)written + count)));
}
