namespace Samsa.ZooKeeper;

/// <summary>Who a session is, for the servers.</summary>
/// <param name="Id">Its number; 0 for a new one.</param>
/// <param name="Password">Shows that it is ours.</param>
/// <param name="LastZxid">The last transaction that we know of. A server that does not know it is not for us.</param>
readonly record struct SessionTicket(long Id, ReadOnlyMemory<byte> Password, long LastZxid)
{
    const int PasswordBytes = 16;

    /// <summary>None yet.</summary>
    public static SessionTicket New(long lastZxid) => new(0, new byte[PasswordBytes], lastZxid);
}

/// <summary>A server that has answered the first message of a connection.</summary>
/// <param name="Server">Where it listens.</param>
/// <param name="Line">The connection.</param>
/// <param name="Incoming">What reads from it.</param>
/// <param name="Answer">What it said.</param>
sealed record Opened(ServerAddress Server, Dialled Line, FrameReader Incoming, Connect.Response Answer)
{
    /// <summary>Whether the session that was asked for is over.</summary>
    public bool IsExpired => Answer.TimeoutMs <= 0 || Answer.SessionId == 0;
}

/// <summary>The first message of a connection and its answer.</summary>
static class Opening
{
    /// <summary>Since ZooKeeper 3.4 both say one byte more: whether a server without its ensemble will do, and whether this is one.</summary>
    const short WithReadOnly = 1;
    const int BytesWithReadOnly = 37;

    /// <summary>Connects and shakes hands. The thread that calls waits for it.</summary>
    public static Opened Open(ServerAddress server, SessionTicket ticket, ZooKeeperOptions options, Func<TimeSpan> patience)
    {
        var line = Dialling.Dial(server, options.Tls, patience);
        try
        {
            line.Stream.Write(Hello(ticket, options));
            var incoming = new FrameReader(line.Stream, options.MaxFrameBytes, ReplyHeader.Bytes);
            var frame = incoming.ReadHere()
                ?? throw new IOException(
                    "it closed the connection instead of an answer: it may be starting, have lost its ensemble, or know less than we have seen");
            return new(server, line, incoming, Read(frame));
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next frame of a stream that waits on the thread that calls, so that it is always here when this returns.</summary>
    public static ReadOnlyMemory<byte>? ReadHere(this FrameReader incoming)
    {
        var read = incoming.ReadAsync();
        return read.IsCompletedSuccessfully ? read.Result : read.AsTask().GetAwaiter().GetResult();
    }

    static byte[] Hello(SessionTicket ticket, ZooKeeperOptions options)
    {
        var writer = new WireWriter();
        var mark = writer.BeginFrame();
        new Connect.Request
        {
            LastZxidSeen = ticket.LastZxid,
            TimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            SessionId = ticket.Id,
            Password = ticket.Password,
            ReadOnly = options.ReadOnlyAllowed,
        }.Write(writer, WithReadOnly);
        writer.EndFrame(mark);
        return writer.ToArray();
    }

    static Connect.Response Read(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        // A server without its ensemble that makes no sessions of its own (localSessionsEnabled) refuses a new one as any other write.
        if (frame.Length == ReplyHeader.Bytes) throw new IOException($"it refused the session ({new ReplyHeader(ref reader, 0).Error})");
        return Connect.Response.Read(ref reader, frame.Length >= BytesWithReadOnly ? WithReadOnly : (short)0);
    }
}
