using System.Collections.Immutable;

namespace Samsa.ZooKeeper;

/// <summary>A node and what is below it, as far as it is known in one moment.</summary>
/// <param name="Root">The path that it begins at.</param>
/// <param name="Nodes">All nodes by their paths; without the root when it does not exist.</param>
/// <param name="Zxid">The last transaction that the server knew when the newest part was read.</param>
/// <param name="IsLive">Whether all of it is watched now, see <see cref="ZkView{T}"/>.</param>
public sealed record ZkTree(string Root, ImmutableDictionary<string, ZkNode> Nodes, long Zxid, bool IsLive)
{
    /// <summary>
    /// What is different from an earlier state: first what went, deepest first, then what came, parents first, then what was written.
    /// </summary>
    /// <param name="before">The earlier state; null for none, and then everything came.</param>
    public IReadOnlyList<ZkTreeChange> ChangesSince(ZkTree? before)
    {
        var old = before?.Nodes ?? ImmutableDictionary<string, ZkNode>.Empty;
        if (ReferenceEquals(old, Nodes)) return [];
        // A node that was deleted and created again went and came.
        var gone = old.Values.Where(node => !Nodes.TryGetValue(node.Path, out var now) || now.Stat.Czxid != node.Stat.Czxid);
        var come = Nodes.Values.Where(node => !old.TryGetValue(node.Path, out var then) || then.Stat.Czxid != node.Stat.Czxid);
        var written = Nodes.Values.Where(node =>
            old.TryGetValue(node.Path, out var then) && then.Stat.Czxid == node.Stat.Czxid && then.Stat.Mzxid != node.Stat.Mzxid);
        return
        [
            .. gone.OrderByDescending(node => node.Path, StringComparer.Ordinal).Select(node => new ZkTreeChange(ZkTreeChangeKind.Removed, node)),
            .. come.OrderBy(node => node.Path, StringComparer.Ordinal).Select(node => new ZkTreeChange(ZkTreeChangeKind.Added, node)),
            .. written.OrderBy(node => node.Path, StringComparer.Ordinal).Select(node => new ZkTreeChange(ZkTreeChangeKind.Updated, node)),
        ];
    }
}

/// <summary>What happened to a node of a tree.</summary>
public enum ZkTreeChangeKind
{
    /// <summary>It is there now.</summary>
    Added,

    /// <summary>Its data was written.</summary>
    Updated,

    /// <summary>It is not there any more.</summary>
    Removed,
}

/// <summary>One difference between two states of a tree.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Node">The node as it is now; of one that was removed, as it was.</param>
public sealed record ZkTreeChange(ZkTreeChangeKind Kind, ZkNode Node);
