using System.Buffers.Binary;
using Samsa.Wire;

namespace Samsa.Embedded.Storage;

/// <summary>
/// Where the fields of a stored entry are: a record batch (magic 2), or a message or wrapper of the formats 0 and 1. All
/// share the first twelve bytes (offset, length of the rest) and the place of the magic byte. Nothing here checks
/// anything; <see cref="Acceptance"/> did.
/// </summary>
static class Entry
{
    /// <summary>The offset and the length, which does not count these twelve bytes.</summary>
    public const int Overhead = 12;

    /// <summary>The header of a record batch; its records follow.</summary>
    public const int BatchHeader = 61;

    /// <summary>The smallest entry of each format: a batch without records, a message without key and value.</summary>
    public static int Smallest(byte magic) => magic switch { 0 => 26, 1 => 34, _ => BatchHeader };

    public static long Offset(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadInt64BigEndian(entry);

    public static void SetOffset(Span<byte> entry, long offset) => BinaryPrimitives.WriteInt64BigEndian(entry, offset);

    public static int Size(ReadOnlySpan<byte> entry) => Overhead + BinaryPrimitives.ReadInt32BigEndian(entry[8..]);

    public static byte Magic(ReadOnlySpan<byte> entry) => entry[16];

    /// <summary>The offset of the last record: a batch says how far it is, a wrapper carries it as its own.</summary>
    public static long LastOffset(ReadOnlySpan<byte> entry) =>
        Magic(entry) == 2 ? Offset(entry) + LastOffsetDelta(entry) : Offset(entry);

    /// <summary>The timestamp of the youngest record in ms since 1970; −1 in format 0.</summary>
    public static long MaxTimestamp(ReadOnlySpan<byte> entry) => Magic(entry) switch
    {
        0 => -1,
        1 => BinaryPrimitives.ReadInt64BigEndian(entry[18..]),
        _ => BinaryPrimitives.ReadInt64BigEndian(entry[35..]),
    };

    /// <summary>The codec: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5 to 7 are nothing yet.</summary>
    public static int Codec(ReadOnlySpan<byte> entry) => Attributes(entry) & 7;

    public static bool IsLogAppendTime(ReadOnlySpan<byte> entry) => (Attributes(entry) & 8) != 0;

    static int Attributes(ReadOnlySpan<byte> entry) => entry[Magic(entry) == 2 ? 22 : 17];

    // What only batches have.
    public static bool IsTransactional(ReadOnlySpan<byte> batch) => (batch[22] & 0x10) != 0;

    public static bool IsControl(ReadOnlySpan<byte> batch) => (batch[22] & 0x20) != 0;

    public static int LastOffsetDelta(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt32BigEndian(batch[23..]);

    public static long BaseTimestamp(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt64BigEndian(batch[27..]);

    public static long ProducerId(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt64BigEndian(batch[43..]);

    public static short ProducerEpoch(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt16BigEndian(batch[51..]);

    public static int BaseSequence(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt32BigEndian(batch[53..]);

    public static int Count(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt32BigEndian(batch[57..]);

    public static int LeaderEpoch(ReadOnlySpan<byte> entry) =>
        Magic(entry) == 2 ? BinaryPrimitives.ReadInt32BigEndian(entry[12..]) : -1;

    public static void SetLeaderEpoch(Span<byte> batch, int epoch) => BinaryPrimitives.WriteInt32BigEndian(batch[12..], epoch);

    /// <summary>
    /// Whether the checksum of the entry is the one it carries: CRC-32C of a batch from its attributes on, CRC-32 of a
    /// message from its magic on.
    /// </summary>
    public static bool IsIntact(ReadOnlySpan<byte> entry) => Checksum(entry) ==
        BinaryPrimitives.ReadUInt32BigEndian(entry[(Magic(entry) == 2 ? 17 : 12)..]);

    /// <summary>Says that the broker gave the time, and which; the checksum covers both.</summary>
    public static void SetLogAppendTime(Span<byte> entry, long time)
    {
        if (Magic(entry) == 0) return;
        entry[Magic(entry) == 2 ? 22 : 17] |= 8;
        BinaryPrimitives.WriteInt64BigEndian(entry[(Magic(entry) == 2 ? 35 : 18)..], time);
        SetChecksum(entry);
    }

    /// <summary>Says that the clients gave the times, and which is the youngest.</summary>
    public static void SetCreateTime(Span<byte> batch, long youngest)
    {
        batch[22] &= 0xf7;
        BinaryPrimitives.WriteInt64BigEndian(batch[35..], youngest);
        SetChecksum(batch);
    }

    public static void SetChecksum(Span<byte> entry) =>
        BinaryPrimitives.WriteUInt32BigEndian(entry[(Magic(entry) == 2 ? 17 : 12)..], Checksum(entry));

    static uint Checksum(ReadOnlySpan<byte> entry) =>
        Magic(entry) == 2 ? Checksums.Crc32C(entry[21..]) : Checksums.Crc32(entry[16..]);
}
