using System.Buffers.Binary;
using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>The 61 bytes in front of the records of a magic 2 batch. Kafka: <c>DefaultRecordBatch.java</c>.</summary>
public readonly record struct RecordBatchHeader
{
    /// <summary>The size of the header.</summary>
    public const int Size = 61;

    /// <summary>Base offset and length, which the length does not count; all magics begin with them.</summary>
    public const int LengthOverhead = 12;

    /// <summary>The smallest value of the length field.</summary>
    public const int MinLength = Size - LengthOverhead;

    internal const int LengthAt = 8;
    internal const int LeaderEpochAt = 12;
    internal const int MagicAt = 16;
    internal const int CrcAt = 17;
    internal const int AttributesAt = 21;
    const int LastOffsetDeltaAt = 23;
    const int BaseTimestampAt = 27;
    const int MaxTimestampAt = 35;
    const int ProducerIdAt = 43;
    const int ProducerEpochAt = 51;
    const int BaseSequenceAt = 53;
    const int CountAt = 57;

    const short CodecBits = 0x07;
    const short LogAppendBit = 0x08;
    const short TransactionalBit = 0x10;
    const short ControlBit = 0x20;
    const short DeleteHorizonBit = 0x40;

    /// <summary>The offset of the first record; producers write 0.</summary>
    public long BaseOffset { get; init; }

    /// <summary>The bytes that follow the length field: the size of the batch less <see cref="LengthOverhead"/>.</summary>
    public int Length { get; init; }

    /// <summary>The epoch of the leader that appended it; producers write -1.</summary>
    public int LeaderEpoch { get; init; }

    /// <summary>2, or it is no such header.</summary>
    public byte Magic { get; init; }

    /// <summary>CRC-32C of everything from the attributes on.</summary>
    public uint Crc { get; init; }

    /// <summary>Codec, timestamp type, transactional, control, delete horizon: bits 0–2, 3, 4, 5, 6.</summary>
    public short Attributes { get; init; }

    /// <summary>The last offset less the first.</summary>
    public int LastOffsetDelta { get; init; }

    /// <summary>The timestamp that those of the records are relative to.</summary>
    public long BaseTimestamp { get; init; }

    /// <summary>The largest timestamp; the time of all records when the broker has set it.</summary>
    public long MaxTimestamp { get; init; }

    /// <summary>The producer's number, or -1.</summary>
    public long ProducerId { get; init; }

    /// <summary>The producer's epoch, or -1.</summary>
    public short ProducerEpoch { get; init; }

    /// <summary>The sequence number of the first record, or -1.</summary>
    public int BaseSequence { get; init; }

    /// <summary>How many records follow.</summary>
    public int Count { get; init; }

    /// <summary>The size of the whole batch in bytes; can be more than an int holds when the length is nonsense.</summary>
    public long SizeInBytes => (long)Length + LengthOverhead;

    /// <summary>The last offset.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>How the records are compressed; may be a number that nobody knows.</summary>
    public CompressionCodec Codec => (CompressionCodec)(Attributes & CodecBits);

    /// <summary>Whose clock the timestamps are from.</summary>
    public TimestampType TimestampType => (Attributes & LogAppendBit) != 0 ? TimestampType.LogAppend : TimestampType.Create;

    /// <summary>Whether the batch is part of a transaction.</summary>
    public bool IsTransactional => (Attributes & TransactionalBit) != 0;

    /// <summary>Whether the batch holds a marker.</summary>
    public bool IsControl => (Attributes & ControlBit) != 0;

    /// <summary>Whether the base timestamp is the time after which tombstones may go (KIP-534).</summary>
    public bool HasDeleteHorizon => (Attributes & DeleteHorizonBit) != 0;

    /// <summary>The attributes that say this.</summary>
    public static short AttributesOf(
        CompressionCodec codec, TimestampType timestampType = TimestampType.Create, bool isTransactional = false, bool isControl = false) =>
        (short)((byte)codec
            | (timestampType == TimestampType.LogAppend ? LogAppendBit : 0)
            | (isTransactional ? TransactionalBit : 0)
            | (isControl ? ControlBit : 0));

    /// <summary>Reads the fields, and judges none of them.</summary>
    /// <param name="batch">At least <see cref="Size"/> bytes.</param>
    public static RecordBatchHeader Parse(ReadOnlySpan<byte> batch) => new()
    {
        BaseOffset = BinaryPrimitives.ReadInt64BigEndian(batch),
        Length = BinaryPrimitives.ReadInt32BigEndian(batch[LengthAt..]),
        LeaderEpoch = BinaryPrimitives.ReadInt32BigEndian(batch[LeaderEpochAt..]),
        Magic = batch[MagicAt],
        Crc = BinaryPrimitives.ReadUInt32BigEndian(batch[CrcAt..]),
        Attributes = BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]),
        LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(batch[LastOffsetDeltaAt..]),
        BaseTimestamp = BinaryPrimitives.ReadInt64BigEndian(batch[BaseTimestampAt..]),
        MaxTimestamp = BinaryPrimitives.ReadInt64BigEndian(batch[MaxTimestampAt..]),
        ProducerId = BinaryPrimitives.ReadInt64BigEndian(batch[ProducerIdAt..]),
        ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(batch[ProducerEpochAt..]),
        BaseSequence = BinaryPrimitives.ReadInt32BigEndian(batch[BaseSequenceAt..]),
        Count = BinaryPrimitives.ReadInt32BigEndian(batch[CountAt..]),
    };

    /// <summary>Writes the fields as they are, the checksum too.</summary>
    /// <param name="batch">At least <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> batch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[LengthAt..], Length);
        BinaryPrimitives.WriteInt32BigEndian(batch[LeaderEpochAt..], LeaderEpoch);
        batch[MagicAt] = Magic;
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], Crc);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], Attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[LastOffsetDeltaAt..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(batch[BaseTimestampAt..], BaseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], MaxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[ProducerIdAt..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[ProducerEpochAt..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[BaseSequenceAt..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[CountAt..], Count);
    }

    /// <summary>Writes the fields and then the checksum of the batch over what it should be.</summary>
    /// <param name="batch">The whole batch, records in place, and nothing behind it.</param>
    public void WriteSealed(Span<byte> batch)
    {
        Write(batch);
        Seal(batch);
    }

    /// <summary>The checksum that the batch should have.</summary>
    /// <param name="batch">The whole batch and nothing behind it.</param>
    public static uint ComputeCrc(ReadOnlySpan<byte> batch) => Checksums.Crc32C(batch[AttributesAt..]);

    /// <summary>Sets the checksum to what it should be.</summary>
    /// <param name="batch">The whole batch and nothing behind it.</param>
    public static void Seal(Span<byte> batch) => BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], ComputeCrc(batch));

    /// <summary>Sets the base offset, which the checksum does not cover.</summary>
    public static void SetBaseOffset(Span<byte> batch, long offset) => BinaryPrimitives.WriteInt64BigEndian(batch, offset);

    /// <summary>Sets the epoch of the leader, which the checksum does not cover.</summary>
    public static void SetLeaderEpoch(Span<byte> batch, int epoch) => BinaryPrimitives.WriteInt32BigEndian(batch[LeaderEpochAt..], epoch);

    /// <summary>Makes <paramref name="timestamp"/> the time of all records, as a topic with message.timestamp.type=LogAppendTime does, and seals the batch anew.</summary>
    /// <param name="batch">The whole batch and nothing behind it.</param>
    /// <param name="timestamp">Milliseconds since 1970 in UTC.</param>
    public static void SetLogAppendTime(Span<byte> batch, long timestamp)
    {
        batch[AttributesAt + 1] |= (byte)LogAppendBit;
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], timestamp);
        Seal(batch);
    }
}
