using System.Globalization;
using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>What is answered: an error, or a body.</summary>
readonly record struct Reply(ZooKeeperError Error, IMessage? Body = null)
{
    public static implicit operator Reply(ZooKeeperError error) => new(error);

    public static Reply Ok(IMessage body) => new(ZooKeeperError.Ok, body);
}

/// <summary>
/// One or several changes under one number. The tree they make, and what those who watch are told, count only when all of them were
/// possible. (ZooKeeper: PrepRequestProcessor, DataTree)
/// </summary>
/// <param name="tree">The tree that they begin with.</param>
/// <param name="zxid">Their number.</param>
/// <param name="now">The time in ms since 1970.</param>
/// <param name="session">The session that asks for them.</param>
/// <param name="who">Who asks.</param>
/// <param name="options">What is allowed.</param>
sealed class Transaction(NodeTree tree, long zxid, long now, long session, IReadOnlyList<Identity> who, EmbeddedZooKeeperOptions options)
{
    readonly List<(WatchEventType Type, string Path)> events = [];

    /// <summary>The tree that it makes.</summary>
    public NodeTree Tree { get; private set; } = tree;

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<(WatchEventType Type, string Path)> Events => events;

    /// <summary>Whether something was not possible, and so nothing happened.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Does what a request asks for.</summary>
    public Reply Do(IRequest request)
    {
        var reply = request is Multi.Request several ? DoSeveral(several) : DoOne(request);
        IsRefused |= reply.Error != ZooKeeperError.Ok;
        return reply;
    }

    /// <summary>Takes a node away, whoever may do so.</summary>
    public void Remove(string path)
    {
        Tree = Tree.Minus(path, zxid);
        events.Add((WatchEventType.Deleted, path));
        events.Add((WatchEventType.ChildrenChanged, Paths.Parent(path)!));
    }

    Reply DoOne(IRequest request) => request switch
    {
        Create.Request ask => Create(ask.Path, ask.Data, ask.Acl, ask.Flags, 0, (path, _) => new Create.Response { Path = path }),
        Create2.Request ask => Create(ask.Path, ask.Data, ask.Acl, ask.Flags, 0, (path, stat) => new Create2.Response { Path = path, Stat = stat }),
        CreateContainer.Request ask =>
            Create(ask.Path, ask.Data, ask.Acl, ask.Flags, 0, (path, stat) => new CreateContainer.Response { Path = path, Stat = stat }),
        CreateTtl.Request ask =>
            Create(ask.Path, ask.Data, ask.Acl, ask.Flags, ask.TtlMs, (path, stat) => new CreateTtl.Response { Path = path, Stat = stat }),
        Delete.Request ask => Delete(ask.Path, ask.Version),
        SetData.Request ask => Set(ask.Path, ask.Data, ask.Version),
        SetAcl.Request ask => SetAccess(ask.Path, ask.Acl, ask.Version),
        Check.Request ask => Compare(ask.Path, ask.Version),
        _ => ZooKeeperError.Unimplemented,
    };

    Reply DoSeveral(Multi.Request several)
    {
        var asked = several.Operations;
        var results = new List<Multi.Result>(asked.Count);
        foreach (var operation in asked)
        {
            var reply = DoOne(operation);
            if (reply.Error != ZooKeeperError.Ok)
            {
                IsRefused = true;
                return Reply.Ok(new Multi.Response { Results = [.. asked.Select((_, i) => Refused(i, results.Count, reply.Error))] });
            }

            // Whatever tells a stat of what it created is a Create2 to who reads the list.
            int type = reply.Body is CreateContainer.Response or CreateTtl.Response ? Create2.Api.Key : operation.Api.Key;
            results.Add(new(type, Answer: reply.Body));
        }

        return Reply.Ok(new Multi.Response { Results = results });
    }

    // Those before the one that was refused would have been fine, those behind it were not tried.
    static Multi.Result Refused(int index, int refused, ZooKeeperError error) => new(-1,
        index < refused ? ZooKeeperError.Ok : index == refused ? error : ZooKeeperError.RuntimeInconsistency);

    Reply Create(string path, ReadOnlyMemory<byte>? data, IReadOnlyList<ZkAcl>? acl, int flags, long ttl, Func<string, ZkStat, IMessage> answer)
    {
        var mode = (ZkCreateMode)flags;
        if (!Enum.IsDefined(mode)) return ZooKeeperError.BadArguments;
        var hasTtl = mode >= ZkCreateMode.PersistentWithTtl;
        if (hasTtl && !options.AllowsTtl) return ZooKeeperError.Unimplemented;
        if (hasTtl ? ttl <= 0 : ttl > 0) return ZooKeeperError.BadArguments;
        if (!path.StartsWith('/')) return ZooKeeperError.BadArguments;
        if (Access.Kept(acl, who) is not { } kept) return ZooKeeperError.InvalidAcl;
        if (path is "/") return ZooKeeperError.NodeExists;

        var above = path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";
        if (Tree.Find(above) is not { } parent) return ZooKeeperError.NoNode;
        if (!parent.Allows(ZkPermissions.Create, who)) return ZooKeeperError.NoAuth;
        if (mode is ZkCreateMode.PersistentSequential or ZkCreateMode.EphemeralSequential or ZkCreateMode.PersistentSequentialWithTtl)
            path += parent.Born.ToString("d10", CultureInfo.InvariantCulture);
        if (Paths.Trouble(path) is not null) return ZooKeeperError.BadArguments;
        if (Tree.Find(path) is not null) return ZooKeeperError.NodeExists;
        if (parent.Kind == NodeKind.Ephemeral) return ZooKeeperError.NoChildrenForEphemerals;

        var isEphemeral = mode is ZkCreateMode.Ephemeral or ZkCreateMode.EphemeralSequential;
        var node = new TreeNode
        {
            Data = Own(data),
            Acl = kept,
            Czxid = zxid,
            Mzxid = zxid,
            Pzxid = zxid,
            Ctime = now,
            Mtime = now,
            Kind = isEphemeral ? NodeKind.Ephemeral : hasTtl ? NodeKind.Ttl : mode is ZkCreateMode.Container ? NodeKind.Container : default,
            Owner = isEphemeral ? session : 0,
            Ttl = TimeSpan.FromMilliseconds(ttl),
        };
        if (Tree.Bytes + node.SizeAt(path) > options.MaxBytes) return ZooKeeperError.QuotaExceeded;
        Tree = Tree.Plus(path, node);
        events.Add((WatchEventType.Created, path));
        events.Add((WatchEventType.ChildrenChanged, above));
        return Reply.Ok(answer(path, node.Stat));
    }

    Reply Delete(string path, int version)
    {
        if (NodeTree.IsSpecial(path)) return ZooKeeperError.BadArguments;
        if (Tree.Find(path) is not { } node) return ZooKeeperError.NoNode;
        if (!Tree.Find(Paths.Parent(path)!)!.Allows(ZkPermissions.Delete, who)) return ZooKeeperError.NoAuth;
        if (version != -1 && version != node.Version) return ZooKeeperError.BadVersion;
        if (!node.Children.IsEmpty) return ZooKeeperError.NotEmpty;
        Remove(path);
        return Reply.Ok(new Delete.Response());
    }

    Reply Set(string path, ReadOnlyMemory<byte>? data, int version)
    {
        if (Tree.Find(path) is not { } node) return ZooKeeperError.NoNode;
        if (!node.Allows(ZkPermissions.Write, who)) return ZooKeeperError.NoAuth;
        if (version != -1 && version != node.Version) return ZooKeeperError.BadVersion;
        var next = node with { Data = Own(data), Version = node.Version + 1, Mzxid = zxid, Mtime = now };
        if (next.SizeAt(path) > node.SizeAt(path) && Tree.Bytes + next.SizeAt(path) - node.SizeAt(path) > options.MaxBytes)
            return ZooKeeperError.QuotaExceeded;
        Tree = Tree.With(path, next);
        events.Add((WatchEventType.DataChanged, path));
        return Reply.Ok(new SetData.Response { Stat = next.Stat });
    }

    Reply SetAccess(string path, IReadOnlyList<ZkAcl>? acl, int version)
    {
        if (Access.Kept(acl, who) is not { } kept) return ZooKeeperError.InvalidAcl;
        if (Tree.Find(path) is not { } node) return ZooKeeperError.NoNode;
        if (!node.Allows(ZkPermissions.Admin, who)) return ZooKeeperError.NoAuth;
        if (version != -1 && version != node.AclVersion) return ZooKeeperError.BadVersion;
        var next = node with { Acl = kept, AclVersion = node.AclVersion + 1 };
        Tree = Tree.With(path, next);
        return Reply.Ok(new SetAcl.Response { Stat = next.Stat });
    }

    Reply Compare(string path, int version)
    {
        if (Tree.Find(path) is not { } node) return ZooKeeperError.NoNode;
        if (!node.Allows(ZkPermissions.Read, who)) return ZooKeeperError.NoAuth;
        return version == -1 || version == node.Version ? Reply.Ok(new Check.Response()) : ZooKeeperError.BadVersion;
    }

    // What came is a slice of a whole request, which need not stay.
    static ReadOnlyMemory<byte>? Own(ReadOnlyMemory<byte>? data) => data is { } bytes ? (ReadOnlyMemory<byte>?)bytes.ToArray() : null;
}
