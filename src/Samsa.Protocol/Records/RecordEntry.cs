namespace Samsa.Protocol.Records;

/// <summary>Where one record lies in its <see cref="RecordBatch"/>.</summary>
/// <remarks>The positions are for <see cref="RecordBatch.Slice"/> of the same batch. A length of -1 is null.</remarks>
public struct RecordEntry
{
    // The cursor sets these in place: building a new entry and copying it costs a fifth of the walk.

    /// <summary>The offset in the partition.</summary>
    public long Offset { readonly get; internal set; }

    /// <summary>Milliseconds since 1970 in UTC, as they came: any 64 bits; -1 is none.</summary>
    public long Timestamp { readonly get; internal set; }

    /// <summary>Where the key begins.</summary>
    public int KeyStart { readonly get; internal set; }

    /// <summary>The length of the key in bytes, or -1 for none.</summary>
    public int KeyLength { readonly get; internal set; }

    /// <summary>Where the value begins.</summary>
    public int ValueStart { readonly get; internal set; }

    /// <summary>The length of the value in bytes, or -1 for none.</summary>
    public int ValueLength { readonly get; internal set; }

    /// <summary>Where the first header begins.</summary>
    public int HeadersStart { readonly get; internal set; }

    /// <summary>How many headers there are.</summary>
    public int HeaderCount { readonly get; internal set; }

    /// <summary>Where the record begins: in magic 2 its timestamp, otherwise the whole message.</summary>
    internal int Start { readonly get; set; }
}
