using System.Buffers.Binary;
using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>One entry of a message set of magic 0 or 1, checked: <c>offset · size · crc · magic · attributes · [timestamp] · key · value</c>.</summary>
readonly struct LegacyMessage
{
    /// <summary>Offset and size, which the size does not count.</summary>
    public const int EntryHeader = 12;

    public const int CrcAt = 12;
    public const int MagicAt = 16;
    public const int AttributesAt = 17;

    /// <summary>Where the timestamp of magic 1 lies.</summary>
    public const int TimestampAt = 18;

    public const byte CodecBits = 0x07;
    public const byte LogAppendBit = 0x08;

    public long Offset { get; private init; }

    /// <summary>The size of the whole entry.</summary>
    public int Size { get; private init; }

    public byte Magic { get; private init; }

    public byte Attributes { get; private init; }

    /// <summary>-1 for magic 0.</summary>
    public long Timestamp { get; private init; }

    /// <summary>Where the value begins, from the start of the entry.</summary>
    public int ValueStart { get; private init; }

    /// <summary>-1: null.</summary>
    public int ValueLength { get; private init; }

    public CompressionCodec Codec => (CompressionCodec)(Attributes & CodecBits);

    public TimestampType TimestampType => Magic == 1 && (Attributes & LogAppendBit) != 0 ? TimestampType.LogAppend : TimestampType.Create;

    /// <summary>Where the length of the key lies.</summary>
    public static int KeyAt(byte magic) => magic == 0 ? 18 : 26;

    /// <summary>The smallest value of the size field.</summary>
    public static int MinSize(byte magic) => magic == 0 ? 14 : 22;

    /// <summary>Reads an entry that lies wholly in <paramref name="entry"/> and fills it.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public static string? Check(ReadOnlySpan<byte> entry, out LegacyMessage message)
    {
        message = default;
        var magic = entry[MagicAt];
        var keyAt = KeyAt(magic);
        if (entry.Length < EntryHeader + MinSize(magic)) return $"a message of magic {magic} has {entry.Length - EntryHeader} bytes";
        var stored = BinaryPrimitives.ReadUInt32BigEndian(entry[CrcAt..]);
        var computed = Checksums.Crc32(entry[MagicAt..]);
        if (stored != computed) return $"the checksum of a message is {stored:x8}, its bytes give {computed:x8}";

        var keyLength = BinaryPrimitives.ReadInt32BigEndian(entry[keyAt..]);
        // The lengths of key and value themselves take eight bytes.
        if (keyLength < -1 || keyLength > entry.Length - keyAt - 8) return $"the key of a message has the length {keyLength}";
        var valueAt = keyAt + 4 + Math.Max(keyLength, 0);
        var valueLength = BinaryPrimitives.ReadInt32BigEndian(entry[valueAt..]);
        if (valueLength < -1 || valueAt + 4L + Math.Max(valueLength, 0) != entry.Length)
            return $"the value of a message has the length {valueLength}, with {entry.Length - valueAt - 4} bytes left";

        message = new LegacyMessage
        {
            Offset = BinaryPrimitives.ReadInt64BigEndian(entry),
            Size = entry.Length,
            Magic = magic,
            Attributes = entry[AttributesAt],
            Timestamp = magic == 0 ? -1 : BinaryPrimitives.ReadInt64BigEndian(entry[TimestampAt..]),
            ValueStart = valueAt + 4,
            ValueLength = valueLength,
        };
        return null;
    }
}
