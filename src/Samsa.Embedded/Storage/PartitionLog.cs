namespace Samsa.Embedded.Storage;

/// <summary>The records of one partition: segments in memory, the oldest of which go when there is too much.</summary>
/// <remarks>Calls are serialized by the partition it belongs to. The bytes it gives out never change and are never used again.</remarks>
sealed class PartitionLog(long retentionBytes)
{
    const int LargestSegment = 4 * 1024 * 1024;
    const int SmallestSegment = 64 * 1024;
    const int FirstCapacity = 16 * 1024;

    readonly int segmentBytes = (int)Math.Clamp(retentionBytes / 4, SmallestSegment, LargestSegment);
    readonly List<LogSegment> segments = [];

    /// <summary>The first offset that is still there.</summary>
    public long Start { get; private set; }

    /// <summary>The offset the next record gets.</summary>
    public long End { get; private set; }

    public long SizeInBytes { get; private set; }

    public IReadOnlyList<LogSegment> Segments => segments;

    /// <summary>Gives room for an entry of <paramref name="size"/> bytes; <see cref="Commit"/> makes it part of the log.</summary>
    public Span<byte> Reserve(int size)
    {
        // A log that has filled one segment will fill another; before that, nobody knows.
        if (segments.Count == 0) segments.Add(new LogSegment(End, segmentBytes, FirstCapacity));
        else if (!segments[^1].HasRoomFor(size)) segments.Add(new LogSegment(End, segmentBytes, segmentBytes));
        return segments[^1].Reserve(size);
    }

    public void Commit(ReadOnlySpan<byte> entry, long now)
    {
        segments[^1].Commit(entry, now);
        End = segments[^1].NextOffset;
        SizeInBytes += entry.Length;
        Forget();
    }

    /// <summary>Moves the start of the log to <paramref name="offset"/>. What lies wholly before it is let go of.</summary>
    public void DeleteBefore(long offset)
    {
        Start = Math.Max(Start, offset);
        while (segments.Count > 0 && segments[0].NextOffset <= Start) ForgetFirst();
    }

    /// <summary>The segment that holds <paramref name="offset"/>; null at the end of the log.</summary>
    public LogSegment? SegmentOf(long offset)
    {
        if (offset >= End) return null;
        int low = 0, high = segments.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (segments[middle].BaseOffset <= offset) low = middle;
            else high = middle - 1;
        }

        return segments[low];
    }

    /// <summary>Every entry from the one that holds <paramref name="offset"/> on.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> EntriesFrom(long offset)
    {
        foreach (var segment in segments)
        {
            if (segment.NextOffset <= offset) continue;
            for (var position = segment.PositionOf(Math.Max(offset, segment.BaseOffset)); position < segment.Length;)
            {
                var size = segment.SizeAt(position);
                yield return segment.Slice(position, size);
                position += size;
            }
        }
    }

    /// <summary>Ends the log at an offset of it. An entry that reaches behind it goes as a whole.</summary>
    public void Truncate(long offset)
    {
        while (segments.Count > 0 && segments[^1].NextOffset > offset)
        {
            var last = segments[^1];
            segments.RemoveAt(segments.Count - 1);
            SizeInBytes -= last.Length;
            // Readers may still hold what was behind: what is left goes into a segment of its own.
            var left = offset <= last.BaseOffset ? 0 : last.PositionOf(offset);
            if (left == 0) continue;
            var cut = new LogSegment(last.BaseOffset, segmentBytes, FirstCapacity);
            for (var position = 0; position < left; position += last.SizeAt(position))
            {
                var entry = last.Slice(position, last.SizeAt(position)).Span;
                var stored = cut.Reserve(entry.Length);
                entry.CopyTo(stored);
                cut.Commit(stored, last.Touched);
            }

            segments.Add(cut);
            SizeInBytes += cut.Length;
        }

        End = offset;
    }

    // Kafka's rule: a segment goes as long as enough is left without it; the one being written to stays.
    void Forget()
    {
        while (segments.Count > 1 && SizeInBytes - segments[0].Length >= retentionBytes)
        {
            ForgetFirst();
            Start = Math.Max(Start, segments[0].BaseOffset);
        }
    }

    void ForgetFirst()
    {
        SizeInBytes -= segments[0].Length;
        segments.RemoveAt(0);
    }
}
