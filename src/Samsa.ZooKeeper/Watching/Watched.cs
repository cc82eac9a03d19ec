namespace Samsa.ZooKeeper;

/// <summary>
/// Something that is watched, and the request that reads and watches it, used over and over: one watch at the server, however many observe it. All of
/// it happens under the lock of its table.
/// </summary>
/// <param name="table">The table that it stands in.</param>
/// <param name="request">What reads it.</param>
/// <param name="fullPath">The path, from the root.</param>
abstract class Watched(WatchTable table, IRequest request, string fullPath) : Ask(request, fullPath)
{
    ExistenceAsk? existence;

    protected WatchTable Table => table;

    /// <summary>Whether it stands in the line of those to be read.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether it is being read.</summary>
    public bool IsReading { get; set; }

    /// <summary>Whether something happened to it while it was being read.</summary>
    public bool IsStale { get; set; }

    /// <summary>Whether somebody observes it.</summary>
    public abstract bool IsWanted { get; }

    /// <summary>Whether an event of that type means that it is to be read again.</summary>
    public abstract bool IsWokenBy(WatchEventType type);

    /// <summary>The node does not exist.</summary>
    public abstract void SeeNothing(long zxid);

    /// <summary>The connection is lost: what is known may be old.</summary>
    public abstract void Suspend();

    /// <summary>There will be no more, and an error if there is one.</summary>
    public abstract void End(Exception? why);

    public override void Answer(ZooKeeperError error, long zxid, ReadOnlyMemory<byte> body)
    {
        if (error == ZooKeeperError.Ok) Read(body, zxid);
        // Reading a node that does not exist leaves no watch, so it is asked whether it exists, which does.
        else if (error == ZooKeeperError.NoNode) table.Again(this, existence ??= new(table, this));
        else table.Refused(this, error);
    }

    public override void Fail(Exception error) => table.Failed(this, error);

    /// <summary>It was read.</summary>
    protected abstract void Read(ReadOnlyMemory<byte> body, long zxid);
}

/// <summary>Asks whether something that is watched exists, and watches that. When it exists by now it is read again.</summary>
sealed class ExistenceAsk(WatchTable table, Watched watched) : Ask(new Exists.Request { Path = watched.About, Watch = true }, watched.About)
{
    public override void Answer(ZooKeeperError error, long zxid, ReadOnlyMemory<byte> body)
    {
        if (error == ZooKeeperError.Ok) table.Again(watched, watched);
        else if (error == ZooKeeperError.NoNode) table.SeenNothing(watched, zxid);
        else table.Refused(watched, error);
    }

    public override void Fail(Exception error) => watched.Fail(error);
}

/// <summary>Something that is watched, and its state.</summary>
abstract class Watched<T>(WatchTable table, IRequest request, string path, string fullPath)
    : Watched(table, request, fullPath), IMailboxOwner<ZkView<T>>
    where T : class
{
    Mailbox<ZkView<T>>[] mailboxes = [];
    ZkView<T>? latest;

    /// <summary>The path, below the chroot.</summary>
    protected string Path => path;

    public override bool IsWanted => mailboxes.Length > 0;

    public Action<Exception>? ObserverFailed => Table.ObserverFailed;

    public void Leave(Mailbox<ZkView<T>> mailbox) => Table.Leave(this, mailbox);

    public void Add(Mailbox<ZkView<T>> mailbox)
    {
        if (latest is not null) mailbox.Post(latest);
        mailboxes = [.. mailboxes, mailbox];
    }

    public void Remove(Mailbox<ZkView<T>> mailbox) => mailboxes = [.. mailboxes.Where(other => other != mailbox)];

    public void See(T? value, long zxid)
    {
        var isNews = latest is null || !IsSame(latest.Value, value);
        // That there is nothing again is news for who has created it meanwhile.
        var wentAgain = value is null && zxid > latest?.Zxid;
        if (!isNews && latest!.IsLive && !wentAgain) return;
        // Observers of changes tell them by the reference.
        Post(new(isNews ? value : latest!.Value, zxid, IsLive: true));
    }

    public override void SeeNothing(long zxid) => See(null, zxid);

    public override void Suspend()
    {
        if (latest is { IsLive: true }) Post(latest with { IsLive = false });
    }

    public override void End(Exception? why)
    {
        foreach (var mailbox in mailboxes) mailbox.End(why);
        mailboxes = [];
    }

    protected override void Read(ReadOnlyMemory<byte> body, long zxid) => Table.Seen(this, Understand(body), zxid);

    /// <summary>Reads an answer.</summary>
    protected abstract T Understand(ReadOnlyMemory<byte> body);

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
sealed class WatchedNode(WatchTable table, string path, string fullPath)
    : Watched<ZkNode>(table, new GetData.Request { Path = fullPath, Watch = true }, path, fullPath)
{
    public override bool IsWokenBy(WatchEventType type) =>
        type is WatchEventType.Created or WatchEventType.Deleted or WatchEventType.DataChanged;

    protected override ZkNode Understand(ReadOnlyMemory<byte> body)
    {
        var answer = ReadBody<GetData.Response>(body);
        return new(Path, answer.Data ?? default, answer.Stat);
    }

    protected override bool IsSameState(ZkNode one, ZkNode other) => one.Stat.Mzxid == other.Stat.Mzxid && one.Stat.Czxid == other.Stat.Czxid;
}

/// <summary>The children of a node, which are watched.</summary>
sealed class WatchedChildren(WatchTable table, string path, string fullPath)
    : Watched<ZkChildren>(table, new GetChildren2.Request { Path = fullPath, Watch = true }, path, fullPath)
{
    public override bool IsWokenBy(WatchEventType type) =>
        type is WatchEventType.Created or WatchEventType.Deleted or WatchEventType.ChildrenChanged;

    /// <summary>The children that a server told of.</summary>
    public static ZkChildren From(string path, GetChildren2.Response answer)
    {
        var names = (answer.Children ?? []).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return new(path, names, answer.Stat);
    }

    protected override ZkChildren Understand(ReadOnlyMemory<byte> body) => From(Path, ReadBody<GetChildren2.Response>(body));

    protected override bool IsSameState(ZkChildren one, ZkChildren other) =>
        one.Stat.Pzxid == other.Stat.Pzxid && one.Stat.Czxid == other.Stat.Czxid;
}
