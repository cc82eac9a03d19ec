namespace Samsa.Embedded.Serving;

/// <summary>How an answer leaves, when a fault has a say in it.</summary>
sealed record Delivery
{
    public static Delivery Whole { get; } = new();

    /// <summary>How many bytes of it are sent.</summary>
    public int Bytes { get; init; } = int.MaxValue;

    /// <summary>How many of them at a time.</summary>
    public int PieceBytes { get; init; } = int.MaxValue;

    /// <summary>How long nothing is sent between two pieces.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>What becomes of the connection.</summary>
    public Ending Ending { get; init; }
}

/// <summary>What becomes of a connection after an answer.</summary>
enum Ending
{
    /// <summary>It goes on.</summary>
    None,

    /// <summary>It is closed once what was sent has gone out.</summary>
    Close,

    /// <summary>It is torn down; the client sees a reset.</summary>
    Reset,
}
