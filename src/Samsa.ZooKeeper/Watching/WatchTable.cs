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
    static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    readonly Lock gate = new();
    readonly Dictionary<string, WatchedNode> nodes = new(StringComparer.Ordinal);
    readonly Dictionary<string, WatchedChildren> children = new(StringComparer.Ordinal);
    // Each stands in it once at most.
    readonly Queue<Watched> dirty = new();
    // What a server did not want to read now. They are read again together.
    readonly Queue<Watched> refused = new();
    ServerConnection? connection;
    ITimer? timer;
    int reading;
    bool isEnded;
    Exception? endError;

    /// <summary>Told what an observer throws.</summary>
    public Action<Exception>? ObserverFailed => options.ObserverFailed;

    /// <summary>How much is watched.</summary>
    public int Count
    {
        get
        {
            lock (gate) return nodes.Count + children.Count;
        }
    }

    public IDisposable WatchNode(string path, IObserver<ZkView<ZkNode>> observer) =>
        Watch(nodes, path, observer, static (table, path, full) => new WatchedNode(table, path, full));

    public IDisposable WatchChildren(string path, IObserver<ZkView<ZkChildren>> observer) =>
        Watch(children, path, observer, static (table, path, full) => new WatchedChildren(table, path, full));

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
            timer?.Dispose();
            foreach (var node in nodes.Values) node.End(why);
            foreach (var list in children.Values) list.End(why);
            nodes.Clear();
            children.Clear();
        }
    }

    /// <summary>It was read, and is watched.</summary>
    public void Seen<T>(Watched<T> watched, T value, long zxid)
        where T : class
    {
        lock (gate)
        {
            watched.See(value, zxid);
            HasRead(watched);
        }
    }

    /// <summary>It does not exist, and is watched.</summary>
    public void SeenNothing(Watched watched, long zxid)
    {
        lock (gate)
        {
            watched.SeeNothing(zxid);
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

    /// <summary>The server does not let us read it; now, or at all.</summary>
    public void Refused(Watched watched, ZooKeeperError error)
    {
        lock (gate)
        {
            var why = new ZooKeeperException(error, watched.Asked);
            if (why.CanRetry) ReadLater(watched);
            else Drop(watched, why);
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

    /// <summary>An observer wants no more.</summary>
    public void Leave<T>(Watched<T> watched, Mailbox<ZkView<T>> mailbox)
        where T : class
    {
        lock (gate)
        {
            watched.Remove(mailbox);
            if (watched.IsWanted || !Forget(watched)) return;
            // Children of a node that does not exist are watched by its own watch, so one of the two cannot be removed without the other.
            var full = watched.About;
            if (options.RemovesWatches && !nodes.ContainsKey(full) && !children.ContainsKey(full))
                connection?.TrySend(new WatchRemoval(full));
        }
    }

    /// <summary>The path from the root.</summary>
    public string Full(string path) => chroot.Length == 0 ? path : path is "/" ? chroot : chroot + path;

    Mailbox<ZkView<T>> Watch<TWatched, T>(
        Dictionary<string, TWatched> all, string path, IObserver<ZkView<T>> observer, Func<WatchTable, string, string, TWatched> make)
        where TWatched : Watched<T>
        where T : class
    {
        ArgumentNullException.ThrowIfNull(observer);
        var full = Full(path);
        lock (gate)
        {
            if (!all.TryGetValue(full, out var watched)) watched = make(this, path, full);
            var mailbox = new Mailbox<ZkView<T>>(observer, watched);
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

    void Drop(Watched watched, Exception error)
    {
        Forget(watched);
        watched.End(error);
    }

    /// <returns>False when another one stands in its place by now, or none.</returns>
    bool Forget(Watched watched) => watched switch
    {
        WatchedNode when nodes.TryGetValue(watched.About, out var node) && node == watched => nodes.Remove(watched.About),
        WatchedChildren when children.TryGetValue(watched.About, out var list) && list == watched => children.Remove(watched.About),
        _ => false,
    };

    void ReadLater(Watched watched)
    {
        refused.Enqueue(watched);
        timer ??= options.Clock.CreateTimer(_ => ReadRefused(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (refused.Count == 1) timer.Change(RetryAfter, Timeout.InfiniteTimeSpan);
    }

    void ReadRefused()
    {
        lock (gate)
        {
            while (refused.TryDequeue(out var watched)) Enqueue(watched);
            Pump();
        }
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
            if (!watched.IsWanted) continue;
            watched.IsReading = true;
            watched.IsStale = false;
            reading++;
            if (connection.TrySend(watched)) continue;
            // It has just ended, and its successor reads everything.
            watched.IsReading = false;
            reading--;
            return;
        }
    }
}
