namespace Samsa.ZooKeeper;

/// <summary>Whether a node is held.</summary>
public enum ZkHoldState
{
    /// <summary>Not yet: there was no connection, or it is being created.</summary>
    Pending,

    /// <summary>It is there, and goes with our session.</summary>
    Held,

    /// <summary>It is there and belongs to somebody else. It is taken when they let go of it.</summary>
    Conflict,

    /// <summary>The connection is lost. Until it comes back nobody knows whether the node is still there.</summary>
    Suspended,

    /// <summary>It was let go.</summary>
    Released,
}

/// <summary>A node that is to be there as long as we are, as it is now.</summary>
/// <param name="State">Whether it is held.</param>
/// <param name="Path">Its path.</param>
/// <param name="Owner">The session that it goes with; 0 when it is not known, or when it is no ephemeral node.</param>
/// <param name="Stat">What is known about it; null when nothing is.</param>
public sealed record ZkHold(ZkHoldState State, string Path, long Owner, ZkStat? Stat);
