using System.Buffers.Binary;

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

    /// <summary>The record that <see cref="MoveNext"/> went to.</summary>
    public readonly RecordEntry Current => current;

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
        var outer = new RecordFields(batch, position, batch.End);
        var length = outer.ReadInt();
        if (length < 0 || length > outer.Remaining) ThrowLength(length, outer.Remaining);
        var end = outer.Position + length;

        var fields = new RecordFields(batch, outer.Position, end);
        fields.ReadByte();
        var timestampDelta = fields.ReadLong();
        var offset = batch.BaseOffset + fields.ReadInt();
        var keyLength = fields.ReadLength();
        var keyStart = fields.Skip(keyLength);
        var valueLength = fields.ReadLength();
        var valueStart = fields.Skip(valueLength);
        var headerCount = fields.ReadInt();
        var headersStart = fields.Position;
        if (headerCount != 0) SkipHeaders(ref fields, headerCount);
        if (fields.Remaining != 0) ThrowRemaining(fields.Remaining);
        if (offset <= previous || offset > batch.LastOffset) ThrowOffset(offset);

        previous = offset;
        position = end;
        current = new RecordEntry
        {
            Offset = offset,
            Timestamp = batch.OneTimestamp ? batch.MaxTimestamp : batch.BaseTimestamp + timestampDelta,
            KeyStart = keyStart,
            KeyLength = keyLength,
            ValueStart = valueStart,
            ValueLength = valueLength,
            HeadersStart = headersStart,
            HeaderCount = headerCount,
            End = end,
        };
    }

    readonly void SkipHeaders(ref RecordFields fields, int count)
    {
        // A header takes two bytes at least.
        if (count < 0 || count > fields.Remaining / 2 || count > MaxHeaders)
            throw batch.Damaged($"a record claims {count} headers, with {fields.Remaining} bytes left");
        for (; count > 0; count--)
        {
            var nameLength = fields.ReadLength();
            if (nameLength < 0) throw batch.Damaged("a header has no name");
            fields.Skip(nameLength);
            fields.Skip(fields.ReadLength());
        }
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
        current = new RecordEntry
        {
            Offset = batch.OffsetShift + BinaryPrimitives.ReadInt64BigEndian(span),
            Timestamp = batch.Magic == 0 ? -1
                : batch.OneTimestamp ? batch.MaxTimestamp
                : BinaryPrimitives.ReadInt64BigEndian(span[LegacyMessage.TimestampAt..]),
            KeyStart = position + keyAt + 4,
            KeyLength = keyLength,
            ValueStart = position + valueAt + 4,
            ValueLength = valueLength,
            HeadersStart = position + size,
            End = position + size,
        };
        position += size;
    }

    readonly void ThrowLength(int length, int left) => throw batch.Damaged($"a record has the length {length}, with {left} bytes left");

    readonly void ThrowRemaining(int left) => throw batch.Damaged($"a record is {left} bytes longer than its fields");

    readonly void ThrowOffset(long offset) =>
        throw batch.Damaged($"a record has the offset {offset}, after {previous} and up to {batch.LastOffset}");
}
