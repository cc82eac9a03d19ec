using System.Buffers;
using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>A batch that is written anew in some format, with the offsets it is given: they rise, and may have gaps.</summary>
sealed class ConvertedBatch(byte magic, CompressionCodec codec, TimestampType timestampType) : IDisposable
{
    readonly PooledBuffer records = new(ArrayPool<byte>.Shared);
    long firstOffset;
    long lastOffset;
    long firstTimestamp;

    public byte Magic => magic;

    public int Count { get; private set; }

    public long MaxTimestamp { get; private set; } = -1;

    public long ProducerId { get; init; } = -1;

    public short ProducerEpoch { get; init; } = -1;

    public int BaseSequence { get; init; } = -1;

    public int LeaderEpoch { get; init; } = -1;

    public bool IsTransactional { get; init; }

    public void Add(
        long offset, long timestamp, ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value, bool valueIsNull, ReadOnlySpan<RecordHeader> headers)
    {
        if (Count == 0) (firstOffset, firstTimestamp, MaxTimestamp) = (offset, timestamp, timestamp);
        if (magic == 2)
        {
            var (timestampDelta, offsetDelta) = (timestamp - firstTimestamp, checked((int)(offset - firstOffset)));
            var body = RecordFormat.BodySize(timestampDelta, offsetDelta, key.Length, keyIsNull, value.Length, valueIsNull, headers);
            var size = checked((int)(body + Varints.SizeOfSigned(body)));
            RecordFormat.Write(
                records.GetSpan(size)[..size], (int)body, timestampDelta, offsetDelta, key, keyIsNull, value, valueIsNull, headers);
            records.Advance(size);
        }
        else
        {
            var size = checked((int)LegacyFormat.SizeOf(magic, key.Length, value.Length));
            // Inside a compressed message, offsets count from the first in magic 1, and are absolute in magic 0 (KIP-31).
            var written = magic == 1 && codec != CompressionCodec.None ? offset - firstOffset : offset;
            LegacyFormat.Write(records.GetSpan(size)[..size], magic, written, TimestampBit, timestamp, key, keyIsNull, value, valueIsNull);
            records.Advance(size);
        }

        MaxTimestamp = Math.Max(MaxTimestamp, timestamp);
        lastOffset = offset;
        Count++;
    }

    public void WriteTo(PooledBuffer output, CompressionCodecs codecs)
    {
        if (Count == 0) return;
        if (magic < 2 && codec == CompressionCodec.Zstd) throw new NotSupportedException($"zstd does not go with magic {magic}.");
        var start = output.Length;
        var front = magic == 2 ? RecordBatchHeader.Size : codec == CompressionCodec.None ? 0 : LegacyFormat.WrapperFront(magic);
        if (front > 0)
        {
            output.GetSpan(front)[..front].Clear();
            output.Advance(front);
        }

        if (codec == CompressionCodec.None) output.Write(records.Written);
        else (codecs.Find(codec) ?? throw new NotSupportedException($"There is no codec {(byte)codec}.")).Compress(records.Written, output, magic);

        var written = output.Written[start..];
        if (magic == 2) Header(written.Length).WriteSealed(written);
        else if (front > 0) LegacyFormat.SealWrapper(written, magic, lastOffset, (byte)((byte)codec | TimestampBit), MaxTimestamp);
    }

    public void Dispose() => records.Dispose();

    byte TimestampBit => magic == 1 && timestampType == TimestampType.LogAppend ? LegacyMessage.LogAppendBit : (byte)0;

    RecordBatchHeader Header(int size) => new()
    {
        BaseOffset = firstOffset,
        Length = size - RecordBatchHeader.LengthOverhead,
        LeaderEpoch = LeaderEpoch,
        Magic = 2,
        Attributes = RecordBatchHeader.AttributesOf(codec, timestampType, IsTransactional),
        LastOffsetDelta = (int)(lastOffset - firstOffset),
        BaseTimestamp = firstTimestamp,
        MaxTimestamp = MaxTimestamp,
        ProducerId = ProducerId,
        ProducerEpoch = ProducerEpoch,
        BaseSequence = BaseSequence,
        Count = Count,
    };
}
