using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Wire;

namespace Samsa.Embedded.Storage;

/// <summary>Finds offsets in a log. The special times are those of Kafka's ListOffsetsRequest.</summary>
static class OffsetSearch
{
    const long Latest = -1;
    const long Earliest = -2;
    const long MaxTimestamp = -3;
    const long EarliestLocal = -4;
    const long LatestTiered = -5;
    const long EarliestPendingUpload = -6;

    static readonly Found Nothing = new(-1, -1, -1);

    /// <summary>Whether a special time is known in a version; ordinary times always are.</summary>
    public static bool Knows(long time, short version) => time switch
    {
        >= Earliest => true,
        MaxTimestamp => version >= 7,
        EarliestLocal => version >= 8,
        LatestTiered => version >= 9,
        EarliestPendingUpload => version >= 11,
        _ => false,
    };

    /// <summary>Finds the first record that is not older than <paramref name="time"/>, or what a special time stands for.</summary>
    /// <param name="log">The log.</param>
    /// <param name="epochs">Its leaders.</param>
    /// <param name="end">What counts as the end.</param>
    /// <param name="time">In ms since 1970, or a special time.</param>
    /// <param name="special">Whether there are more special times than the two ends.</param>
    public static Found Find(PartitionLog log, LeaderEpochs epochs, long end, long time, bool special) => time switch
    {
        Latest => new Found(end, -1, epochs.Latest),
        Earliest => new Found(log.Start, -1, epochs.Of(log.Start)),
        EarliestLocal when special => new Found(log.Start, -1, epochs.Of(log.Start)),
        MaxTimestamp when special => Youngest(log, epochs, end),
        // There is no second tier to which anything was or will be moved.
        LatestTiered or EarliestPendingUpload when special => Nothing,
        _ => At(log, epochs, end, time),
    };

    /// <summary>What version 0 gives: where segments begin that were not written to after a time, the youngest first.</summary>
    public static IReadOnlyList<long> Segments(PartitionLog log, long time, int most, long now)
    {
        if (most <= 0) return [];
        if (time == Earliest) return [log.Start];
        var untilNow = time == Latest || time >= now;
        var begins = log.Segments.Where(one => untilNow || one.Touched <= time)
            .Select(one => Math.Max(one.BaseOffset, log.Start)).Reverse();
        return [.. (untilNow ? begins.Prepend(log.End).Distinct() : begins).Take(most)];
    }

    static Found At(PartitionLog log, LeaderEpochs epochs, long end, long time)
    {
        foreach (var segment in log.Segments)
        {
            if (segment.MaxTimestamp < time) continue;
            foreach (var entry in log.EntriesFrom(Math.Max(segment.BaseOffset, log.Start)))
            {
                if (Entry.MaxTimestamp(entry.Span) < time) continue;
                if (First(entry, log.Start, end, time) is { } found) return found with { LeaderEpoch = epochs.Of(found.Offset) };
            }
        }

        return Nothing;
    }

    static Found Youngest(PartitionLog log, LeaderEpochs epochs, long end)
    {
        var youngest = log.Segments.Where(one => one.Length > 0).Select(one => one.MaxTimestamp).DefaultIfEmpty(-1).Max();
        return youngest < 0 ? Nothing : At(log, epochs, end, youngest);
    }

    static Found? First(ReadOnlyMemory<byte> entry, long start, long end, long time)
    {
        try
        {
            var reader = new RecordBatchReader(entry);
            if (!reader.TryRead(out var batch) || batch.IsControl) return null;
            foreach (var record in batch)
                if (record.Timestamp >= time && record.Offset >= start) return record.Offset < end ? new Found(record.Offset, record.Timestamp, -1) : null;
        }
        catch (Exception fault) when (fault is ProtocolException or CompressionLibraryMissingException)
        {
            // Damaged on purpose, or in a codec that is not on this machine: nothing is known of its records but the batch.
            return new Found(Entry.LastOffset(entry.Span), Entry.MaxTimestamp(entry.Span), -1);
        }

        return null;
    }
}

/// <summary>Where a search ended.</summary>
/// <param name="Offset">The offset; −1 for none.</param>
/// <param name="Timestamp">The timestamp of the record; −1 when it is an end.</param>
/// <param name="LeaderEpoch">The epoch the record was written in; −1 for none.</param>
readonly record struct Found(long Offset, long Timestamp, int LeaderEpoch);
