namespace Samsa.ZooKeeper;

/// <summary>
/// One connection to one server. Requests are written one behind the other without waiting for replies; a server replies in the order it
/// was asked, so the queue of those who wait is all there is to match them, and the number of a reply is an assertion.
/// </summary>
/// <remarks>
/// The thread of the session reads, and looks after the time; one more writes what has been gathered meanwhile. Neither calls anybody's code, and
/// none needs the pool. Closing, for whatever reason, ends both and then fails everybody who still waits.
/// </remarks>
sealed partial class ServerConnection
{
    readonly Dialled line;
    readonly FrameReader incoming;
    readonly Action<WatcherEvent> happened;
    readonly Queue<Ask> waiting = new();
    Ending? ending;
    long lastZxid;
    int xid;

    /// <param name="opened">The connection, on which the server has answered the first message.</param>
    /// <param name="lastZxid">The last transaction that is known.</param>
    /// <param name="happened">Told what happened to watched nodes, in the order of the replies.</param>
    /// <param name="clock">The clock.</param>
    public ServerConnection(Opened opened, long lastZxid, Action<WatcherEvent> happened, TimeProvider clock)
    {
        (Server, line, incoming) = (opened.Server, opened.Line, opened.Incoming);
        (this.lastZxid, this.happened, this.clock) = (lastZxid, happened, clock);
        IsReadOnly = opened.Answer.ReadOnly;
        Timeout = TimeSpan.FromMilliseconds(opened.Answer.TimeoutMs);
        lastSent = lastReceived = clock.GetTimestamp();
        reader = Thread.CurrentThread;
    }

    /// <summary>The server.</summary>
    public ServerAddress Server { get; }

    /// <summary>Whether the server has lost its ensemble.</summary>
    public bool IsReadOnly { get; }

    /// <summary>How long the session lives without a connection.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The last transaction that is known.</summary>
    public long LastZxid => Volatile.Read(ref lastZxid);

    /// <summary>Whether the server said something sensible, after the first message.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Why it ended; null while it is open.</summary>
    public Ending? Ending => Volatile.Read(ref ending);

    /// <summary>Reads, on the thread that made it, until the connection ends. Everybody who waited knows it then. Never fails.</summary>
    public void Run()
    {
        var writing = new Thread(WriteAll) { IsBackground = true, Name = $"ZooKeeper {Server}, writing" };
        writing.UnsafeStart();
        try
        {
            line.Waiting.Patience = Look;
            ReadAll();
        }
        catch (Exception error)
        {
            Close(new(error is ProtocolException ? error.Message.TrimEnd('.') : "the connection broke", error));
        }

        writing.Join();
        line.Dispose();
        while (TakeWaiting() is { } ask) ask.Fail(Ending!.Failure(ask));
    }

    /// <summary>Says who we are. To be called before anything is asked.</summary>
    public void Authenticate(ZkAuth auth) =>
        Send(new Auth.Request { Scheme = auth.Scheme, Credentials = auth.Credentials }, Xids.Auth, null);

    /// <summary>Puts a request in the line. Its answer, or failure, is told to it.</summary>
    /// <returns>False when the connection has ended: the request was not sent, and is told nothing.</returns>
    public bool TrySend(Ask ask) => Send(ask.Request, 0, ask);

    /// <summary>Ends the connection.</summary>
    public void Close(Ending why)
    {
        lock (gate)
        {
            if (ending is not null) return;
            ending = why;
            Monitor.PulseAll(gate);
        }

        line.Waiting.Dispose();
    }

    void ReadAll()
    {
        while (Next() is { } frame)
        {
            if (frame.Length < ReplyHeader.Bytes) throw new ProtocolException($"A reply has {frame.Length} bytes");
            var reader = new WireReader(frame) { Jute = true };
            var header = new ReplyHeader(ref reader, 0);
            if (header.Xid == Xids.Event) happened(new WatcherEvent(ref reader, 0));
            else if (header.Xid == Xids.Auth) TakeAuthReply(header);
            else if (header.Xid != Xids.Ping) TakeReply(header, frame[ReplyHeader.Bytes..]);
            HasAnswered |= Ending is null;
        }

        Close(new("the server closed the connection"));
    }

    ReadOnlyMemory<byte>? Next()
    {
        try
        {
            return incoming.ReadHere();
        }
        catch (ProtocolException error) when (TakeWaiting() is { } ask)
        {
            // Events and pings are short, so the frame that is too long is the next reply. Asking again would not make it shorter.
            Close(new("an answer was too long", error));
            ask.Fail(new ZooKeeperException(ZooKeeperError.MarshallingError, ask.Asked,
                $"the answer cannot be read: {error.Message.TrimEnd('.')}; ZooKeeperOptions.MaxFrameBytes says how long one may be", error));
            return null;
        }
    }

    void TakeAuthReply(ReplyHeader header)
    {
        if (header.Error != ZooKeeperError.Ok) Close(new("the server does not believe who we are") { IsAuthFailure = true });
    }

    void TakeReply(ReplyHeader header, ReadOnlyMemory<byte> body)
    {
        var ask = TakeWaiting() ?? throw new ProtocolException($"Reply {header.Xid} came to nothing that was asked");
        if (ask.Xid != header.Xid)
        {
            var wrong = new ProtocolException($"The reply to request {ask.Xid} was expected, that to {header.Xid} came");
            Close(new("the replies are out of order", wrong));
            ask.Fail(Ending!.Failure(ask));
            return;
        }

        if (header.Zxid > lastZxid) Volatile.Write(ref lastZxid, header.Zxid);
        // The session is elsewhere, or over: the next connection will tell.
        if (header.Error is ZooKeeperError.SessionExpired or ZooKeeperError.SessionMoved) Close(new($"the server said {header.Error}"));
        try
        {
            ask.Answer(header.Error, header.Zxid, body);
        }
        catch (ProtocolException error)
        {
            Close(new("an answer makes no sense", error));
            var why = $"the answer makes no sense: {error.Message.TrimEnd('.')}";
            ask.Fail(new ZooKeeperException(ZooKeeperError.MarshallingError, ask.Asked, why, error));
        }
    }

    Ask? TakeWaiting()
    {
        lock (gate) return waiting.TryDequeue(out var ask) ? ask : null;
    }
}
