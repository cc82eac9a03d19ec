using Samsa.Flow;

namespace Samsa.Rx;

/// <summary>A record that was there when the reading began, one that came later, or the moment between the two.</summary>
/// <typeparam name="T">What is read.</typeparam>
/// <param name="Kind">Which of the three.</param>
/// <param name="Value">The record; the default of its type at the moment between.</param>
public readonly record struct CatchUp<T>(CatchUpKind Kind, T? Value) : IDeferrable
{
    /// <inheritdoc/>
    public Lease Defer() => Kind is CatchUpKind.CaughtUp ? default : Lease.Of(Value);

    /// <summary>The record as a text; <c>caught up</c> at the moment between.</summary>
    public override string ToString() => Kind is CatchUpKind.CaughtUp ? "caught up" : $"{Value}";
}

/// <summary>What a <see cref="CatchUp{T}"/> says.</summary>
public enum CatchUpKind : byte
{
    /// <summary>A record from before the reading began.</summary>
    History,

    /// <summary>Everything from before has been told. Comes once, and brings no record.</summary>
    CaughtUp,

    /// <summary>A record that came later.</summary>
    Live,
}
