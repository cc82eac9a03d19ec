using System.Reactive.Concurrency;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    /// <summary>Writes positions down now and then: at most once an interval, and once more at the end.</summary>
    /// <remarks>
    /// <para>One commit is under way at a time, and tells of everything that has moved since the last one. One that fails is told, ends nothing, and is made up for by the
    /// next, with the positions of then: an older position never replaces a newer one.</para>
    /// <para>Temperature: as the source. Disposing commits nothing more; end the reading and let this complete to have the last positions written.</para>
    /// <para>Scheduler: the interval is measured by <paramref name="scheduler"/>; results come on the thread where the commit ended. What the observer
    /// throws goes to it.</para>
    /// <para>Buffer: the newest position of each partition.</para>
    /// <para>Acknowledgement: none; positions are what acknowledgements make.</para>
    /// <para>Marble: <c>marbles/commit-every.marble</c></para>
    /// </remarks>
    /// <param name="positions">The positions, as <see cref="Reading.Positions"/> tells them.</param>
    /// <param name="interval">How long to gather.</param>
    /// <param name="commit">Writes positions down.</param>
    /// <param name="scheduler">Measures the interval; null for the default.</param>
    /// <returns>What was written, or was not.</returns>
    public static IObservable<CommittedPositions> CommitEvery(
        this IObservable<PartitionPosition> positions,
        TimeSpan interval,
        Func<IReadOnlyCollection<PartitionPosition>, CancellationToken, ValueTask> commit,
        IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return new PositionCommits(positions, commit, interval, long.MaxValue, scheduler ?? DefaultScheduler.Instance);
    }

    /// <summary>Writes positions down each time they have moved so far, and once more at the end.</summary>
    /// <remarks>
    /// <para>Works as the one with an interval does, but counts offsets.</para>
    /// <para>Temperature: as the source.</para>
    /// <para>Scheduler: none; results come on the thread where the commit ended.</para>
    /// <para>Buffer: the newest position of each partition.</para>
    /// <para>Acknowledgement: none; positions are what acknowledgements make.</para>
    /// <para>Marble: <c>marbles/commit-every-count.marble</c></para>
    /// </remarks>
    /// <param name="positions">The positions, as <see cref="Reading.Positions"/> tells them.</param>
    /// <param name="offsets">How many offsets all partitions together have moved when a commit is due. Where a partition begins counts as one.</param>
    /// <param name="commit">Writes positions down.</param>
    /// <returns>What was written, or was not.</returns>
    public static IObservable<CommittedPositions> CommitEvery(
        this IObservable<PartitionPosition> positions,
        int offsets,
        Func<IReadOnlyCollection<PartitionPosition>, CancellationToken, ValueTask> commit)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(offsets);
        return new PositionCommits(positions, commit, null, offsets, DefaultScheduler.Instance);
    }
}

/// <summary>What became of a commit.</summary>
/// <param name="Positions">What was to be written.</param>
/// <param name="Error">Why it was not; null when it was.</param>
public sealed record CommittedPositions(IReadOnlyCollection<PartitionPosition> Positions, Exception? Error = null);
