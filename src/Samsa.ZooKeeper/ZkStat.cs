namespace Samsa.ZooKeeper;

/// <summary>What ZooKeeper knows about a node beside its data. (ZooKeeper: org.apache.zookeeper.data.Stat)</summary>
[Part]
public sealed partial record ZkStat
{
    /// <summary>The transaction that created the node.</summary>
    public long Czxid { get; init; }

    /// <summary>The transaction that last wrote its data.</summary>
    public long Mzxid { get; init; }

    /// <summary>When it was created, in milliseconds since 1970 by the clock of the server.</summary>
    public long Ctime { get; init; }

    /// <summary>When its data was last written, in milliseconds since 1970 by the clock of the server.</summary>
    public long Mtime { get; init; }

    /// <summary>How often its data was written since it was created.</summary>
    public int Version { get; init; }

    /// <summary>How often its children came and went.</summary>
    public int ChildrenVersion { get; init; }

    /// <summary>How often its access list was written.</summary>
    public int AclVersion { get; init; }

    /// <summary>The session that the node goes with; 0 when it is not ephemeral.</summary>
    public long EphemeralOwner { get; init; }

    /// <summary>The length of its data in bytes.</summary>
    public int DataLength { get; init; }

    /// <summary>How many children it has.</summary>
    public int ChildrenCount { get; init; }

    /// <summary>The transaction that last changed the set of its children.</summary>
    public long Pzxid { get; init; }
}
