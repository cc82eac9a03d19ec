using System.Net.Sockets;
using System.Security.Authentication;

namespace Samsa.ZooKeeper;

/// <summary>
/// Keeps a session: tries the servers, goes on with the session on each connection, and begins a new one when it is over. The only one who
/// decides what state the session is in.
/// </summary>
/// <remarks>All of it happens on a thread of its own, so that a pool whose threads are all blocked costs no session.</remarks>
sealed class SessionLoop : IAsyncDisposable
{
    /// <summary>What a slow observer of the states can be behind; the newest always comes.</summary>
    const int MostStatesWaiting = 64;

    static readonly TimeSpan LeastConnectTime = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    readonly ZooKeeperOptions options;
    readonly ServerOrder servers;
    readonly WatchTable watches;
    readonly QuestionLine questions;
    readonly Broadcast<ZkSession> states;
    readonly CancellationTokenSource closing = new();
    readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
        questions = new(options, WhyNobody);
        states = new(MostStatesWaiting, options.ObserverFailed);
        states.Post(new(ZkSessionState.Connecting, 0, 0, TimeSpan.Zero, null, null));
        new Thread(Run) { IsBackground = true, Name = $"ZooKeeper {string.Join(',', servers)}" }.UnsafeStart();
    }

    public IObservable<ZkSession> States => states;

    /// <summary>The session, as it is now.</summary>
    public ZkSession Now => states.Latest!;

    /// <summary>Those who ask something.</summary>
    public QuestionLine Questions => questions;

    /// <summary>Ends the session at the server, and everything here.</summary>
    public ValueTask DisposeAsync() => EndAsync(saysFarewell: true);

    /// <summary>Ends everything here, and the session at the server only when it is told.</summary>
    public async ValueTask EndAsync(bool saysFarewell)
    {
        // First of all: a server closes the connection as soon as it has answered, and nobody may begin another session then.
        await closing.CancelAsync().ConfigureAwait(false);
        var open = Volatile.Read(ref connection);
        var farewell = new Question<CloseSession.Response, bool>(new CloseSession.Request(), "", static (_, _) => true);
        if (saysFarewell && open?.TrySend(farewell) == true)
            await ((Task)farewell.Answered.AsTask().WaitAsync(FarewellTime, options.Clock)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Another one may have come meanwhile.
        Volatile.Read(ref connection)?.Close(new("the client was closed"));
        await stopped.Task.ConfigureAwait(false);
    }

    void Run()
    {
        try
        {
            while (!closing.IsCancellationRequested)
                if (TryOpen() is { } opened && !Use(opened))
                    return;
            End(ZkSessionState.Closed, null);
        }
        catch (Exception error)
        {
            // That would be a mistake of ours; who waits should know of it.
            End(ZkSessionState.Closed, error);
        }
        finally
        {
            stopped.SetResult();
        }
    }

    Opened? TryOpen()
    {
        var server = servers.Next();
        try
        {
            var share = (timeout > TimeSpan.Zero ? timeout : options.SessionTimeout) / servers.Count;
            var deadline = new Deadline(share > LeastConnectTime ? share : LeastConnectTime, options.Clock, closing.Token);
            return Opening.Open(server, Ticket, options, deadline.Left);
        }
        catch (Exception error)
        {
            Volatile.Write(ref trouble, $"{server}: {Words(error)}");
            PauseAfterFailure();
            return null;
        }
    }

    void PauseAfterFailure() => closing.Token.WaitHandle.WaitOne(servers.Failed());

    SessionTicket Ticket => isKnownToAll ? ticket : SessionTicket.New(ticket.LastZxid);

    /// <returns>False when the client has ended.</returns>
    bool Use(Opened opened)
    {
        var wasAsked = Ticket.Id;
        if (opened.Answer.ReadOnly && !options.ReadOnlyAllowed)
        {
            opened.Line.Dispose();
            Volatile.Write(ref trouble, $"{opened.Server}: it has lost its ensemble, and ZooKeeperOptions.ReadOnlyAllowed is off");
            PauseAfterFailure();
            return true;
        }

        if (opened.IsExpired && wasAsked == 0)
        {
            opened.Line.Dispose();
            Volatile.Write(ref trouble, $"{opened.Server}: it began no session");
            PauseAfterFailure();
            return true;
        }

        // Some servers know no sessions of others, and answer with a new one instead of saying that the old one is over.
        if (opened.IsExpired || (wasAsked != 0 && opened.Answer.SessionId != wasAsked)) Expire(opened.Server);
        if (opened.IsExpired)
        {
            opened.Line.Dispose();
            servers.Answered();
            // It is there and has just answered.
            servers.Prefer(opened.Server);
            return true;
        }

        var used = new ServerConnection(opened, ticket.LastZxid, watches.Happened, options.Clock);
        Adopt(opened, wasAsked);
        foreach (var auth in options.Auth) used.Authenticate(auth);
        Arrive(used);
        RunWhileOpen(used);
        if (!Leave(used)) return false;
        // One that takes connections and says nothing sensible on them would be connected to without end.
        if (used.HasAnswered) servers.Answered();
        else PauseAfterFailure();
        return true;
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
        Volatile.Write(ref connection, used);
        if (closing.IsCancellationRequested) used.Close(new("the client was closed"));
        // Before anybody can ask anything, so that what is watched is read first.
        watches.Connected(used);
        Tell(used.IsReadOnly ? ZkSessionState.ConnectedReadOnly : ZkSessionState.Connected, used.Server, null);
        questions.Connected(used);
    }

    void RunWhileOpen(ServerConnection used)
    {
        if (!used.IsReadOnly)
        {
            used.Run();
            return;
        }

        using var search = new ReadWriteSearch([.. servers.Others(used.Server), used.Server], options,
            () => used.Close(new("a server was found that takes writes")));
        used.Run();
        if (search.Found is { } found) servers.Prefer(found);
    }

    /// <returns>False when there will be no other connection.</returns>
    bool Leave(ServerConnection used)
    {
        Volatile.Write(ref connection, null);
        questions.Lost();
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
        questions.End(error ?? new ObjectDisposedException(nameof(ZooKeeperClient)));
        watches.End(error);
        states.End(error);
    }

    string WhyNobody()
    {
        var last = Volatile.Read(ref trouble) is { } why ? $" ({why})" : "";
        return $"none of the {servers.Count} servers could be reached within {options.ConnectTimeout}{last}";
    }

    static string Words(Exception error) => error switch
    {
        OperationCanceledException or TimeoutException => "no answer in time",
        AuthenticationException => $"they could not agree on TLS: {error.InnerException?.Message ?? error.Message}",
        ProtocolException => $"it is no ZooKeeper, or speaks TLS: {error.Message}",
        _ => error.Message,
    };
}
