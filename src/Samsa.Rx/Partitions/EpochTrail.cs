namespace Samsa.Rx;

/// <summary>
/// Under which leaders the records of a partition were written, as a reader saw them: the newest epoch, where it began, and what was
/// before it (KIP-320). It never changes, so it can be looked at while reading goes on.
/// </summary>
sealed class EpochTrail
{
    /// <summary>A log may have seen thousands of elections; logs part near their ends.</summary>
    const int Longest = 64;

    readonly EpochTrail? before;
    readonly int length;

    EpochTrail(EpochTrail? before, int epoch, long start) =>
        (this.before, length, Epoch, Start) = (before, (before?.length ?? 0) + 1, epoch, start);

    /// <summary>The epoch of the leader that wrote the last record.</summary>
    public int Epoch { get; }

    /// <summary>The offset from which on all records that were read are of this epoch, or of none.</summary>
    public long Start { get; }

    /// <summary>A trail with one more epoch. Of a long one the older half is forgotten.</summary>
    public static EpochTrail With(EpochTrail? trail, int epoch, long start) =>
        new(trail?.length >= Longest ? trail.Newest(Longest / 2) : trail, epoch, start);

    /// <summary>What is left of it when everything from an offset on is forgotten.</summary>
    public EpochTrail? Before(long offset)
    {
        var trail = this;
        while (trail is not null && trail.Start >= offset) trail = trail.before;
        return trail;
    }

    /// <summary>Where a log and what was read of it part.</summary>
    /// <param name="position">The offset after what was read.</param>
    /// <param name="epoch">The newest epoch of the log that is not after <see cref="Epoch"/>.</param>
    /// <param name="end">Where that epoch ends in the log.</param>
    /// <returns>The offset; <paramref name="position"/> when they do not part before it.</returns>
    public long PartsAt(long position, int epoch, long end)
    {
        // What was read of epochs that the log does not have is not in it, even if it has other records at these offsets.
        for (var trail = this; trail is not null && trail.Epoch > epoch; trail = trail.before) position = Math.Min(position, trail.Start);
        return Math.Min(position, end);
    }

    EpochTrail Newest(int count) => new(count > 1 ? before?.Newest(count - 1) : null, Epoch, Start);
}
