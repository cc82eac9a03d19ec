namespace Samsa.Rx;

/// <summary>Who must have a record before a broker says that it is written. Java: acks.</summary>
public enum Acks
{
    /// <summary>Every replica that is in sync. The only choice that survives the loss of a leader.</summary>
    All = -1,

    /// <summary>
    /// Nobody: the broker does not answer. A record counts as persisted when its bytes were handed to the socket; its offset is unknown (−1).
    /// Flushing and completing wait until the broker has read them.
    /// </summary>
    None = 0,

    /// <summary>The leader alone. Lost when the leader dies before the others have copied it.</summary>
    Leader = 1,
}
