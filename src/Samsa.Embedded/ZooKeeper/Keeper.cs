using Microsoft.Extensions.Logging;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>The one owner of the tree, the sessions and the watches.</summary>
/// <remarks>
/// <para>Everything happens in turns, under one lock, and no foreign code runs in a turn. In its turn a request is answered and everybody told
/// who watches; each client hears of the turns in their order. So an event always comes before the answer that shows the change.</para>
/// <para>Each write gets a number, also one that is refused; sessions that begin and end are writes.</para>
/// </remarks>
sealed partial class Keeper : IDisposable
{
    readonly Lock gate = new();
    readonly Dictionary<long, Session> sessions = [];
    readonly Watches<ClientConnection> watches = new();
    readonly EmbeddedZooKeeperOptions options;
    readonly TimeProvider clock;
    readonly ITimer timer;
    NodeTree tree = NodeTree.New;
    long zxid;
    long lastSession;
    long lastSweep;
    bool isResting;

    public Keeper(EmbeddedZooKeeperOptions options)
    {
        (this.options, clock) = (options, options.Clock);
        // As published servers number them: the time, and the number of the server in front.
        lastSession = (long)((ulong)clock.GetUtcNow().ToUnixTimeMilliseconds() << 24 >> 8) | 1L << 56;
        lastSweep = clock.GetTimestamp();
        timer = clock.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The number of the last write.</summary>
    public long Zxid
    {
        get
        {
            lock (gate) return zxid;
        }
    }

    /// <summary>How many nodes there are.</summary>
    public int Nodes
    {
        get
        {
            lock (gate) return tree.Count;
        }
    }

    /// <summary>The sessions that are not over.</summary>
    public IReadOnlyList<EmbeddedZooKeeperSession> Sessions
    {
        get
        {
            lock (gate) return [.. sessions.Values.Select(Told)];
        }
    }

    /// <summary>The paths that are watched, and the sessions that do.</summary>
    public IReadOnlyList<(string Path, long[] Sessions)> Watched
    {
        get
        {
            lock (gate) return [.. watches.ByPath.Select(one => (one.Key, one.Select(client => client.Session?.Id ?? 0).ToArray()))];
        }
    }

    /// <summary>Where the client of a session is; null when it has no connection, or there is no such session.</summary>
    public ClientConnection? ConnectionOf(long session)
    {
        lock (gate) return sessions.GetValueOrDefault(session)?.Connection;
    }

    /// <summary>Begins a session, or goes on with one, and answers.</summary>
    /// <returns>Whether the connection stays open.</returns>
    public bool Open(ClientConnection client, Connect.Request hello, short version)
    {
        lock (gate)
        {
            // It has seen a later state than this one: it belongs to another server, and keeps its session for that.
            if (isResting || hello.LastZxidSeen > zxid) return false;
            var session = hello.SessionId == 0 ? Begin() : Resume(hello);
            if (session is null && hello.SessionId == 0) return false;
            if (session is not null)
            {
                (session.Connection, client.Session) = (client, session);
                var asked = TimeSpan.FromMilliseconds(hello.TimeoutMs);
                session.Timeout = TimeSpan.FromTicks(Math.Clamp(asked.Ticks, options.MinSessionTimeout.Ticks, options.MaxSessionTimeout.Ticks));
                session.Heard = clock.GetTimestamp();
                Schedule();
            }

            client.Outgoing.Put(null, new Connect.Response
            {
                TimeoutMs = (int)(session?.Timeout.TotalMilliseconds ?? 0),
                SessionId = session?.Id ?? 0,
                Password = session?.Password ?? new byte[16],
            }, version);
            return session is not null;
        }
    }

    /// <summary>The connection of a client has ended. Its session has not.</summary>
    public void Leave(ClientConnection client)
    {
        lock (gate) Forget(client);
    }

    /// <summary>Ends a session as if nobody had heard of its client for too long.</summary>
    /// <returns>False when there is no such session.</returns>
    public bool Expire(long id)
    {
        ClientConnection? client;
        lock (gate)
        {
            if (!sessions.TryGetValue(id, out var session)) return false;
            client = session.Connection;
            End(session);
        }

        client?.Cut();
        return true;
    }

    /// <summary>No session ends while nobody can reach the server.</summary>
    public void Rest()
    {
        lock (gate)
        {
            isResting = true;
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>All sessions have their whole time from now on.</summary>
    public void Wake()
    {
        lock (gate)
        {
            isResting = false;
            lastSweep = clock.GetTimestamp();
            foreach (var session in sessions.Values) session.Heard = clock.GetTimestamp();
            Schedule();
        }
    }

    public void Dispose() => timer.Dispose();

    EmbeddedZooKeeperSession Told(Session one) => new(one.Id, one.Timeout, one.Connection is not null, tree.EphemeralsOf(one.Id));

    Session? Begin()
    {
        if (sessions.Count >= options.MaxSessions)
        {
            options.Logger.LogWarning("There are {Count} sessions, as many as allowed; another client is sent away.", sessions.Count);
            return null;
        }

        zxid++;
        var session = new Session(++lastSession);
        sessions.Add(session.Id, session);
        return session;
    }

    Session? Resume(Connect.Request hello)
    {
        if (!sessions.TryGetValue(hello.SessionId, out var session)) return null;
        // Before the password is looked at, as published servers do.
        if (session.Connection is { } before)
        {
            Forget(before);
            before.Cut();
        }

        return session.Knows(hello.Password) ? session : null;
    }

    void Forget(ClientConnection client)
    {
        watches.Forget(client);
        if (client.Session is { } session && session.Connection == client) session.Connection = null;
        client.Session = null;
    }

    /// <summary>Ends a session, and the nodes that go with it.</summary>
    void End(Session session)
    {
        sessions.Remove(session.Id);
        if (session.Connection is { } client) Forget(client);
        Write(session.Id, [], changes =>
        {
            foreach (var path in tree.EphemeralsOf(session.Id)) changes.Remove(path);
            return ZooKeeperError.Ok;
        });
    }

    Reply Write(long session, IReadOnlyList<Identity> who, Func<Transaction, Reply> doing)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var changes = new Transaction(tree, ++zxid, now, session, who, options);
        var reply = doing(changes);
        if (changes.IsRefused) return reply;
        var hadLeavable = !tree.Leavable.IsEmpty;
        tree = changes.Tree;
        if (!hadLeavable && !tree.Leavable.IsEmpty) Schedule();
        foreach (var (type, path) in changes.Events)
            foreach (var client in watches.Fire(type, path)) client.Tell(type, path);
        return reply;
    }

    void Look()
    {
        List<ClientConnection> over = [];
        lock (gate)
        {
            if (isResting) return;
            foreach (var session in sessions.Values.Where(one => LeftOf(one) <= TimeSpan.Zero).ToArray())
            {
                options.Logger.LogInformation("Session 0x{Session:x} expired.", session.Id);
                if (session.Connection is { } client) over.Add(client);
                End(session);
            }

            if (SweepIn <= TimeSpan.Zero) Sweep();
            Schedule();
        }

        foreach (var client in over) client.Cut();
    }

    // A moment later than due, so that the time is surely over then.
    void Schedule()
    {
        if (isResting) return;
        var next = sessions.Count == 0 ? Timeout.InfiniteTimeSpan : sessions.Values.Min(LeftOf);
        if (!tree.Leavable.IsEmpty && (next == Timeout.InfiniteTimeSpan || SweepIn < next)) next = SweepIn;
        if (next != Timeout.InfiniteTimeSpan) next = TimeSpan.FromTicks(Math.Max(0, next.Ticks)) + TimeSpan.FromMilliseconds(1);
        timer.Change(next, Timeout.InfiniteTimeSpan);
    }

    TimeSpan LeftOf(Session session) => session.Timeout - clock.GetElapsedTime(session.Heard);

    TimeSpan SweepIn => options.ContainerCheckInterval - clock.GetElapsedTime(lastSweep);

    void Sweep()
    {
        lastSweep = clock.GetTimestamp();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var path in tree.Leavable)
        {
            if (!tree.Find(path)!.IsLeft(now)) continue;
            Write(0, [], changes =>
            {
                changes.Remove(path);
                return ZooKeeperError.Ok;
            });
        }
    }
}
