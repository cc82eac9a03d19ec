namespace Samsa.Protocol.Records;

/// <summary>Where one record lies in its <see cref="RecordBatch"/>.</summary>
/// <remarks>The positions are for <see cref="RecordBatch.Slice"/> of the same batch. A length of -1 is null.</remarks>
public readonly struct RecordEntry
{
    /// <summary>The offset in the partition.</summary>
    public long Offset { get; init; }

    /// <summary>Milliseconds since 1970 in UTC, as they came: any 64 bits; -1 is none.</summary>
    public long Timestamp { get; init; }

    /// <summary>Where the key begins.</summary>
    public int KeyStart { get; init; }

    /// <summary>The length of the key in bytes, or -1 for none.</summary>
    public int KeyLength { get; init; }

    /// <summary>Where the value begins.</summary>
    public int ValueStart { get; init; }

    /// <summary>The length of the value in bytes, or -1 for none.</summary>
    public int ValueLength { get; init; }

    /// <summary>Where the first header begins.</summary>
    public int HeadersStart { get; init; }

    /// <summary>How many headers there are.</summary>
    public int HeaderCount { get; init; }

    /// <summary>Where the record ends, and with it its headers.</summary>
    internal int End { get; init; }
}
