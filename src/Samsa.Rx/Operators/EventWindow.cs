using Samsa.Flow;

namespace Samsa.Rx;

/// <summary>What <c>WindowByEventTime</c> tells: a window that is over, or an element that came too late for its own, or far too early.</summary>
/// <typeparam name="TSource">The elements.</typeparam>
/// <typeparam name="TKey">Of what there is a window each.</typeparam>
/// <typeparam name="TResult">What the elements of a window become.</typeparam>
public abstract class EventWindow<TSource, TKey, TResult> : IDeferrable
    where TKey : notnull
{
    readonly SharedLease lease;

    private protected EventWindow(TKey key, SharedLease lease) => (Key, this.lease) = (key, lease);

    /// <summary>The key.</summary>
    public TKey Key { get; }

    /// <inheritdoc/>
    public Lease Defer() => lease.Defer();
}

/// <summary>A window that is over. Deferring it defers all of its elements.</summary>
/// <typeparam name="TSource">The elements.</typeparam>
/// <typeparam name="TKey">Of what there is a window each.</typeparam>
/// <typeparam name="TResult">What the elements of a window become.</typeparam>
public sealed class ClosedWindow<TSource, TKey, TResult> : EventWindow<TSource, TKey, TResult>
    where TKey : notnull
{
    internal ClosedWindow(TKey key, DateTimeOffset start, DateTimeOffset end, TResult result, int count, SharedLease lease)
        : base(key, lease) => (Start, End, Result, Count) = (start, end, result, count);

    /// <summary>The time of the first element that belongs to it, at the earliest.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The time before which its elements lie.</summary>
    public DateTimeOffset End { get; }

    /// <summary>What its elements have become.</summary>
    public TResult Result { get; }

    /// <summary>How many they are.</summary>
    public int Count { get; }

    /// <summary>What it is of, and what it has become: <c>key: result</c>.</summary>
    public override string ToString() => $"{Key}: {Result}";
}

/// <summary>An element that came when all of its windows were over.</summary>
/// <typeparam name="TSource">The elements.</typeparam>
/// <typeparam name="TKey">Of what there is a window each.</typeparam>
/// <typeparam name="TResult">What the elements of a window become.</typeparam>
public sealed class LateElement<TSource, TKey, TResult> : EventWindow<TSource, TKey, TResult>
    where TKey : notnull
{
    internal LateElement(TKey key, TSource element, DateTimeOffset time, SharedLease lease)
        : base(key, lease) => (Element, Time) = (element, time);

    /// <summary>The element.</summary>
    public TSource Element { get; }

    /// <summary>Its time.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>What it is: <c>late: element</c>.</summary>
    public override string ToString() => $"late: {Element}";
}

/// <summary>An element whose time is further ahead than is believed (<see cref="EventWindowOptions.Ahead"/>). It is in no window, and no window is over because of it.</summary>
/// <typeparam name="TSource">The elements.</typeparam>
/// <typeparam name="TKey">Of what there is a window each.</typeparam>
/// <typeparam name="TResult">What the elements of a window become.</typeparam>
public sealed class EarlyElement<TSource, TKey, TResult> : EventWindow<TSource, TKey, TResult>
    where TKey : notnull
{
    internal EarlyElement(TKey key, TSource element, DateTimeOffset time, SharedLease lease)
        : base(key, lease) => (Element, Time) = (element, time);

    /// <summary>The element.</summary>
    public TSource Element { get; }

    /// <summary>Its time.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>What it is: <c>early: element</c>.</summary>
    public override string ToString() => $"early: {Element}";
}
