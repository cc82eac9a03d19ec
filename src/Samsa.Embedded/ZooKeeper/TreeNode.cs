using System.Collections.Immutable;
using Samsa.ZooKeeper;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>What ends a node, when nobody deletes it.</summary>
enum NodeKind
{
    Persistent,
    Ephemeral,
    Container,
    Ttl,
}

/// <summary>A node as it is at one moment.</summary>
sealed record TreeNode
{
    public static readonly ImmutableSortedSet<string> NoChildren = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public ReadOnlyMemory<byte>? Data { get; init; }
    public required IReadOnlyList<ZkAcl> Acl { get; init; }
    public long Czxid { get; init; }
    public long Mzxid { get; init; }
    public long Pzxid { get; init; }
    public long Ctime { get; init; }
    public long Mtime { get; init; }
    public int Version { get; init; }
    public int AclVersion { get; init; }

    /// <summary>How many children it ever had: the number that the next sequential one gets.</summary>
    public int Born { get; init; }

    public NodeKind Kind { get; init; }

    /// <summary>The session that an ephemeral node goes with.</summary>
    public long Owner { get; init; }

    public TimeSpan Ttl { get; init; }

    public ImmutableSortedSet<string> Children { get; init; } = NoChildren;

    public ZkStat Stat => new()
    {
        Czxid = Czxid,
        Mzxid = Mzxid,
        Ctime = Ctime,
        Mtime = Mtime,
        Version = Version,
        // What has come, and what of that has gone.
        ChildrenVersion = 2 * Born - Children.Count,
        AclVersion = AclVersion,
        EphemeralOwner = Owner,
        DataLength = Data?.Length ?? 0,
        ChildrenCount = Children.Count,
        Pzxid = Pzxid,
    };

    /// <summary>About how many bytes it takes under a path.</summary>
    public long SizeAt(string path) =>
        256 + 4L * path.Length + (Data?.Length ?? 0) + (Acl == ZkAcl.Open ? 0 : Acl.Sum(line => 64L + 2 * (line.Scheme.Length + line.Id.Length)));

    /// <summary>Whether it goes by itself now, being a container that was left or a node whose time is over.</summary>
    public bool IsLeft(long now) => Children.IsEmpty && Kind switch
    {
        NodeKind.Container => Born > 0,
        NodeKind.Ttl => now - Mtime > Ttl.TotalMilliseconds,
        _ => false,
    };
}
