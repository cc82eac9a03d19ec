using System.Buffers.Binary;

namespace Samsa.Protocol.Records;

/// <summary>Messages of magic 0 and 1 in wire form. Kafka: <c>LegacyRecord.java</c>.</summary>
static class LegacyFormat
{
    /// <summary>The size of a whole entry.</summary>
    public static long SizeOf(byte magic, int keyLength, int valueLength) => LegacyMessage.KeyAt(magic) + 8L + keyLength + valueLength;

    /// <summary>What comes before the compressed bytes in a wrapper, which has no key.</summary>
    public static int WrapperFront(byte magic) => LegacyMessage.KeyAt(magic) + 8;

    /// <summary>Writes an entry and fills <paramref name="target"/> with it.</summary>
    public static void Write(
        Span<byte> target, byte magic, long offset, byte attributes, long timestamp,
        ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value, bool valueIsNull)
    {
        var keyAt = LegacyMessage.KeyAt(magic);
        BinaryPrimitives.WriteInt32BigEndian(target[keyAt..], keyIsNull ? -1 : key.Length);
        key.CopyTo(target[(keyAt + 4)..]);
        var valueAt = keyAt + 4 + key.Length;
        BinaryPrimitives.WriteInt32BigEndian(target[valueAt..], valueIsNull ? -1 : value.Length);
        value.CopyTo(target[(valueAt + 4)..]);
        Seal(target, magic, offset, attributes, timestamp);
    }

    /// <summary>Makes a compressed message of <see cref="WrapperFront"/> bytes and the compressed set behind them.</summary>
    public static void SealWrapper(Span<byte> wrapper, byte magic, long offset, byte attributes, long timestamp)
    {
        var keyAt = LegacyMessage.KeyAt(magic);
        BinaryPrimitives.WriteInt32BigEndian(wrapper[keyAt..], -1);
        BinaryPrimitives.WriteInt32BigEndian(wrapper[(keyAt + 4)..], wrapper.Length - keyAt - 8);
        Seal(wrapper, magic, offset, attributes, timestamp);
    }

    /// <summary>Sets the checksum of an entry to what it should be.</summary>
    public static void SealCrc(Span<byte> entry) =>
        BinaryPrimitives.WriteUInt32BigEndian(entry[LegacyMessage.CrcAt..], Checksums.Crc32(entry[LegacyMessage.MagicAt..]));

    static void Seal(Span<byte> entry, byte magic, long offset, byte attributes, long timestamp)
    {
        BinaryPrimitives.WriteInt64BigEndian(entry, offset);
        BinaryPrimitives.WriteInt32BigEndian(entry[RecordBatchHeader.LengthAt..], entry.Length - LegacyMessage.EntryHeader);
        entry[LegacyMessage.MagicAt] = magic;
        entry[LegacyMessage.AttributesAt] = attributes;
        if (magic == 1) BinaryPrimitives.WriteInt64BigEndian(entry[LegacyMessage.TimestampAt..], timestamp);
        SealCrc(entry);
    }
}
