namespace Samsa.ZooKeeper;

/// <summary>
/// All that is watched. A watch of ZooKeeper fires once and tells no state; so whatever it tells of is read again, watched in the same
/// request, and so is everything on each new connection. Nothing is asked of a server about the time in between: what it would tell
/// then is not reliable (a watch that fired before the connection was lost is gone), what it says now is.
/// </summary>
/// <param name="chroot">The node that paths begin at.</param>
/// <param name="options">How many may be read at the same time, and more.</param>
sealed class WatchTable(string chroot, ZooKeeperOptions options)
{
    readonly Lock gate = new();
    readonly Dictionary<string, WatchedNode> nodes = new(StringComparer.Ordinal);
    readonly Dictionary<string, WatchedChildren> children = new(StringComparer.Ordinal);
    // Each stands in it once at most.
    readonly Queue<Watched> dirty = new();
    ServerConnection? connection;
    int reading;
    bool isEnded;
    Exception? endError;

    /// <summary>How much is watched.</summary>
    public int Count
    {
        get
        {
            lock (gate) return nodes.Count + children.Count;
        }
    }

    public IDisposable WatchNode(string path, IObserver<ZkView<ZkNode>> observer) =>
        Watch(nodes, path, observer, full => new WatchedNode(this, path, full));

    public IDisposable WatchChildren(string path, IObserver<ZkView<ZkChildren>> observer) =>
        Watch(children, path, observer, full => new WatchedChildren(this, path, full));

    /// <summary>There is a new connection: everything is read again.</summary>
    public void Connected(ServerConnection to)
    {
        lock (gate)
        {
            connection = to;
            foreach (var node in nodes.Values) Enqueue(node);
            foreach (var list in children.Values) Enqueue(list);
            Pump();
        }
    }

    /// <summary>The connection is lost, and what was being read on it has failed.</summary>
    public void Lost()
    {
        lock (gate)
        {
            connection = null;
            while (dirty.TryDequeue(out var watched)) watched.IsQueued = false;
            foreach (var node in nodes.Values) node.Suspend();
            foreach (var list in children.Values) list.Suspend();
        }
    }

    /// <summary>Something happened to a node.</summary>
    public void Happened(WatcherEvent happened)
    {
        lock (gate)
        {
            if (nodes.TryGetValue(happened.Path, out var node) && node.IsWokenBy(happened.Type)) Enqueue(node);
            if (children.TryGetValue(happened.Path, out var list) && list.IsWokenBy(happened.Type)) Enqueue(list);
            Pump();
        }
    }

    /// <summary>Ends everything, with an error if there is one.</summary>
    public void End(Exception? why)
    {
        lock (gate)
        {
            (isEnded, endError) = (true, why);
            foreach (var node in nodes.Values) node.End(why);
            foreach (var list in children.Values) list.End(why);
            nodes.Clear();
            children.Clear();
        }
    }

    /// <summary>It was read, and is watched.</summary>
    public void Seen(Watched watched, Action see)
    {
        lock (gate)
        {
            see();
            HasRead(watched);
        }
    }

    /// <summary>It takes another request to read it.</summary>
    public void Again(Watched watched, Ask ask)
    {
        lock (gate)
        {
            if (connection?.TrySend(ask) != true) HasRead(watched);
        }
    }

    /// <summary>The server does not let us read it, and will not.</summary>
    public void Refused(Watched watched, ZooKeeperError error, string asked)
    {
        lock (gate)
        {
            // The connection ends for these, and the next one reads it again.
            if (error is not (ZooKeeperError.SessionExpired or ZooKeeperError.SessionMoved)) Drop(watched, new ZooKeeperException(error, asked));
            HasRead(watched);
        }
    }

    /// <summary>There was no answer, or one that makes no sense.</summary>
    public void Failed(Watched watched, Exception error)
    {
        lock (gate)
        {
            // Reading an answer again that cannot be read would lose one connection after the other.
            if (error is ZooKeeperException { Error: ZooKeeperError.MarshallingError }) Drop(watched, error);
            HasRead(watched);
        }
    }

    Mailbox<ZkView<T>> Watch<TWatched, T>(Dictionary<string, TWatched> all, string path, IObserver<ZkView<T>> observer, Func<string, TWatched> make)
        where TWatched : Watched<T>
        where T : class
    {
        ArgumentNullException.ThrowIfNull(observer);
        var full = Full(path);
        lock (gate)
        {
            if (!all.TryGetValue(full, out var watched)) watched = make(full);
            var mailbox = new Mailbox<ZkView<T>>(observer, 1, options.ObserverFailed, left => Leave(all, full, watched, left));
            if (isEnded)
            {
                mailbox.End(endError ?? new ObjectDisposedException(nameof(ZooKeeperClient)));
                return mailbox;
            }

            watched.Add(mailbox);
            if (all.TryAdd(full, watched))
            {
                Enqueue(watched);
                Pump();
            }

            return mailbox;
        }
    }

    void Leave<TWatched, T>(Dictionary<string, TWatched> all, string full, TWatched watched, Mailbox<ZkView<T>> mailbox)
        where TWatched : Watched<T>
        where T : class
    {
        lock (gate)
        {
            watched.Remove(mailbox);
            if (watched.IsWanted || !all.TryGetValue(full, out var there) || !ReferenceEquals(there, watched)) return;
            all.Remove(full);
            // Children of a node that does not exist are watched by its own watch, so one of the two cannot be removed without the other.
            if (options.RemovesWatches && !nodes.ContainsKey(full) && !children.ContainsKey(full)) connection?.TrySend(new WatchRemoval(full));
        }
    }

    /// <summary>The path from the root.</summary>
    public string Full(string path) => chroot.Length == 0 ? path : path is "/" ? chroot : chroot + path;

    void Drop(Watched watched, Exception error)
    {
        var full = Full(watched.Path);
        if (nodes.TryGetValue(full, out var node) && ReferenceEquals(node, watched)) nodes.Remove(full);
        if (children.TryGetValue(full, out var list) && ReferenceEquals(list, watched)) children.Remove(full);
        watched.End(error);
    }

    void HasRead(Watched watched)
    {
        watched.IsReading = false;
        reading--;
        if (watched.IsStale) Enqueue(watched);
        Pump();
    }

    void Enqueue(Watched watched)
    {
        // What is being read may have been read before this happened.
        watched.IsStale = watched.IsReading;
        if (connection is null || watched.IsQueued || watched.IsReading) return;
        watched.IsQueued = true;
        dirty.Enqueue(watched);
    }

    void Pump()
    {
        while (connection is not null && reading < options.MaxWatchReads && dirty.TryDequeue(out var watched))
        {
            watched.IsQueued = false;
            if (!IsWatched(watched)) continue;
            watched.IsReading = true;
            watched.IsStale = false;
            reading++;
            if (watched.TryRead(connection)) continue;
            // It has just ended, and its successor reads everything.
            watched.IsReading = false;
            reading--;
            return;
        }
    }

    static bool IsWatched(Watched watched) => watched is WatchedNode { IsWanted: true } or WatchedChildren { IsWanted: true };
}
