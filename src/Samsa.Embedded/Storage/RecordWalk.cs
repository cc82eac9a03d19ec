using Samsa.Wire;

namespace Samsa.Embedded.Storage;

/// <summary>Goes through the records of a batch (format 2, not compressed) without making anything of them.</summary>
ref struct RecordWalk(ReadOnlySpan<byte> records)
{
    ReadOnlySpan<byte> left = records;

    /// <summary>How far the timestamp is after the one of the batch, in ms.</summary>
    public long TimestampDelta { get; private set; }

    /// <summary>How far the offset is after the one of the batch.</summary>
    public int OffsetDelta { get; private set; }

    /// <summary>The key; empty when there is none, see <see cref="HasKey"/>.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    public bool HasKey { get; private set; }

    /// <summary>Whether bytes are left that are no record: the walk ended before its end.</summary>
    public readonly bool IsBroken => left.Length > 0;

    /// <summary>Goes to the next record; false at the end, and where the bytes are no record any more.</summary>
    public bool MoveNext()
    {
        var read = Varints.ReadSigned(left, out int length);
        if (read <= 0 || length < 0 || length > left.Length - read) return false;
        if (!Parse(left.Slice(read, length))) return false;
        left = left[(read + length)..];
        return true;
    }

    bool Parse(ReadOnlySpan<byte> record)
    {
        if (record.IsEmpty) return false;
        var at = 1; // the attributes of a record, unused so far
        if (!Next(record, ref at, out long timestamp) || !Next(record, ref at, out long offset)) return false;
        if (offset is < int.MinValue or > int.MaxValue) return false;
        if (!Bytes(record, ref at, out var key, out var hasKey) || !Bytes(record, ref at, out _, out _)) return false;
        if (!Next(record, ref at, out long headers) || headers < 0) return false;
        for (; headers > 0; headers--)
            if (!Bytes(record, ref at, out _, out var hasName) || !hasName || !Bytes(record, ref at, out _, out _)) return false;
        (TimestampDelta, OffsetDelta, HasKey) = (timestamp, (int)offset, hasKey);
        Key = key;
        return at == record.Length;
    }

    static bool Next(ReadOnlySpan<byte> record, scoped ref int at, out long value)
    {
        var read = Varints.ReadSigned(record[at..], out value);
        at += Math.Max(read, 0);
        return read > 0;
    }

    // A length of −1 is null.
    static bool Bytes(ReadOnlySpan<byte> record, scoped ref int at, out ReadOnlySpan<byte> bytes, out bool present)
    {
        bytes = default;
        present = false;
        if (!Next(record, ref at, out var length) || length < -1 || length > record.Length - at) return false;
        if (length < 0) return true;
        bytes = record.Slice(at, (int)length);
        present = true;
        at += (int)length;
        return true;
    }
}
