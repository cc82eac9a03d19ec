namespace Samsa.ZooKeeper;

/// <summary>How long a node lives, and how it is called. The numbers are those of the wire.</summary>
public enum ZkCreateMode
{
    /// <summary>Until it is deleted.</summary>
    Persistent = 0,

    /// <summary>Until the session ends. It cannot have children.</summary>
    Ephemeral = 1,

    /// <summary>Until it is deleted; ten digits that rise are put behind its name.</summary>
    PersistentSequential = 2,

    /// <summary>Until the session ends; ten digits that rise are put behind its name.</summary>
    EphemeralSequential = 3,

    /// <summary>Until its last child has been deleted. ZooKeeper 3.5 or later.</summary>
    Container = 4,

    /// <summary>Until it has not been written, and has had no children, for a time. ZooKeeper 3.5 or later, where it is allowed.</summary>
    PersistentWithTtl = 5,

    /// <summary>As <see cref="PersistentWithTtl"/>; ten digits that rise are put behind its name.</summary>
    PersistentSequentialWithTtl = 6,
}
