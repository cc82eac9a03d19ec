using System.Net.Sockets;

namespace Samsa.ZooKeeper;

/// <summary>
/// One connection to one server. Requests are written one behind the other without waiting for replies; a server replies in the order it
/// was asked, so the queue of those who wait is all there is to match them, and the number of a reply is an assertion.
/// </summary>
/// <remarks>
/// One loop reads; whoever asks while nobody writes writes. Closing, for whatever reason, ends both and then fails everybody who still waits.
/// </remarks>
sealed partial class ServerConnection
{
    /// <summary>Who asks while this many wait leaves the writing to another thread, and what others ask until it begins goes with it.</summary>
    const int Crowd = 8;

    readonly Stream stream;
    readonly FrameReader incoming;
    readonly Action<WatcherEvent> happened;
    readonly Lock gate = new();
    readonly Queue<Ask> waiting = new();
    readonly List<ReadOnlyMemory<byte>> segments = [];
    WireWriter gathered = new(), sending = new();
    bool isWriting;
    int xid;
    Ending? ending;
    long lastZxid;

    /// <param name="opened">The connection, on which the server has answered the first message.</param>
    /// <param name="lastZxid">The last transaction that is known.</param>
    /// <param name="happened">Told what happened to watched nodes, in the order of the replies.</param>
    /// <param name="clock">The clock.</param>
    public ServerConnection(Opened opened, long lastZxid, Action<WatcherEvent> happened, TimeProvider clock)
    {
        (Server, stream, incoming) = (opened.Server, opened.Stream, opened.Incoming);
        (this.lastZxid, this.happened, this.clock) = (lastZxid, happened, clock);
        IsReadOnly = opened.Answer.ReadOnly;
        Timeout = TimeSpan.FromMilliseconds(opened.Answer.TimeoutMs);
        lastSent = lastReceived = clock.GetTimestamp();
    }

    /// <summary>The server.</summary>
    public ServerAddress Server { get; }

    /// <summary>Whether the server has lost its ensemble.</summary>
    public bool IsReadOnly { get; }

    /// <summary>How long the session lives without a connection.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The last transaction that is known.</summary>
    public long LastZxid => Volatile.Read(ref lastZxid);

    /// <summary>Why it ended; null while it is open.</summary>
    public Ending? Ending => Volatile.Read(ref ending);

    /// <summary>Reads until the connection ends. Everybody who waited knows it then. Never fails.</summary>
    public async Task RunAsync()
    {
        var watchdog = Watch();
        await using (watchdog.ConfigureAwait(false))
        {
            try
            {
                await ReadAsync().ConfigureAwait(false);
            }
            catch (Exception error)
            {
                Close(new(error is ProtocolException ? error.Message.TrimEnd('.') : "the connection broke", error));
            }
        }

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
        }

        stream.Dispose();
    }

    bool Send(IRequest request, int fixedXid, Ask? ask)
    {
        bool isCrowded;
        lock (gate)
        {
            if (ending is not null) return false;
            var number = ask is null ? fixedXid : NextXid();
            try
            {
                Gather(number, request);
            }
            catch (UnwritableMessageException error)
            {
                // Half of it stands behind the others, which cannot be told apart from it any more.
                Close(new("a request could not be written", error));
                throw;
            }

            if (ask is not null)
            {
                ask.Xid = number;
                waiting.Enqueue(ask);
            }

            Volatile.Write(ref lastSent, clock.GetTimestamp());
            if (isWriting) return true;
            isWriting = true;
            isCrowded = waiting.Count > Crowd;
        }

        if (isCrowded) ThreadPool.UnsafeQueueUserWorkItem(static connection => _ = connection.WriteAsync(), this, preferLocal: false);
        else _ = WriteAsync();
        return true;
    }

    void Gather(int number, IRequest request)
    {
        var frame = gathered.BeginFrame();
        new RequestHeader { Xid = number, Operation = request.Api.Key }.WriteFields(gathered, 0);
        request.Write(gathered, 0);
        gathered.EndFrame(frame);
    }

    int NextXid() => xid = xid == int.MaxValue ? 1 : xid + 1;

    async Task WriteAsync()
    {
        try
        {
            while (SwapGathered())
            {
                sending.GetSegments(segments);
                foreach (var segment in segments) await stream.WriteAsync(segment).ConfigureAwait(false);
                await stream.FlushAsync().ConfigureAwait(false);
                segments.Clear();
                sending.Reset();
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Close(new("the connection broke", error));
        }
    }

    /// <summary>Takes what is gathered to be sent; false when there is nothing, and then nobody writes.</summary>
    bool SwapGathered()
    {
        lock (gate)
        {
            isWriting = gathered.Length > 0 && ending is null;
            if (isWriting) (gathered, sending) = (sending, gathered);
            return isWriting;
        }
    }

    async Task ReadAsync()
    {
        while (await NextAsync().ConfigureAwait(false) is { } frame)
        {
            Volatile.Write(ref lastReceived, clock.GetTimestamp());
            if (frame.Length < ReplyHeader.Bytes) throw new ProtocolException($"A reply has {frame.Length} bytes");
            var reader = new WireReader(frame) { Jute = true };
            var header = new ReplyHeader(ref reader, 0);
            if (header.Xid == Xids.Event) happened(new WatcherEvent(ref reader, 0));
            else if (header.Xid == Xids.Auth) TakeAuthReply(header);
            else if (header.Xid != Xids.Ping) TakeReply(header, frame[ReplyHeader.Bytes..]);
        }

        Close(new("the server closed the connection"));
    }

    async ValueTask<ReadOnlyMemory<byte>?> NextAsync()
    {
        try
        {
            return await incoming.ReadAsync().ConfigureAwait(false);
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
