using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Embedded.ZooKeeper;

/// <content>What is answered.</content>
sealed partial class Keeper
{
    /// <summary>A client that shows more identities than this is not let on.</summary>
    const int MostIdentities = 64;

    /// <summary>Answers a request.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="header">Its number, and what is asked.</param>
    /// <param name="request">The request; null when it is not known here.</param>
    /// <param name="trouble">Why there is no request.</param>
    /// <returns>Whether the connection stays open.</returns>
    public bool Answer(ClientConnection client, RequestHeader header, IRequest? request, ZooKeeperError trouble)
    {
        lock (gate)
        {
            // The session is over or elsewhere, and the connection just being cut.
            if (client.Session is not { } session || isResting) return false;
            session.Heard = clock.GetTimestamp();
            var reply = request is null ? trouble : AnswerTo(client, session, request);
            client.Outgoing.Put(new ReplyHeader { Xid = header.Xid, Zxid = request is Auth.Request ? 0 : zxid, Error = reply.Error }, reply.Body);
            // Published servers close the connection behind what they do not know, too.
            var isUnknown = request is null && trouble == ZooKeeperError.Unimplemented;
            return !isUnknown && request is not CloseSession.Request && reply.Error != ZooKeeperError.AuthFailed
                && watches.CountOf(client) <= options.MaxWatches;
        }
    }

    Reply AnswerTo(ClientConnection client, Session session, IRequest request)
    {
        switch (request)
        {
            case Exists.Request ask: return Exists(client, ask);
            case GetData.Request ask: return GetData(client, ask);
            case GetChildren.Request ask:
                return GetChildren(client, ask.Path, ask.Watch, node => new GetChildren.Response { Children = node.Children });
            case GetChildren2.Request ask:
                return GetChildren(client, ask.Path, ask.Watch, node => new GetChildren2.Response { Children = node.Children, Stat = node.Stat });
            case GetAcl.Request ask: return GetAcl(client, ask);
            case Sync.Request ask: return Reply.Ok(new Sync.Response { Path = ask.Path });
            case Ping.Request: return Reply.Ok(new Ping.Response());
            case Auth.Request ask: return Authenticate(client, ask);
            case SetWatches.Request ask:
                WatchAgain(client, ask.RelativeZxid, ask.Data, ask.Exist, ask.Child);
                return Reply.Ok(new SetWatches.Response());
            case SetWatches2.Request ask:
                WatchAgain(client, ask.RelativeZxid, ask.Data, ask.Exist, ask.Child);
                foreach (var path in ask.Persistent ?? []) watches.Stay(path, client, isRecursive: false);
                foreach (var path in ask.PersistentRecursive ?? []) watches.Stay(path, client, isRecursive: true);
                return Reply.Ok(new SetWatches2.Response());
            case AddWatch.Request { Mode: 0 or 1 } ask:
                watches.Stay(ask.Path, client, ask.Mode == 1);
                return Reply.Ok(new AddWatch.Response());
            case AddWatch.Request: return ZooKeeperError.BadArguments;
            case CheckWatches.Request ask:
                return watches.Has(ask.Path, client, ask.Type) ? Reply.Ok(new CheckWatches.Response()) : ZooKeeperError.NoWatcher;
            case RemoveWatches.Request ask:
                return watches.Remove(ask.Path, client, ask.Type) ? Reply.Ok(new RemoveWatches.Response()) : ZooKeeperError.NoWatcher;
            case CloseSession.Request:
                End(session);
                return Reply.Ok(new CloseSession.Response());
            default:
                return Write(session.Id, client.Identities, changes => changes.Do(request));
        }
    }

    // It is watched whether it exists or not.
    Reply Exists(ClientConnection client, Exists.Request ask)
    {
        if (ask.Watch) watches.Data.Add(ask.Path, client);
        return tree.Find(ask.Path) is { } node ? Reply.Ok(new Exists.Response { Stat = node.Stat }) : ZooKeeperError.NoNode;
    }

    Reply GetData(ClientConnection client, GetData.Request ask)
    {
        if (tree.Find(ask.Path) is not { } node) return ZooKeeperError.NoNode;
        if (!node.Allows(ZkPermissions.Read, client.Identities)) return ZooKeeperError.NoAuth;
        if (ask.Watch) watches.Data.Add(ask.Path, client);
        return Reply.Ok(new GetData.Response { Data = node.Data, Stat = node.Stat });
    }

    Reply GetChildren(ClientConnection client, string path, bool isWatched, Func<TreeNode, IMessage> answer)
    {
        if (tree.Find(path) is not { } node) return ZooKeeperError.NoNode;
        if (!node.Allows(ZkPermissions.Read, client.Identities)) return ZooKeeperError.NoAuth;
        if (isWatched) watches.Children.Add(path, client);
        return Reply.Ok(answer(node));
    }

    Reply GetAcl(ClientConnection client, GetAcl.Request ask)
    {
        if (tree.Find(ask.Path) is not { } node) return ZooKeeperError.NoNode;
        if (!node.Allows(ZkPermissions.Read | ZkPermissions.Admin, client.Identities)) return ZooKeeperError.NoAuth;
        return Reply.Ok(new GetAcl.Response { Acl = node.Shown(client.Identities), Stat = node.Stat });
    }

    static Reply Authenticate(ClientConnection client, Auth.Request ask)
    {
        if (ask.Scheme == "ip") return Reply.Ok(new Auth.Response());
        if (ask.Scheme != "digest" || Identity.Digest((ask.Credentials ?? default).Span) is not { } identity) return ZooKeeperError.AuthFailed;
        if (client.Identities.Contains(identity)) return Reply.Ok(new Auth.Response());
        if (client.Identities.Count >= MostIdentities) return ZooKeeperError.AuthFailed;
        client.Identities = [.. client.Identities, identity];
        return Reply.Ok(new Auth.Response());
    }

    // What has changed since the client looked last is told at once, and not watched again.
    void WatchAgain(ClientConnection client, long seen, IReadOnlyList<string>? data, IReadOnlyList<string>? exist, IReadOnlyList<string>? child)
    {
        foreach (var path in data ?? [])
        {
            if (tree.Find(path) is not { } node) client.Tell(WatchEventType.Deleted, path);
            else if (node.Mzxid > seen) client.Tell(WatchEventType.DataChanged, path);
            else watches.Data.Add(path, client);
        }

        foreach (var path in exist ?? [])
        {
            if (tree.Find(path) is not null) client.Tell(WatchEventType.Created, path);
            else watches.Data.Add(path, client);
        }

        foreach (var path in child ?? [])
        {
            if (tree.Find(path) is not { } node) client.Tell(WatchEventType.Deleted, path);
            else if (node.Pzxid > seen) client.Tell(WatchEventType.ChildrenChanged, path);
            else watches.Children.Add(path, client);
        }
    }
}
