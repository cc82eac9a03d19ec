using System.Reactive.Concurrency;

namespace Samsa.Rx;

/// <summary>How a table is kept. Change single things with <c>with</c>.</summary>
/// <typeparam name="TKey">The keys.</typeparam>
public sealed record TableOptions<TKey>
    where TKey : notnull
{
    /// <summary>Which keys are the same. It is asked under a lock of the table, so it must not wait for anything.</summary>
    public IEqualityComparer<TKey> Comparer { get; init => field = Option.Given(value); } = EqualityComparer<TKey>.Default;

    /// <summary>How many keys there may be. One more ends the reading with an <see cref="InvalidOperationException"/>.</summary>
    public int MaxKeys { get; init => field = Option.Between(1, value, int.MaxValue); } = 10_000_000;

    /// <summary>Tells the observers.</summary>
    public IScheduler Scheduler { get; init => field = Option.Given(value); } = DefaultScheduler.Instance;
}
