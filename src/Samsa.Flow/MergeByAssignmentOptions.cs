using System.Reactive.Concurrency;

namespace Samsa.Flow;

/// <summary>How <c>MergeByAssignment</c> revokes and begins streams.</summary>
/// <typeparam name="TKey">What is assigned.</typeparam>
public sealed record MergeByAssignmentOptions<TKey>
{
    /// <summary>Which keys are the same; null for the default.</summary>
    public IEqualityComparer<TKey>? Comparer { get; init; }

    /// <summary>
    /// How long a revoked stream may take to end by itself after its token was cancelled. Until all of them have, or the time is over, no new
    /// stream begins; those that are kept go on. Null, the default, ends revoked streams at once.
    /// </summary>
    public TimeSpan? Drain
    {
        get;
        init => field = value is null || value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Drain), value, "Draining takes some time; leave it out to end revoked streams at once.");
    }

    /// <summary>In which order new streams begin; null for the order of the assignment.</summary>
    public IComparer<TKey>? StartOrder { get; init; }

    /// <summary>
    /// What is done with the error of one stream. Null, the default, ends everything with it. Otherwise this is told, the others go on, and the
    /// place is free: the next assignment that names the key begins it again.
    /// </summary>
    public Action<TKey, Exception>? PartitionFailed { get; init; }

    /// <summary>Measures <see cref="Drain"/>.</summary>
    public IScheduler Scheduler { get; init => field = value ?? throw new ArgumentNullException(nameof(Scheduler)); } = DefaultScheduler.Instance;
}
