namespace Samsa.Wire;

/// <summary>What a peer may claim at most, beside what its bytes can hold.</summary>
/// <remarks>Every count is first compared with the bytes that are left. These limits bound the memory
/// that many tiny items take: an empty string is one byte on the wire and an object here.</remarks>
public sealed record WireLimits
{
    /// <summary>The limits that hold when none are given.</summary>
    public static WireLimits Default { get; } = new();

    /// <summary>Items in one array.</summary>
    public int ArrayItems { get; init => field = Positive(value); } = 1_000_000;

    /// <summary>Items in all arrays of one message together.</summary>
    public int TotalItems { get; init => field = Positive(value); } = 4_000_000;

    /// <summary>Tagged fields in one section.</summary>
    public int Tags { get; init => field = Positive(value); } = 1000;

    static int Positive(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        return value;
    }
}
