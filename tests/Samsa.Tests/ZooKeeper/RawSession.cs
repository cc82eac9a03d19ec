using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>A session without any of the client's wits: one request, one reply, and what the server says in between.</summary>
sealed class RawSession : IDisposable
{
    readonly Opened opened;
    int xid;

    public RawSession(string server, SessionTicket? ticket = null, ZooKeeperOptions? options = null)
    {
        var at = server.Split(':');
        var address = new ServerAddress(at[0], int.Parse(at[1], System.Globalization.CultureInfo.InvariantCulture));
        var deadline = new Deadline(TimeSpan.FromSeconds(10), TimeProvider.System, default);
        opened = Opening.Open(address, ticket ?? SessionTicket.New(0), options ?? new(), deadline.Left);
        // Each answer may take as long.
        opened.Line.Waiting.Patience = () => new Deadline(TimeSpan.FromSeconds(10), TimeProvider.System, default).Left();
    }

    public Connect.Response Answer => opened.Answer;

    public bool IsExpired => opened.IsExpired;

    /// <summary>Who it is.</summary>
    public SessionTicket Ticket => new(Answer.SessionId, Answer.Password!.Value, 0);

    /// <summary>The events that came, with the number of the transaction in front of each.</summary>
    public List<(long Zxid, WatchEventType Type, string Path)> Events { get; } = [];

    /// <summary>Asks, and waits for the reply.</summary>
    public ZooKeeperError Ask(Samsa.Wire.IRequest request) => Ask(request.Api.Key, request);

    /// <summary>Asks for something that may not be known.</summary>
    public ZooKeeperError Ask(int operation, IMessage request)
    {
        var writer = new WireWriter();
        var frame = writer.BeginFrame();
        new RequestHeader { Xid = ++xid, Operation = operation }.WriteFields(writer, 0);
        request.Write(writer, 0);
        writer.EndFrame(frame);
        opened.Line.Stream.Write(writer.ToArray());
        while (true)
        {
            var reader = new WireReader(Next() ?? throw new EndOfStreamException()) { Jute = true };
            var header = new ReplyHeader(ref reader, 0);
            if (header.Xid == xid) return header.Error;
            var happened = new WatcherEvent(ref reader, 0);
            Assert.That((header.Xid, header.Error), Is.EqualTo((Xids.Event, ZooKeeperError.Ok)));
            Events.Add((header.Zxid, happened.Type, happened.Path));
        }
    }

    /// <summary>Whether the server ends the connection, saying nothing more.</summary>
    public bool IsClosed() => Next() is null;

    public void Dispose() => opened.Line.Dispose();

    ReadOnlyMemory<byte>? Next()
    {
        try
        {
            return opened.Incoming.ReadHere();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
