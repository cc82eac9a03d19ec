namespace Samsa.Embedded.Storage;

/// <summary>A run of entries in one array, so that any part of it can go into an answer as it is.</summary>
/// <remarks>
/// Bytes are only ever added: what a reader was given never changes under it. When the array grows, a reader keeps the old
/// one, which holds the same. Calls are serialized by the partition; readers of the slices need not care.
/// </remarks>
sealed class LogSegment(long baseOffset, int limit, int firstCapacity)
{
    // A search walks at most this many bytes of entries.
    const int Stride = 4096;

    byte[] bytes = [];

    // From each of these positions on, all offsets are at least the one beside it.
    readonly List<(long Offset, int Position)> index = [(baseOffset, 0)];

    public long BaseOffset { get; } = baseOffset;

    /// <summary>The offset after the last entry.</summary>
    public long NextOffset { get; private set; } = baseOffset;

    public int Length { get; private set; }

    /// <summary>The youngest timestamp, in ms since 1970.</summary>
    public long MaxTimestamp { get; private set; } = long.MinValue;

    /// <summary>When something was added last, in ms since 1970: what the modification time of a file is to Kafka 0.8.</summary>
    public long Touched { get; private set; }

    /// <summary>Whether it takes <paramref name="size"/> bytes more. An empty one takes anything.</summary>
    public bool HasRoomFor(int size) => Length == 0 || size <= limit - Length;

    /// <summary>Gives room for an entry. It is not there for readers until <see cref="Commit"/>.</summary>
    public Span<byte> Reserve(int size)
    {
        if (bytes.Length - Length < size)
        {
            var wanted = Math.Max(Length + size, Math.Clamp(bytes.Length * 2L, firstCapacity, limit));
            var grown = GC.AllocateUninitializedArray<byte>((int)wanted);
            bytes.AsSpan(0, Length).CopyTo(grown);
            bytes = grown;
        }

        return bytes.AsSpan(Length, size);
    }

    public void Commit(ReadOnlySpan<byte> entry, long now)
    {
        if (Length - index[^1].Position >= Stride) index.Add((NextOffset, Length));
        NextOffset = Entry.LastOffset(entry) + 1;
        MaxTimestamp = Math.Max(MaxTimestamp, Entry.MaxTimestamp(entry));
        Touched = now;
        Length += entry.Length;
    }

    /// <summary>Where the entry begins that holds <paramref name="offset"/>; the end when it is not here yet.</summary>
    public int PositionOf(long offset)
    {
        if (offset >= NextOffset) return Length;
        var position = index[LastAtOrBefore(offset)].Position;
        while (Entry.LastOffset(bytes.AsSpan(position)) < offset) position += SizeAt(position);
        return position;
    }

    /// <summary>How long the entry at <paramref name="position"/> is, in bytes.</summary>
    public int SizeAt(int position) => Entry.Size(bytes.AsSpan(position));

    public ReadOnlyMemory<byte> Slice(int position, int length) => bytes.AsMemory(position, length);

    int LastAtOrBefore(long offset)
    {
        int low = 0, high = index.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (index[middle].Offset <= offset) low = middle;
            else high = middle - 1;
        }

        return low;
    }
}
