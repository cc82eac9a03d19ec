using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>One batch of records: checked, inflated and never changed again. For magic 0 and 1: a compressed wrapper, or a run of bare messages.</summary>
/// <remarks>It keeps the bytes it lies in alive; they are used for nothing else while anybody holds it, or a piece of it.</remarks>
public sealed class RecordBatch
{
    readonly byte[] bytes;

    internal RecordBatch(byte[] bytes, int start, int end, Frame? frame = null)
    {
        this.bytes = bytes;
        Frame = frame;
        Start = start;
        End = end;
    }

    /// <summary>The frame that the bytes belong to; null when they belong to nothing but the batch.</summary>
    public Frame? Frame { get; }

    /// <summary>Whatever whoever reads the batch wants to find with it; null until he sets it.</summary>
    public object? Tag { get; set; }

    /// <summary>The offset that the batch begins with. Its record may have been compacted away.</summary>
    public required long BaseOffset { get; init; }

    /// <summary>The last offset of the batch. Its record may have been compacted away.</summary>
    public required long LastOffset { get; init; }

    /// <summary>The offset to go on with after this batch, whatever was in it.</summary>
    public long NextOffset => LastOffset + 1;

    /// <summary>The epoch of the leader that appended it, or -1.</summary>
    public int LeaderEpoch { get; init; } = -1;

    /// <summary>The format: 0 (0.8, 0.9), 1 (0.10) or 2 (0.11 and later).</summary>
    public required byte Magic { get; init; }

    /// <summary>How it was compressed on the wire.</summary>
    public CompressionCodec Codec { get; init; }

    /// <summary>Whose clock the timestamps are from.</summary>
    public TimestampType TimestampType { get; init; }

    /// <summary>Whether it is part of a transaction.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>Whether it holds a marker for clients and brokers, and nothing for users.</summary>
    public bool IsControl { get; init; }

    /// <summary>Whether the time after which compaction may delete its tombstones is set (KIP-534).</summary>
    public bool HasDeleteHorizon { get; init; }

    /// <summary>The producer's number, or -1.</summary>
    public long ProducerId { get; init; } = -1;

    /// <summary>The producer's epoch, or -1.</summary>
    public short ProducerEpoch { get; init; } = -1;

    /// <summary>The sequence number of the first record, or -1.</summary>
    public int BaseSequence { get; init; } = -1;

    /// <summary>How many records it holds. Walking finds exactly as many, or the batch is damaged.</summary>
    public required int Count { get; init; }

    /// <summary>The timestamp that the records' deltas are from; with a delete horizon, the horizon. -1 for magic 0 and 1.</summary>
    public long BaseTimestamp { get; init; } = -1;

    /// <summary>The largest timestamp, as the header says; the time of all records when it is <see cref="TimestampType.LogAppend"/>.</summary>
    public long MaxTimestamp { get; init; } = -1;

    /// <summary>Its size on the wire.</summary>
    public required int SizeInBytes { get; init; }

    /// <summary>The size of its records when inflated.</summary>
    public int InflatedBytes => End - Start;

    /// <summary>What has to be added to the offsets of the inner messages of a magic 1 wrapper.</summary>
    internal long OffsetShift { get; init; }

    /// <summary>Whether the timestamp of the wrapper stands for those of all records.</summary>
    internal bool OneTimestamp { get; init; }

    internal int Start { get; }

    internal int End { get; }

    /// <summary>Everything up to the end of the records, so that positions in it are positions in the array. For those who hold the batch meanwhile.</summary>
    internal ReadOnlySpan<byte> Span => new(bytes, 0, End);

    /// <summary>Walks the records in the order of their offsets. Nothing is allocated.</summary>
    public RecordCursor GetRecords() => new(this);

    /// <summary>For <c>foreach</c>.</summary>
    public RecordCursor GetEnumerator() => new(this);

    /// <summary>A piece of the batch, by the positions of a <see cref="RecordEntry"/>; empty when <paramref name="length"/> is -1.</summary>
    public ReadOnlyMemory<byte> Slice(int start, int length) =>
        length < 0 ? ReadOnlyMemory<byte>.Empty : Frame is null ? new ReadOnlyMemory<byte>(bytes, start, length) : Frame.Slice(start, length);

    /// <summary>All that there is to know of a record of this batch, in eight bytes.</summary>
    public RecordPlace PlaceOf(in RecordEntry record) => new(this, record);

    /// <summary>The key of a record of this batch; empty when there is none.</summary>
    public ReadOnlyMemory<byte> KeyOf(in RecordEntry record) => Slice(record.KeyStart, record.KeyLength);

    /// <summary>The value of a record of this batch; empty when there is none.</summary>
    public ReadOnlyMemory<byte> ValueOf(in RecordEntry record) => Slice(record.ValueStart, record.ValueLength);

    /// <summary>The headers of a record of this batch, to be walked without allocation.</summary>
    public RecordHeaderCursor HeadersOf(in RecordEntry record) => new(this, record.HeadersStart, record.HeaderCount);

    /// <summary>The headers of a record that a cursor has gone over, known by where its value ends: they begin there.</summary>
    /// <param name="valueEnd"><see cref="RecordEntry.ValueStart"/> and the length of the value, if there is one.</param>
    public RecordHeaderCursor HeadersAt(int valueEnd)
    {
        if (Magic < 2) return default;
        Frame?.Look();
        var fields = new RecordFields(this, valueEnd);
        var count = fields.ReadInt();
        return new RecordHeaderCursor(this, fields.Position, count);
    }

    /// <summary>What a control batch says. Only its first record counts; what cannot be made out is <see cref="ControlType.None"/>.</summary>
    /// <exception cref="CorruptBatchException">The record is damaged.</exception>
    public ControlType ReadControlType()
    {
        if (!IsControl) return ControlType.None;
        var records = GetRecords();
        if (!records.MoveNext()) return ControlType.None;
        var key = KeyOf(records.Current).Span;
        if (key.Length < 4) return ControlType.None;
        // Later versions of the key may only add to its end.
        return (key[2] << 8 | key[3]) switch { 0 => ControlType.Abort, 1 => ControlType.Commit, _ => ControlType.Other };
    }

    internal CorruptBatchException Damaged(string reason) => new(reason, BaseOffset, SizeInBytes, NextOffset);
}
