namespace Samsa.Rx;

/// <summary>Which records of transactions are seen (KIP-98).</summary>
public enum Isolation
{
    /// <summary>All of them, also those of transactions that are open or were aborted.</summary>
    ReadUncommitted = 0,

    /// <summary>Only those of transactions that were committed; the reading stops before the first open one.</summary>
    ReadCommitted = 1,
}

/// <summary>What to do when the offset that is to be read next is not in the partition (any more).</summary>
/// <remarks>
/// A log that was cut by a new leader (KIP-320) is gone on with where it and what was read of it part, by each of them but <see cref="Fail"/>,
/// and a <see cref="LogTruncated"/> event tells it.
/// </remarks>
public enum ResetPolicy
{
    /// <summary>Go to the end that is nearer: to the beginning if the offset was deleted, to the end if the partition is shorter.</summary>
    Nearest,

    /// <summary>Go to the beginning of the partition.</summary>
    Earliest,

    /// <summary>Go to its end.</summary>
    Latest,

    /// <summary>End with an <see cref="OffsetOutOfRangeException"/>.</summary>
    Fail,
}

/// <summary>What to do with a batch that cannot be read, after it was fetched a second time.</summary>
public enum CorruptPolicy
{
    /// <summary>Deliver what comes before it in its partition, and end with a <see cref="CorruptRecordException"/>.</summary>
    Fail,

    /// <summary>Go on behind it and tell of it with a <see cref="BatchSkipped"/> event.</summary>
    Skip,
}
