using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Samsa.Protocol.Records;

/// <summary>Walks the records of a batch. Nothing is allocated.</summary>
public struct RecordCursor
{
    /// <summary>The most headers that a record may have.</summary>
    const int MaxHeaders = 100_000;

    readonly RecordBatch batch;
    int position;
    int taken;
    long previous;
    RecordEntry current;

    internal RecordCursor(RecordBatch batch)
    {
        this.batch = batch;
        position = batch.Start;
        previous = batch.BaseOffset - 1;
    }

    /// <summary>The record that <see cref="MoveNext"/> went to; the next call changes it.</summary>
    [UnscopedRef]
    public readonly ref readonly RecordEntry Current => ref current;

    /// <summary>For <c>foreach</c>.</summary>
    public readonly RecordCursor GetEnumerator() => this;

    /// <summary>Goes to the next record. False: there is none.</summary>
    /// <exception cref="CorruptBatchException">The record is damaged. The cursor must not be used any more.</exception>
    public bool MoveNext()
    {
        if (taken == batch.Count)
        {
            if (position != batch.End) throw batch.Damaged($"{batch.End - position} bytes are left after its {batch.Count} records");
            return false;
        }

        taken++;
        if (batch.Magic == 2) ReadRecord();
        else ReadMessage();
        return true;
    }

    void ReadRecord()
    {
        var fields = new RecordFields(batch, position);
        var end = fields.Enter();
        fields.SkipByte();
        var start = fields.Position;
        var timestampDelta = fields.ReadLong();
        var offset = batch.BaseOffset + fields.ReadInt();
        var keyLength = fields.ReadLength();
        var keyStart = fields.Skip(keyLength);
        var valueLength = fields.ReadLength();
        var valueStart = fields.Skip(valueLength);
        var headerCount = fields.ReadHeaderCount();
        var headersStart = fields.Position;
        var fieldsEnd = headerCount == 0 ? headersStart : EndOfHeaders(headersStart, end, headerCount);
        if (fieldsEnd != end) ThrowRemaining(end - fieldsEnd);
        if (offset <= previous || offset > batch.LastOffset) ThrowOffset(offset);

        previous = offset;
        position = end;
        current.Start = start;
        current.Offset = offset;
        current.Timestamp = batch.OneTimestamp ? batch.MaxTimestamp : batch.BaseTimestamp + timestampDelta;
        current.KeyStart = keyStart;
        current.KeyLength = keyLength;
        current.ValueStart = valueStart;
        current.ValueLength = valueLength;
        current.HeadersStart = headersStart;
        current.HeaderCount = headerCount;
    }

    readonly int EndOfHeaders(int start, int end, int count)
    {
        // A header takes two bytes at least.
        if (count < 0 || count > (end - start) / 2 || count > MaxHeaders)
            throw batch.Damaged($"a record claims {count} headers, with {end - start} bytes left");
        var fields = new RecordFields(batch, start);
        for (; count > 0; count--)
        {
            var nameLength = fields.ReadLength();
            if (nameLength < 0) throw batch.Damaged("a header has no name");
            fields.Skip(nameLength);
            fields.Skip(fields.ReadLength());
        }

        return fields.Position;
    }

    /// <summary>Reads a message of magic 0 or 1. The reader has checked it when it made the batch.</summary>
    void ReadMessage()
    {
        var span = batch.Span[position..];
        var size = LegacyMessage.EntryHeader + BinaryPrimitives.ReadInt32BigEndian(span[8..]);
        var keyAt = LegacyMessage.KeyAt(batch.Magic);
        var keyLength = BinaryPrimitives.ReadInt32BigEndian(span[keyAt..]);
        var valueAt = keyAt + 4 + Math.Max(keyLength, 0);
        var valueLength = BinaryPrimitives.ReadInt32BigEndian(span[valueAt..]);
        current.Start = position;
        current.Offset = batch.OffsetShift + BinaryPrimitives.ReadInt64BigEndian(span);
        current.Timestamp = batch.Magic == 0 ? -1
            : batch.OneTimestamp ? batch.MaxTimestamp
            : BinaryPrimitives.ReadInt64BigEndian(span[LegacyMessage.TimestampAt..]);
        current.KeyStart = position + keyAt + 4;
        current.KeyLength = keyLength;
        current.ValueStart = position + valueAt + 4;
        current.ValueLength = valueLength;
        current.HeadersStart = position + size;
        position += size;
    }

    readonly void ThrowRemaining(int left) => throw batch.Damaged($"a record is {left} bytes longer than its fields");

    readonly void ThrowOffset(long offset) =>
        throw batch.Damaged($"a record has the offset {offset}, after {previous} and up to {batch.LastOffset}");
}
