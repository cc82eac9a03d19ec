using System.Collections.Immutable;
using Samsa.ZooKeeper;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>
/// All nodes as they are at one moment. Changing them makes another tree, so several changes that belong together are forgotten by keeping
/// the tree that was.
/// </summary>
sealed record NodeTree
{
    static readonly ImmutableSortedSet<string> NoPaths = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    ImmutableDictionary<string, TreeNode> Nodes { get; init; } = ImmutableDictionary.Create<string, TreeNode>(StringComparer.Ordinal);

    ImmutableDictionary<long, ImmutableSortedSet<string>> BySession { get; init; } = ImmutableDictionary<long, ImmutableSortedSet<string>>.Empty;

    /// <summary>A tree as a server has that nobody has used yet.</summary>
    public static NodeTree New { get; } = new NodeTree()
        .With("/", new TreeNode { Acl = ZkAcl.Open })
        // What the server makes for itself is not counted among the children that were born.
        .WithOwn("/", "zookeeper").WithOwn("/zookeeper", "quota").WithOwn("/zookeeper", "config");

    /// <summary>The containers, and the nodes that have a time to live.</summary>
    public ImmutableSortedSet<string> Leavable { get; private init; } = NoPaths;

    /// <summary>About how many bytes it takes.</summary>
    public long Bytes { get; private init; }

    public int Count => Nodes.Count;

    public TreeNode? Find(string path) => Nodes.GetValueOrDefault(path);

    /// <summary>The nodes that go with a session.</summary>
    public ImmutableSortedSet<string> EphemeralsOf(long session) => BySession.GetValueOrDefault(session, NoPaths);

    /// <summary>Whether the server needs the node for itself, so that nobody may delete it.</summary>
    public static bool IsSpecial(string path) => path is "/" or "/zookeeper" or "/zookeeper/quota" or "/zookeeper/config";

    /// <summary>Puts a node where one is, or none.</summary>
    public NodeTree With(string path, TreeNode node) => this with
    {
        Nodes = Nodes.SetItem(path, node),
        Bytes = Bytes + node.SizeAt(path) - (Find(path)?.SizeAt(path) ?? 0),
    };

    /// <summary>Adds a node to a parent that is there.</summary>
    public NodeTree Plus(string path, TreeNode node)
    {
        var (above, name) = Split(path);
        var parent = Nodes[above];
        var next = With(path, node).With(above, parent with { Children = parent.Children.Add(name), Born = parent.Born + 1, Pzxid = node.Czxid });
        return node.Kind switch
        {
            NodeKind.Ephemeral => next with { BySession = BySession.SetItem(node.Owner, EphemeralsOf(node.Owner).Add(path)) },
            NodeKind.Container or NodeKind.Ttl => next with { Leavable = Leavable.Add(path) },
            _ => next,
        };
    }

    /// <summary>Takes a node that has no children away.</summary>
    public NodeTree Minus(string path, long zxid)
    {
        var node = Nodes[path];
        var (above, name) = Split(path);
        var parent = Nodes[above];
        var next = With(above, parent with { Children = parent.Children.Remove(name), Pzxid = zxid });
        next = next with { Nodes = next.Nodes.Remove(path), Bytes = next.Bytes - node.SizeAt(path), Leavable = Leavable.Remove(path) };
        if (node.Kind != NodeKind.Ephemeral) return next;
        var left = EphemeralsOf(node.Owner).Remove(path);
        return next with { BySession = left.IsEmpty ? BySession.Remove(node.Owner) : BySession.SetItem(node.Owner, left) };
    }

    NodeTree WithOwn(string above, string name) => With(Paths.Child(above, name), new TreeNode { Acl = ZkAcl.Open })
        .With(above, Nodes[above] with { Children = Nodes[above].Children.Add(name) });

    static (string Above, string Name) Split(string path) => (Paths.Parent(path)!, path[(path.LastIndexOf('/') + 1)..]);
}
