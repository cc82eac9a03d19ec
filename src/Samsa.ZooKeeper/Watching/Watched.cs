namespace Samsa.ZooKeeper;

/// <summary>Something that is watched: one watch at the server, however many observe it. All of it happens under the lock of its table.</summary>
abstract class Watched(string path)
{
    /// <summary>The path, below the chroot.</summary>
    public string Path => path;

    /// <summary>Whether it stands in the line of those to be read.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether it is being read.</summary>
    public bool IsReading { get; set; }

    /// <summary>Whether something happened to it while it was being read.</summary>
    public bool IsStale { get; set; }

    /// <summary>Whether an event of that type means that it is to be read again.</summary>
    public abstract bool IsWokenBy(WatchEventType type);

    /// <summary>Sends the request that reads it and sets the watch.</summary>
    public abstract bool TryRead(ServerConnection connection);

    /// <summary>The connection is lost: what is known may be old.</summary>
    public abstract void Suspend();

    /// <summary>There will be no more, and an error if there is one.</summary>
    public abstract void End(Exception? why);
}

/// <summary>Something that is watched, and its state.</summary>
abstract class Watched<T>(string path) : Watched(path)
    where T : class
{
    Mailbox<ZkView<T>>[] mailboxes = [];
    ZkView<T>? latest;

    public bool IsWanted => mailboxes.Length > 0;

    public void Add(Mailbox<ZkView<T>> mailbox)
    {
        if (latest is not null) mailbox.Post(latest);
        mailboxes = [.. mailboxes, mailbox];
    }

    public void Remove(Mailbox<ZkView<T>> mailbox) => mailboxes = [.. mailboxes.Where(other => other != mailbox)];

    public void See(T? value, long zxid)
    {
        var isNews = latest is null || !IsSame(latest.Value, value);
        if (!isNews && latest!.IsLive) return;
        // Observers of changes tell them by the reference.
        Post(new(isNews ? value : latest!.Value, zxid, IsLive: true));
    }

    public override void Suspend()
    {
        if (latest is { IsLive: true }) Post(latest with { IsLive = false });
    }

    public override void End(Exception? why)
    {
        foreach (var mailbox in mailboxes) mailbox.End(why);
        mailboxes = [];
    }

    /// <summary>Whether two states of nodes that exist are one.</summary>
    protected abstract bool IsSameState(T one, T other);

    bool IsSame(T? one, T? other) => one is null ? other is null : other is not null && IsSameState(one, other);

    void Post(ZkView<T> view)
    {
        latest = view;
        foreach (var mailbox in mailboxes) mailbox.Post(view);
    }
}

/// <summary>A node that is watched.</summary>
sealed class WatchedNode : Watched<ZkNode>
{
    readonly WatchRead<GetData.Response> read;

    public WatchedNode(WatchTable table, string path, string fullPath)
        : base(path) => read = new(table, this, new GetData.Request { Path = fullPath, Watch = true }, fullPath,
            (answer, zxid) => See(answer is null ? null : new(Path, answer.Data ?? default, answer.Stat), zxid));

    public override bool IsWokenBy(WatchEventType type) =>
        type is WatchEventType.Created or WatchEventType.Deleted or WatchEventType.DataChanged;

    public override bool TryRead(ServerConnection connection) => connection.TrySend(read);

    protected override bool IsSameState(ZkNode one, ZkNode other) => one.Stat.Mzxid == other.Stat.Mzxid && one.Stat.Czxid == other.Stat.Czxid;
}

/// <summary>The children of a node, which are watched.</summary>
sealed class WatchedChildren : Watched<ZkChildren>
{
    readonly WatchRead<GetChildren2.Response> read;

    public WatchedChildren(WatchTable table, string path, string fullPath)
        : base(path) => read = new(table, this, new GetChildren2.Request { Path = fullPath, Watch = true }, fullPath,
            (answer, zxid) => See(answer is null ? null : From(Path, answer), zxid));

    public override bool IsWokenBy(WatchEventType type) =>
        type is WatchEventType.Created or WatchEventType.Deleted or WatchEventType.ChildrenChanged;

    public override bool TryRead(ServerConnection connection) => connection.TrySend(read);

    /// <summary>The children that a server told of.</summary>
    public static ZkChildren From(string path, GetChildren2.Response answer)
    {
        var names = (answer.Children ?? []).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return new(path, names, answer.Stat);
    }

    protected override bool IsSameState(ZkChildren one, ZkChildren other) =>
        one.Stat.Pzxid == other.Stat.Pzxid && one.Stat.Czxid == other.Stat.Czxid;
}
