namespace Samsa.Rx;

/// <summary>Under which terms a broker takes batches at this moment.</summary>
/// <param name="Magic">The record format that it knows.</param>
/// <param name="Identity">Whose numbers the batches carry; <c>null</c> for batches without numbers.</param>
/// <param name="MostInFlight">How many batches of one partition may be under way.</param>
/// <param name="Now">The time, on the clock's timestamps.</param>
/// <param name="Partial">Whether a batch that still has room may go, however young it is.</param>
/// <param name="Room">How many bytes fit into the request.</param>
readonly record struct Terms(byte Magic, ProducerIdentity? Identity, int MostInFlight, long Now, bool Partial, int Room);

/// <summary>What a lane has for a request.</summary>
enum Taken
{
    /// <summary>A batch.</summary>
    Batch,

    /// <summary>Nothing until new records come: the lane can be forgotten, it will report again.</summary>
    Nothing,

    /// <summary>Nothing before some time.</summary>
    Later,

    /// <summary>Nothing before an answer comes.</summary>
    Busy,

    /// <summary>A batch that the request has no room for.</summary>
    TooLarge,
}

/// <summary>What became of a record that was to be appended.</summary>
enum Placed
{
    /// <summary>It is in a batch.</summary>
    In,

    /// <summary>It would begin a new batch, and may as well do so on another partition.</summary>
    Elsewhere,

    /// <summary>The buffer is full.</summary>
    NoRoom,

    /// <summary>It has headers, and the broker is too old to know them.</summary>
    Unwritable,

    /// <summary>The producer was disposed of.</summary>
    Closed,
}
