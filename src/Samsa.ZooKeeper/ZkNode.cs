namespace Samsa.ZooKeeper;

/// <summary>A node as it was in one moment.</summary>
/// <param name="Path">Its path, below the chroot.</param>
/// <param name="Data">Its data; empty when there is none.</param>
/// <param name="Stat">What else is known about it.</param>
public sealed record ZkNode(string Path, ReadOnlyMemory<byte> Data, ZkStat Stat);

/// <summary>The children of a node as they were in one moment.</summary>
/// <param name="Path">The path of the node, below the chroot.</param>
/// <param name="Names">The names of the children, without the path, in ordinal order.</param>
/// <param name="Stat">What else is known about the node.</param>
public sealed record ZkChildren(string Path, IReadOnlyList<string> Names, ZkStat Stat);

/// <summary>Who may do what with a node.</summary>
/// <param name="Acl">The access list.</param>
/// <param name="Stat">What else is known about the node.</param>
public sealed record ZkAccess(IReadOnlyList<ZkAcl> Acl, ZkStat Stat);

/// <summary>A node that was just created.</summary>
/// <param name="Path">Its path, below the chroot, with the number that the server gave it.</param>
/// <param name="Stat">What else is known about it.</param>
public sealed record ZkCreated(string Path, ZkStat Stat);

/// <summary>What is known of something that is watched, and how well.</summary>
/// <param name="Value">Its state; null when the node does not exist.</param>
/// <param name="Zxid">The last transaction that the server knew when it was read.</param>
/// <param name="IsLive">
/// Whether it is watched now: false from the loss of the connection until it was read again. Who acts on it may want to wait for that.
/// </param>
public sealed record ZkView<T>(T? Value, long Zxid, bool IsLive)
    where T : class;
