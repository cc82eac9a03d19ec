using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>Walks the batches in the <c>records</c> field of a fetch answer, of magic 0, 1 and 2 in any mixture.</summary>
/// <remarks>
/// The checksum of each batch is checked before anything else of it is believed. Bare batches are views of the given memory, which
/// they keep alive; it must not be changed or used again while one of them is.
/// </remarks>
public ref struct RecordBatchReader
{
    /// <summary>A record cannot be smaller: its length and six fields.</summary>
    const int MinRecord = 7;

    readonly byte[] bytes;
    readonly Frame? frame;
    readonly int end;
    readonly DecodeOptions options;
    int position;
    long lastOffset = -1;

    /// <summary>A reader that stands before the first batch.</summary>
    /// <param name="records">The field; may be empty.</param>
    /// <param name="options">What is allowed; the defaults when null.</param>
    public RecordBatchReader(ReadOnlyMemory<byte> records, DecodeOptions? options = null)
    {
        this.options = options ?? DecodeOptions.Default;
        if (MemoryMarshal.TryGetMemoryManager<byte, Frame>(records, out frame, out position, out var length))
        {
            (bytes, end) = (frame.Array, position + length);
            return;
        }

        // Memory that is not an array (nothing here makes any) costs one copy and no second way through all the code.
        if (!MemoryMarshal.TryGetArray(records, out var segment)) segment = new ArraySegment<byte>(records.ToArray());
        bytes = segment.Array ?? [];
        position = segment.Offset;
        end = segment.Offset + segment.Count;
    }

    /// <summary>Whether the walk ended at a batch that was cut. Brokers cut the last batch of an answer, that is no damage; but when it is the first, more must be asked for.</summary>
    public bool Truncated { get; private set; }

    /// <summary>The size of the cut batch, as it claims; 0 when not even its length came.</summary>
    public int NeededBytes { get; private set; }

    /// <summary>The frame that the records are read from, to be kept alive by who reads; null when they do not belong to one.</summary>
    public readonly Frame? Frame => frame;

    /// <summary>The bytes that were not looked at yet.</summary>
    public readonly int RemainingBytes => end - position;

    /// <summary>Goes to the next batch. False: all were read, or the next is <see cref="Truncated"/>.</summary>
    /// <exception cref="CorruptBatchException">The batch cannot be read. If its size is known, the next call goes on with the one behind it, otherwise it gives false.</exception>
    /// <exception cref="CompressionLibraryMissingException">The codec needs a native library that is not there.</exception>
    public bool TryRead([NotNullWhen(true)] out RecordBatch? batch)
    {
        batch = null;
        var start = position;
        if (start == end || Truncated) return false;
        if (!TryFindEnd(start, out var batchEnd)) return false;

        // Whatever happens now, the next call begins behind this batch.
        position = batchEnd;
        batch = bytes[start + RecordBatchHeader.MagicAt] == 2 ? ReadBatch(start, batchEnd) : ReadMessages(start, batchEnd);
        lastOffset = batch.LastOffset;
        return true;
    }

    bool TryFindEnd(int start, out int batchEnd)
    {
        batchEnd = end;
        var left = bytes.AsSpan(start, end - start);
        if (left.Length < RecordBatchHeader.LengthOverhead) return Cut(0);
        var length = BinaryPrimitives.ReadInt32BigEndian(left[RecordBatchHeader.LengthAt..]);
        var size = (long)length + RecordBatchHeader.LengthOverhead;
        if (length >= LegacyMessage.MinSize(0) && left.Length <= RecordBatchHeader.MagicAt) return Cut(size);

        var magic = left.Length > RecordBatchHeader.MagicAt ? left[RecordBatchHeader.MagicAt] : (byte)0;
        var offset = BinaryPrimitives.ReadInt64BigEndian(left);
        // A magic that is not known says nothing about the length, but a plausible length still tells how far to skip.
        var min = magic switch { 0 or 1 => LegacyMessage.MinSize(magic), 2 => RecordBatchHeader.MinLength, _ => LegacyMessage.MinSize(0) };
        if (length < min)
        {
            position = end;
            throw Corrupt($"it has the length {length}, which can be {min} at least", offset, 0);
        }

        if (magic > 2)
        {
            position = (int)Math.Min(end, start + size);
            throw Corrupt($"its format, magic {(sbyte)magic}, is not known", offset, size <= left.Length ? (int)size : 0);
        }

        if (size > left.Length) return Cut(size);
        batchEnd = start + (int)size;
        return true;
    }

    bool Cut(long size)
    {
        Truncated = true;
        NeededBytes = (int)Math.Min(size, int.MaxValue);
        return false;
    }

    readonly RecordBatch ReadBatch(int start, int batchEnd)
    {
        var span = bytes.AsSpan(start, batchEnd - start);
        var header = RecordBatchHeader.Parse(span);
        var computed = RecordBatchHeader.ComputeCrc(span);
        if (header.Crc != computed)
            throw Corrupt($"its checksum is {header.Crc:x8}, its bytes give {computed:x8}", header.BaseOffset, span.Length, Guess(header));
        if (header.BaseOffset < 0 || header.LastOffsetDelta < 0 || header.LastOffsetDelta >= long.MaxValue - header.BaseOffset)
            throw Corrupt($"it claims the offsets from {header.BaseOffset} and {header.LastOffsetDelta} more", header.BaseOffset, span.Length);

        var next = header.LastOffset + 1;
        if (header.Count < 0 || (header.Count > 0 && header.LastOffsetDelta < header.Count - 1))
            throw Corrupt($"it claims {header.Count} records with {header.LastOffsetDelta} as the last offset delta", header.BaseOffset, span.Length, next);
        if (header.BaseOffset <= lastOffset && !options.AnyOffsets)
            throw Corrupt($"it begins before the offset {lastOffset} that the batch before it ends with", header.BaseOffset, span.Length, next);

        var isBare = header.Codec == CompressionCodec.None;
        var (records, from, to) = isBare
            ? (bytes, start + RecordBatchHeader.Size, batchEnd)
            : Inflate(header.Codec, start + RecordBatchHeader.Size, batchEnd, 2, header.BaseOffset, span.Length, next);
        if (header.Count == 0 ? from != to : header.Count > (to - from) / MinRecord)
            throw Corrupt($"it claims {header.Count} records in {to - from} bytes", header.BaseOffset, span.Length, next);

        return new RecordBatch(records, from, to, isBare ? frame : null)
        {
            BaseOffset = header.BaseOffset,
            LastOffset = header.LastOffset,
            LeaderEpoch = header.LeaderEpoch,
            Magic = 2,
            Codec = header.Codec,
            TimestampType = header.TimestampType,
            OneTimestamp = header.TimestampType == TimestampType.LogAppend,
            IsTransactional = header.IsTransactional,
            IsControl = header.IsControl,
            HasDeleteHorizon = header.HasDeleteHorizon,
            ProducerId = header.ProducerId,
            ProducerEpoch = header.ProducerEpoch,
            BaseSequence = header.BaseSequence,
            Count = header.Count,
            BaseTimestamp = header.BaseTimestamp,
            MaxTimestamp = header.MaxTimestamp,
            SizeInBytes = span.Length,
        };
    }

    /// <summary>The offset behind a batch whose checksum is wrong: its header is believed if it agrees with itself, because otherwise whoever skips it would get it again and again.</summary>
    static long Guess(in RecordBatchHeader header) =>
        header.BaseOffset >= 0 && header.Count > 0 && header.LastOffsetDelta == header.Count - 1
            && header.Count <= header.SizeInBytes && header.LastOffsetDelta < long.MaxValue - header.BaseOffset
            ? header.LastOffset + 1
            : -1;

    RecordBatch ReadMessages(int start, int firstEnd)
    {
        var fault = LegacyMessage.Check(bytes.AsSpan(start, firstEnd - start), out var first);
        var offset = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(start));
        fault ??= options.AnyOffsets ? null
            : offset is < 0 or long.MaxValue ? $"it has the offset {offset}"
            : offset <= lastOffset ? $"it begins before the offset {lastOffset} that the batch before it ends with"
            : null;
        if (fault is not null) throw Corrupt(fault, offset, firstEnd - start);
        return first.Codec == CompressionCodec.None ? ReadRun(start, first) : ReadWrapper(start, first);
    }

    /// <summary>Takes as many bare messages as follow each other without a fault; what is wrong behind them is the next call's.</summary>
    RecordBatch ReadRun(int start, LegacyMessage first)
    {
        var run = new MessageRun(options.AnyOffsets);
        run.Add(first);
        while (TryPeekMessage(out var next) && next.Codec == CompressionCodec.None && run.Accepts(next))
        {
            run.Add(next);
            position += next.Size;
        }

        return new RecordBatch(bytes, start, position, frame)
        {
            BaseOffset = first.Offset,
            LastOffset = run.LastOffset,
            Magic = first.Magic,
            TimestampType = first.TimestampType,
            Count = run.Count,
            MaxTimestamp = run.MaxTimestamp,
            SizeInBytes = position - start,
        };
    }

    readonly bool TryPeekMessage(out LegacyMessage message)
    {
        message = default;
        var left = bytes.AsSpan(position, end - position);
        if (left.Length <= RecordBatchHeader.MagicAt || left[RecordBatchHeader.MagicAt] > 1) return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(left[RecordBatchHeader.LengthAt..]);
        if (length < LegacyMessage.MinSize(left[RecordBatchHeader.MagicAt]) || length > left.Length - LegacyMessage.EntryHeader) return false;
        return LegacyMessage.Check(left[..(length + LegacyMessage.EntryHeader)], out message) is null;
    }

    readonly RecordBatch ReadWrapper(int start, LegacyMessage wrapper)
    {
        // Zstandard came after these formats (KIP-110).
        if (wrapper.Codec == CompressionCodec.Zstd)
            throw Corrupt($"a message of magic {wrapper.Magic} cannot be compressed with zstd", wrapper.Offset, wrapper.Size);
        if (wrapper.ValueLength <= 0) throw Corrupt("it is a compressed message without a value", wrapper.Offset, wrapper.Size);
        var valueStart = start + wrapper.ValueStart;
        var (inner, from, to) = Inflate(
            wrapper.Codec, valueStart, valueStart + wrapper.ValueLength, wrapper.Magic, wrapper.Offset, wrapper.Size, wrapper.Offset + 1);

        var run = new MessageRun(options.AnyOffsets);
        var firstOffset = 0L;
        for (var at = from; at < to; at += run.LastSize)
        {
            var fault = run.AddInner(inner.AsSpan(at, to - at), wrapper.Magic);
            if (fault is not null) throw Corrupt($"inside a compressed message, {fault}", wrapper.Offset, wrapper.Size);
            if (run.Count == 1) firstOffset = run.LastOffset;
        }

        if (run.Count == 0) throw Corrupt("it is a compressed message without messages inside", wrapper.Offset, wrapper.Size);
        var shift = options.AnyOffsets ? 0 : ShiftOf(wrapper, run.LastOffset);
        if (shift + firstOffset <= lastOffset && !options.AnyOffsets)
            throw Corrupt($"it begins before the offset {lastOffset} that the batch before it ends with", wrapper.Offset, wrapper.Size);
        return new RecordBatch(inner, from, to)
        {
            BaseOffset = shift + firstOffset,
            LastOffset = shift + run.LastOffset,
            Magic = wrapper.Magic,
            Codec = wrapper.Codec,
            TimestampType = wrapper.TimestampType,
            OneTimestamp = wrapper.TimestampType == TimestampType.LogAppend,
            OffsetShift = shift,
            Count = run.Count,
            MaxTimestamp = wrapper.TimestampType == TimestampType.LogAppend ? wrapper.Timestamp : run.MaxTimestamp,
            SizeInBytes = wrapper.Size,
        };
    }

    /// <summary>What makes the inner offsets absolute: those of magic 0 are, those of magic 1 count from the start of the wrapper, which has the offset of the last (KIP-31).</summary>
    static long ShiftOf(LegacyMessage wrapper, long lastInner)
    {
        // Old producers left the wrapper at 0 whatever was inside; Java takes the inner offsets as they are then.
        var shift = wrapper.Magic == 0 || wrapper.Offset == 0 ? 0 : wrapper.Offset - lastInner;
        return shift >= 0 ? shift
            : throw Corrupt($"the messages inside go up to {lastInner}, beyond the offset of the compressed message", wrapper.Offset, wrapper.Size);
    }

    readonly (byte[] Bytes, int From, int To) Inflate(
        CompressionCodec id, int from, int to, byte magic, long offset, int size, long next)
    {
        var codec = options.Codecs.Find(id) ?? throw Corrupt($"its codec {(byte)id} is not known", offset, size, next);
        using var output = new PooledBuffer(ArrayPool<byte>.Shared, options.MaxInflatedBytes);
        try
        {
            codec.Decompress(bytes.AsSpan(from, to - from), output, magic);
        }
        catch (CompressionException fault)
        {
            throw Corrupt($"{codec.Name}: {fault.Problem}", offset, size, next, fault);
        }

        return (output.ToArray(), 0, output.Length);
    }

    static CorruptBatchException Corrupt(string reason, long offset, int size, long next = -1, Exception? inner = null) =>
        new(reason, offset, size, next >= 0 ? next : offset is >= 0 and < long.MaxValue ? offset + 1 : offset, inner);
}
