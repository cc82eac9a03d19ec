namespace Samsa.ZooKeeper;

/// <summary>
/// An ephemeral node that is there as long as this is not disposed: it is created again when its session is over or when somebody deletes
/// it, and taken over when a session of ours from before still has it.
/// </summary>
public sealed class HeldEphemeral : IAsyncDisposable
{
    /// <summary>More sessions that may still own the node are not remembered: they are over long since.</summary>
    const int MostSessions = 16;

    static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    readonly ZooKeeperClient client;
    readonly string path;
    readonly ReadOnlyMemory<byte> data;
    readonly IReadOnlyList<ZkAcl>? acl;
    readonly Broadcast<ZkHold> states;
    readonly CancellationTokenSource closing = new();
    readonly SemaphoreSlim news = new(0, 1);
    readonly Queue<long> sessions = new();
    readonly Task running;
    ZkView<ZkNode>? view;
    int isDisposed;

    internal HeldEphemeral(ZooKeeperClient client, string path, ReadOnlyMemory<byte> data, IReadOnlyList<ZkAcl>? acl)
    {
        (this.client, this.path, this.data, this.acl) = (client, Paths.Checked(path), data.ToArray(), acl);
        states = new(1, client.Options.ObserverFailed);
        states.Post(new(ZkHoldState.Pending, path, 0, null));
        running = Task.Run(RunAsync);
    }

    /// <summary>
    /// Whether it is held: hot, begins with the present state, and may leave out states for a slow observer but never the newest. Fails when the
    /// servers do not let us have the node, and completes when it was let go.
    /// </summary>
    public IObservable<ZkHold> States => states;

    /// <summary>Lets go of the node: it is deleted, when there is a connection; otherwise it goes with the session.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) == 1) return;
        await closing.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        closing.Dispose();
    }

    async Task RunAsync()
    {
        using var states = client.Sessions.Subscribe(new Listener<ZkSession>(_ => Wake(), _ => Wake()));
        using var views = client.ViewNode(path).Subscribe(new Listener<ZkView<ZkNode>>(See, _ => Wake()));
        try
        {
            while (!closing.IsCancellationRequested && client.Session.State is not (ZkSessionState.Closed or ZkSessionState.AuthFailed))
                await StepAsync().ConfigureAwait(false);
            await LetGoAsync().ConfigureAwait(false);
            if (client.Session.State == ZkSessionState.AuthFailed) throw new ZooKeeperException(ZooKeeperError.AuthFailed, $"HoldEphemeral {path}");
            Tell(ZkHoldState.Released, null);
            this.states.End(null);
        }
        catch (Exception error)
        {
            this.states.End(error);
        }
    }

    async Task StepAsync()
    {
        try
        {
            if (client.Session.State != ZkSessionState.Connected)
            {
                if (states.Latest is { State: ZkHoldState.Held or ZkHoldState.Conflict } last) Tell(ZkHoldState.Suspended, last.Stat);
                await NewsAsync().ConfigureAwait(false);
            }
            else if (await ClaimAsync().ConfigureAwait(false) is { } claimed) await WhileAsync(claimed).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // It is let go of.
        }
        catch (ObjectDisposedException) when (client.Session.State == ZkSessionState.Closed)
        {
            // The client was disposed of while it was claimed.
        }
        catch (ZooKeeperException error) when (error.CanRetry)
        {
            await Task.Delay(RetryAfter, client.Options.Clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Creates the node, or takes what is there for what it is.</summary>
    /// <returns>The node, whoever owns it; null when it has just changed and is to be looked at anew.</returns>
    async Task<ZkStat?> ClaimAsync()
    {
        // Whatever becomes of the request, it may have created a node for this session.
        Remember(client.Session.Id);
        try
        {
            // Writing it in the same transaction tells the owner, which creating it does not.
            ZkOperation[] operations = [new ZkOperation.Create(path, null, ZkCreateMode.Ephemeral, acl), new ZkOperation.Set(path, data, 0)];
            var created = await client.MultiAsync(operations, closing.Token).ConfigureAwait(false);
            return created[1].Stat;
        }
        catch (ZooKeeperException error) when (error.Error == ZooKeeperError.NodeExists)
        {
            return await TakeOverAsync().ConfigureAwait(false);
        }
        catch (ZooKeeperException error) when (error.Error == ZooKeeperError.NoNode)
        {
            await client.CreateParentsAsync(path, closing.Token).ConfigureAwait(false);
            return null;
        }
    }

    async Task<ZkStat?> TakeOverAsync()
    {
        if (await client.GetAsync(path, closing.Token).ConfigureAwait(false) is not { Stat: var there }) return null;
        try
        {
            if (there.EphemeralOwner == client.Session.Id)
                return await client.SetAsync(path, data, there.Version, closing.Token).ConfigureAwait(false);
            if (there.EphemeralOwner == 0 || !sessions.Contains(there.EphemeralOwner)) return there;
            // It would go with a session of ours that is over, some time: waiting for that would leave a gap later.
            await client.DeleteAsync(path, there.Version, closing.Token).ConfigureAwait(false);
            return null;
        }
        catch (ZooKeeperException error) when (error.Error is ZooKeeperError.NoNode or ZooKeeperError.BadVersion)
        {
            return null;
        }
    }

    /// <summary>Ends when the node is not what it was, or the session is not.</summary>
    async Task WhileAsync(ZkStat claimed)
    {
        var epoch = client.Session.Epoch;
        while (true)
        {
            var session = client.Session;
            var seen = Volatile.Read(ref view);
            // What was seen before it was claimed says nothing.
            var isNews = seen is { IsLive: true } && seen.Zxid >= claimed.Mzxid;
            if (isNews && seen!.Value?.Stat.EphemeralOwner != claimed.EphemeralOwner) return;
            if (session.Epoch != epoch || session.State is ZkSessionState.Closed or ZkSessionState.AuthFailed) return;
            if (session.State == ZkSessionState.Expired) return;
            var isConnected = session.State == ZkSessionState.Connected;
            if (isConnected && IsOurs(claimed) && session.Id != claimed.EphemeralOwner) return;
            Tell(!isConnected ? ZkHoldState.Suspended : IsOurs(claimed) ? ZkHoldState.Held : ZkHoldState.Conflict, claimed);
            await NewsAsync().ConfigureAwait(false);
        }
    }

    async Task LetGoAsync()
    {
        if (!client.Session.IsConnected) return;
        using var patience = new CancellationTokenSource(FarewellTime, client.Options.Clock);
        try
        {
            var there = await client.GetAsync(path, patience.Token).ConfigureAwait(false);
            if (there is not null && IsOurs(there.Stat)) await client.DeleteAsync(path, there.Stat.Version, patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ZooKeeperException or OperationCanceledException or ObjectDisposedException)
        {
            // It goes with the session then.
        }
    }

    bool IsOurs(ZkStat stat) => stat.EphemeralOwner != 0 && sessions.Contains(stat.EphemeralOwner);

    void Remember(long session)
    {
        if (sessions.Contains(session)) return;
        if (sessions.Count == MostSessions) sessions.Dequeue();
        sessions.Enqueue(session);
    }

    void Tell(ZkHoldState state, ZkStat? stat)
    {
        if (states.Latest is { } last && last.State == state && last.Stat == stat) return;
        states.Post(new(state, path, stat?.EphemeralOwner ?? 0, stat));
    }

    void See(ZkView<ZkNode> seen)
    {
        Volatile.Write(ref view, seen);
        Wake();
    }

    void Wake()
    {
        lock (news)
            if (news.CurrentCount == 0)
                news.Release();
    }

    Task NewsAsync() => news.WaitAsync(closing.Token);
}
