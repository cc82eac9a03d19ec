namespace Samsa.Protocol.Records;

/// <summary>Walks the headers of one record. Nothing is allocated.</summary>
public struct RecordHeaderCursor
{
    readonly RecordBatch batch;
    int position;
    int left;
    RecordHeader current;

    internal RecordHeaderCursor(RecordBatch batch, int start, int count)
    {
        this.batch = batch;
        position = start;
        left = count;
    }

    /// <summary>How many headers are still to come.</summary>
    public readonly int Remaining => left;

    /// <summary>The header that <see cref="MoveNext"/> went to.</summary>
    public readonly RecordHeader Current => current;

    /// <summary>For <c>foreach</c>.</summary>
    public readonly RecordHeaderCursor GetEnumerator() => this;

    /// <summary>Goes to the next header. False: there is none.</summary>
    public bool MoveNext()
    {
        if (left == 0) return false;
        left--;
        batch.Frame?.Look();
        // The cursor that found the record has checked all of this once.
        var fields = new RecordFields(batch, position);
        var nameLength = fields.ReadLength();
        var name = batch.Slice(fields.Skip(nameLength), nameLength);
        var valueLength = fields.ReadLength();
        var valueStart = fields.Skip(valueLength);
        // A bare null would become an empty memory here: memory converts from arrays, and so from null.
        current = new RecordHeader(name, valueLength < 0 ? default(ReadOnlyMemory<byte>?) : batch.Slice(valueStart, valueLength));
        position = fields.Position;
        return true;
    }
}
