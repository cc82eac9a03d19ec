using System.Collections.Frozen;

namespace Samsa.Rx;

/// <summary>Where a reading begins in each of its partitions.</summary>
/// <remarks>Partitions that are added to the topic later are always read from their beginning: everything in them is new.</remarks>
public abstract record StartFrom
{
    private protected StartFrom()
    {
    }

    /// <summary>With the oldest record that the broker still has.</summary>
    public static StartFrom Beginning { get; } = new AtBeginning();

    /// <summary>With the next record that is written.</summary>
    public static StartFrom End { get; } = new AtEnd();

    /// <summary>So many offsets before the end of each partition, or at its beginning when it holds less.</summary>
    /// <param name="count">How many offsets; compaction and transactions may have left fewer records there.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static StartFrom Last(long count) => new BeforeEnd(Option.Between(0, count, long.MaxValue, nameof(count)));

    /// <summary>At this offset in every partition.</summary>
    /// <param name="offset">The offset of the first record that is wanted. If it is not there, <see cref="ConsumeOptions.OnOutOfRange"/> decides.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is negative.</exception>
    public static StartFrom Offset(long offset) => new AtOffset(Option.Between(0, offset, long.MaxValue - 1, nameof(offset)));

    /// <summary>At an offset for each partition; those that are not named begin at their beginning.</summary>
    /// <param name="offsets">The offset of the first record that is wanted, by the number of the partition.</param>
    /// <exception cref="ArgumentOutOfRangeException">An offset or a partition is negative.</exception>
    public static StartFrom Offsets(IReadOnlyDictionary<int, long> offsets)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        foreach (var (partition, offset) in offsets)
        {
            Option.Between(0, partition, int.MaxValue, nameof(offsets));
            Option.Between(0, offset, long.MaxValue - 1, nameof(offsets));
        }

        return new AtOffsets(offsets.ToFrozenDictionary());
    }

    /// <summary>With the first record whose timestamp is not before this time, or at the end if there is none.</summary>
    /// <param name="time">The time; brokers keep milliseconds.</param>
    /// <remarks>
    /// Brokers before 0.10.1 know the times of log segments only: the reading begins with the last segment that was written before that
    /// time (or at the beginning), so it may begin too early.
    /// </remarks>
    public static StartFrom Time(DateTimeOffset time) => new AtTime(time.ToUnixTimeMilliseconds());

    /// <summary>The same, seen from one partition.</summary>
    internal virtual StartFrom In(int partition) => this;

    internal sealed record AtBeginning : StartFrom
    {
        public override string ToString() => "the beginning";
    }

    internal sealed record AtEnd : StartFrom
    {
        public override string ToString() => "the end";
    }

    internal sealed record BeforeEnd(long Count) : StartFrom
    {
        public override string ToString() => $"{Count} before the end";
    }

    internal sealed record AtOffset(long Position) : StartFrom
    {
        public override string ToString() => $"offset {Position}";
    }

    internal sealed record AtOffsets(FrozenDictionary<int, long> Positions) : StartFrom
    {
        internal override StartFrom In(int partition) =>
            Positions.TryGetValue(partition, out var position) ? new AtOffset(position) : Beginning;

        public override string ToString() => "given offsets";
    }

    internal sealed record AtTime(long Milliseconds) : StartFrom
    {
        public override string ToString() => $"the time {Milliseconds}";
    }
}
