namespace Samsa.Rx;

/// <summary>
/// What a connection is for. Answers come in order, so a fetch that waits for records must not stand before anything else:
/// each use has a connection of its own to each broker.
/// </summary>
/// <param name="Name">The word for it in logs.</param>
/// <param name="Key">Whose it is, when several of the same kind must not share.</param>
readonly record struct ConnectionUse(string Name, object? Key = null)
{
    /// <summary>Metadata, offsets, creating and deleting: short questions.</summary>
    public static ConnectionUse General { get; } = new("general");

    /// <summary>Sending records.</summary>
    public static ConnectionUse Producing { get; } = new("producing");

    /// <summary>A reader's own, for fetches that wait at the broker.</summary>
    public static ConnectionUse Reading(object reader) => new("reading", reader);
}
