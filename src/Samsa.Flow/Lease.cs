namespace Samsa.Flow;

/// <summary>An element that somebody counts on: when <c>OnNext</c> returns it is taken for seen, unless whoever keeps it says otherwise.</summary>
public interface IDeferrable
{
    /// <summary>Keeps the element beyond <c>OnNext</c>, in which this must be called.</summary>
    /// <returns>What says when the element has been dealt with.</returns>
    Lease Defer();
}

/// <summary>Who gave a <see cref="Lease"/> and is told its end.</summary>
public interface ILeaseHolder
{
    /// <summary>The element has been dealt with.</summary>
    /// <param name="ticket">Which one.</param>
    void Complete(long ticket);

    /// <summary>The element has not been dealt with, and will not be.</summary>
    /// <param name="ticket">Which one.</param>
    /// <param name="error">Why not.</param>
    void Fail(long ticket, Exception error);
}

/// <summary>The duty to say when an element that was kept has been dealt with. The operators here end each that they take exactly once.</summary>
/// <param name="Holder">Who gave it; null for an element nobody counts on.</param>
/// <param name="Ticket">Which element it is for.</param>
public readonly record struct Lease(ILeaseHolder? Holder, long Ticket)
{
    /// <summary>The element has been dealt with.</summary>
    public void Complete() => Holder?.Complete(Ticket);

    /// <summary>The element has not been dealt with, and will not be.</summary>
    /// <param name="error">Why not.</param>
    public void Fail(Exception error) => Holder?.Fail(Ticket, error);

    /// <summary>Keeps an element if somebody counts on it.</summary>
    internal static Lease Of<T>(T value)
    {
        if (value is not IDeferrable) return default;
        // Written so, nothing is boxed when T is a struct.
        return ((IDeferrable)value).Defer();
    }

    /// <summary>Why what was kept is not dealt with when nobody listens any more.</summary>
    internal static Exception NobodyListens() =>
        new OperationCanceledException("The subscription was disposed of before the element was dealt with.");
}
