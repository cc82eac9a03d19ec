using System.Security.Authentication;

namespace Samsa.ZooKeeper;

/// <summary>
/// Keeps a session: tries the servers, goes on with the session on each connection, and begins a new one when it is over. The only one who
/// decides what state the session is in.
/// </summary>
sealed class SessionLoop : IAsyncDisposable
{
    /// <summary>What a slow observer of the states can be behind; the newest always comes.</summary>
    const int MostStatesWaiting = 64;

    static readonly TimeSpan LeastConnectTime = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    readonly ZooKeeperOptions options;
    readonly ServerOrder servers;
    readonly WatchTable watches;
    readonly Broadcast<ZkSession> states;
    readonly CancellationTokenSource closing = new();
    readonly Lock gate = new();
    readonly Task running;
    TaskCompletionSource<ServerConnection> arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ServerConnection? connection;
    SessionTicket ticket = SessionTicket.New(0);
    TimeSpan timeout;
    string? trouble;
    int epoch;
    // A session that was begun at a server without its ensemble is known to nobody else.
    bool isKnownToAll;

    public SessionLoop(IReadOnlyList<ServerAddress> servers, WatchTable watches, ZooKeeperOptions options)
    {
        (this.options, this.watches) = (options, watches);
        this.servers = new(servers, options.MaxBackoff);
        states = new(MostStatesWaiting, options.ObserverFailed);
        states.Post(new(ZkSessionState.Connecting, 0, 0, TimeSpan.Zero, null, null));
        running = Task.Run(RunAsync);
    }

    public IObservable<ZkSession> States => states;

    /// <summary>The session, as it is now.</summary>
    public ZkSession Now => states.Latest!;

    /// <summary>The connection; when there is none, the next one.</summary>
    /// <exception cref="ZooKeeperException">There was none in time, or there will be none.</exception>
    public async ValueTask<ServerConnection> ConnectionAsync(string asked, CancellationToken ct)
    {
        Task<ServerConnection> next;
        lock (gate)
        {
            if (connection is { Ending: null }) return connection;
            if (connection is not null) Renew();
            connection = null;
            next = arrival.Task;
        }

        try
        {
            return await next.WaitAsync(options.ConnectTimeout, options.Clock, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var last = Volatile.Read(ref trouble) is { } why ? $" ({why})" : "";
            throw new ZooKeeperException(ZooKeeperError.ConnectionLoss, asked,
                $"none of the {servers.Count} servers could be reached within {options.ConnectTimeout}{last}; nothing was sent");
        }
    }

    /// <summary>Ends the session at the server, and everything here.</summary>
    public ValueTask DisposeAsync() => EndAsync(saysFarewell: true);

    /// <summary>Ends everything here, and the session at the server only when it is told.</summary>
    public async ValueTask EndAsync(bool saysFarewell)
    {
        ServerConnection? open;
        lock (gate) open = connection;
        var farewell = new Ask<CloseSession.Response>(new CloseSession.Request(), "");
        if (saysFarewell && open?.TrySend(farewell) == true)
            await ((Task)farewell.Answered.WaitAsync(FarewellTime, options.Clock)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await closing.CancelAsync().ConfigureAwait(false);
        open?.Close(new("the client was closed"));
        await running.ConfigureAwait(false);
    }

    async Task RunAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            if (await TryOpenAsync().ConfigureAwait(false) is not { } opened) continue;
            if (!await UseAsync(opened).ConfigureAwait(false)) return;
        }

        End(ZkSessionState.Closed, null);
    }

    async Task<Opened?> TryOpenAsync()
    {
        var server = servers.Next();
        try
        {
            var share = (timeout > TimeSpan.Zero ? timeout : options.SessionTimeout) / servers.Count;
            using var patience = new CancellationTokenSource(share > LeastConnectTime ? share : LeastConnectTime, options.Clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, closing.Token);
            return await Opening.OpenAsync(server, Ticket, options, both.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Volatile.Write(ref trouble, $"{server}: {Words(error)}");
            await Task.Delay(servers.Failed(), options.Clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
    }

    SessionTicket Ticket => isKnownToAll ? ticket : SessionTicket.New(ticket.LastZxid);

    /// <returns>False when the client has ended.</returns>
    async Task<bool> UseAsync(Opened opened)
    {
        var wasAsked = Ticket.Id;
        if (opened.Answer.ReadOnly && !options.ReadOnlyAllowed)
        {
            await opened.Stream.DisposeAsync().ConfigureAwait(false);
            Volatile.Write(ref trouble, $"{opened.Server}: it has lost its ensemble, and ZooKeeperOptions.ReadOnlyAllowed is off");
            await Task.Delay(servers.Failed(), options.Clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        }

        // Some servers know no sessions of others, and answer with a new one instead of saying that the old one is over.
        if (opened.IsExpired || (wasAsked != 0 && opened.Answer.SessionId != wasAsked)) Expire(opened.Server);
        servers.Answered();
        if (opened.IsExpired)
        {
            await opened.Stream.DisposeAsync().ConfigureAwait(false);
            // It is there and has just answered.
            servers.Prefer(opened.Server);
            return true;
        }

        var used = new ServerConnection(opened, ticket.LastZxid, watches.Happened, options.Clock);
        Adopt(opened, wasAsked);
        var reading = used.RunAsync();
        foreach (var auth in options.Auth) used.Authenticate(auth);
        Arrive(used);
        await WhileOpenAsync(used, reading).ConfigureAwait(false);
        return Leave(used);
    }

    void Adopt(Opened opened, long wasAsked)
    {
        var answer = opened.Answer;
        if (answer.SessionId != wasAsked) epoch++;
        ticket = ticket with { Id = answer.SessionId, Password = answer.Password?.ToArray() ?? [] };
        timeout = TimeSpan.FromMilliseconds(answer.TimeoutMs);
        isKnownToAll |= !answer.ReadOnly;
    }

    void Arrive(ServerConnection used)
    {
        Volatile.Write(ref trouble, null);
        // Before anybody can ask anything, so that what is watched is read first.
        watches.Connected(used);
        Tell(used.IsReadOnly ? ZkSessionState.ConnectedReadOnly : ZkSessionState.Connected, used.Server, null);
        lock (gate)
        {
            connection = used;
            arrival.TrySetResult(used);
        }
    }

    async Task WhileOpenAsync(ServerConnection used, Task reading)
    {
        if (!used.IsReadOnly)
        {
            await reading.ConfigureAwait(false);
            return;
        }

        using var search = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        var found = ReadWriteSearch.FindAsync([.. servers.Others(used.Server), used.Server], options, search.Token);
        if (await Task.WhenAny(found, reading).ConfigureAwait(false) == found && found.IsCompletedSuccessfully)
        {
            servers.Prefer(await found.ConfigureAwait(false));
            used.Close(new("a server was found that takes writes"));
        }

        await search.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        await ((Task)found).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <returns>False when there will be no other connection.</returns>
    bool Leave(ServerConnection used)
    {
        lock (gate)
        {
            if (arrival.Task.IsCompleted) Renew();
            connection = null;
        }

        ticket = ticket with { LastZxid = used.LastZxid };
        watches.Lost();
        if (used.Ending!.IsAuthFailure)
        {
            End(ZkSessionState.AuthFailed, new ZooKeeperException(ZooKeeperError.AuthFailed, "Auth"));
            return false;
        }

        if (!closing.IsCancellationRequested) Tell(ZkSessionState.Suspended, null, $"{used.Server}: {used.Ending.Why}");
        return true;
    }

    void Renew() => arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    void Expire(ServerAddress by)
    {
        Tell(ZkSessionState.Expired, null, $"{by} says that the session is over");
        ticket = SessionTicket.New(ticket.LastZxid);
        isKnownToAll = false;
        timeout = TimeSpan.Zero;
    }

    void Tell(ZkSessionState state, ServerAddress? server, string? why)
    {
        if (why is not null) Volatile.Write(ref trouble, why);
        states.Post(new(state, ticket.Id, epoch, timeout, server?.ToString(), why));
    }

    void End(ZkSessionState state, Exception? error)
    {
        Tell(state, null, error?.Message);
        lock (gate)
        {
            if (arrival.Task.IsCompleted) Renew();
            connection = null;
            arrival.TrySetException(error ?? new ObjectDisposedException(nameof(ZooKeeperClient)));
            _ = arrival.Task.Exception;
        }

        watches.End(error);
        states.End(error);
    }

    static string Words(Exception error) => error switch
    {
        OperationCanceledException => "no answer in time",
        AuthenticationException => $"they could not agree on TLS: {error.InnerException?.Message ?? error.Message}",
        ProtocolException => $"it is no ZooKeeper, or speaks TLS: {error.Message}",
        _ => error.Message,
    };
}
