namespace Samsa.Rx;

/// <summary>What is known of a record when nothing more will be tried.</summary>
public enum Outcome : byte
{
    /// <summary>The broker said that it is written (with <see cref="Acks.None"/>: its bytes were handed to the socket).</summary>
    Persisted,

    /// <summary>It is certainly not in the log.</summary>
    NotPersisted,

    /// <summary>It may be in the log or not: it was sent, and no answer settled it. Sending it again may double it.</summary>
    Unknown,
}
