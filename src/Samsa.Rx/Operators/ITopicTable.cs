namespace Samsa.Rx;

/// <summary>The latest value of each key of a topic, kept up to date: what a compacted topic means.</summary>
/// <remarks>
/// <para>It can be looked into at any time and from everywhere; what is enumerated is how it stood when the enumeration began.</para>
/// <para>Observers are told on the scheduler of the table, each at its own pace: one that is slow gets the latest of each key next, and holds up
/// neither the table nor the others.</para>
/// <para>When reading fails, the table stays as it was, and its streams and <see cref="CaughtUp"/> fail. Disposing ends the reading and completes the
/// streams.</para>
/// </remarks>
/// <typeparam name="TKey">The keys.</typeparam>
/// <typeparam name="TValue">Their values.</typeparam>
#pragma warning disable CA1710 // It is a table; that it can be looked into like a dictionary is the least of it.
public interface ITopicTable<TKey, TValue> : IReadOnlyDictionary<TKey, TValue>, IAsyncDisposable
    where TKey : notnull
#pragma warning restore CA1710
{
    /// <summary>Ends when everything has been read that was there when the reading began. Cancelled when the table is disposed of before.</summary>
    Task CaughtUp { get; }

    /// <summary>How many records have changed it. Rises.</summary>
    long Version { get; }

    /// <summary>What changes from the subscription on.</summary>
    IObservable<TableChange<TKey, TValue>> Changes { get; }

    /// <summary>What is there, as additions, and then what changes: nothing is left out between, and nothing told twice.</summary>
    /// <param name="filter">Which keys; null for all. Called where the observer is.</param>
    /// <returns>The changes. What they add up to is the table.</returns>
    IObservable<TableChange<TKey, TValue>> Connect(Func<TKey, bool>? filter = null);

    /// <summary>The value of one key: what it is, and then whatever it becomes.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Its values; none while the key is not there.</returns>
    IObservable<Optional<TValue>> Watch(TKey key);
}
