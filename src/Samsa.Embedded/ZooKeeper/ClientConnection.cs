using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Samsa.Embedded.Serving;
using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>One client: one loop that reads, and what it is told.</summary>
sealed class ClientConnection : IDisposable
{
    /// <summary>How long a client may take for its first message.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The first message has 44 or 45 bytes, or fewer without a password.</summary>
    const int LeastHello = 28, MostHello = 1024;

    const int HeaderBytes = 8;

    readonly Socket socket;
    readonly Keeper keeper;
    readonly EmbeddedZooKeeperOptions options;
    readonly ClientLine line;
    long received;

    public ClientConnection(Socket socket, Keeper keeper, EmbeddedZooKeeperOptions options)
    {
        (this.socket, this.keeper, this.options) = (socket, keeper, options);
        line = new ClientLine(socket);
        Outgoing = new Outgoing(line, Math.Max(4 * options.MaxFrameBytes, 1 << 20));
        Identities = [new("ip", ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString())];
    }

    /// <summary>What it is told.</summary>
    public Outgoing Outgoing { get; }

    /// <summary>Its session; null before it has one, and when that is over or elsewhere. Belongs to the <see cref="Keeper"/>.</summary>
    public Session? Session { get; set; }

    /// <summary>Who it has shown itself to be. Belongs to the <see cref="Keeper"/>.</summary>
    public IReadOnlyList<Identity> Identities { get; set; }

    /// <summary>How many requests it made.</summary>
    public long Received => Interlocked.Read(ref received);

    /// <summary>Tells it what happened to a node.</summary>
    public void Tell(WatchEventType type, string path)
    {
        const int Connected = 3;
        Outgoing.Tell(new WatcherEvent { Type = type, State = Connected, Path = path });
    }

    /// <summary>Cuts the connection. The session goes on.</summary>
    public void Cut() => line.Cut();

    void IDisposable.Dispose() => Cut();

    /// <summary>Serves until the client leaves, misbehaves, or is cut off. Never throws.</summary>
    /// <param name="words">Answers to the words of four letters that people say to a server.</param>
    public async Task ServeAsync(Func<string, string?> words)
    {
        try
        {
            await TalkAsync(words).ConfigureAwait(false);
            await Outgoing.SentAsync().ConfigureAwait(false);
        }
        catch (ProtocolException fault)
        {
            options.Logger.LogWarning("A connection to ZooKeeper is closed: {Reason}", fault.Message);
        }
        catch (Exception fault) when (fault is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            options.Logger.LogDebug("A connection to ZooKeeper ended: {Reason}", fault.Message);
        }
#pragma warning disable CA1031 // A fault of ours costs this connection; the others go on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            options.Logger.LogError(fault, "A request to ZooKeeper could not be answered, and its connection is closed.");
        }
        finally
        {
            keeper.Leave(this);
            Outgoing.End();
            line.Dispose();
        }
    }

    async Task TalkAsync(Func<string, string?> words)
    {
        if (!await HelloAsync(words).ConfigureAwait(false)) return;
        var frames = new FrameReader(socket, options.MaxFrameBytes, HeaderBytes);
        while (await frames.ReadAsync().ConfigureAwait(false) is { } frame)
        {
            Interlocked.Increment(ref received);
            var goesOn = Answer(frame);
            Outgoing.Send();
            if (!goesOn) return;
            await Outgoing.RoomAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The first message: it has no header, and may be a word.</summary>
    async Task<bool> HelloAsync(Func<string, string?> words)
    {
        using var patience = new CancellationTokenSource(Patience, options.Clock);
        var head = new byte[4];
        if (!await FillAsync(head, patience.Token).ConfigureAwait(false)) return false;
        if (words(System.Text.Encoding.ASCII.GetString(head)) is { } said)
        {
            await line.SendAsync(System.Text.Encoding.UTF8.GetBytes(said), patience.Token).ConfigureAwait(false);
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(head);
        if (length is < LeastHello or > MostHello) throw new ProtocolException($"The first message claims {length} bytes");
        var frame = new byte[length];
        if (!await FillAsync(frame, patience.Token).ConfigureAwait(false)) return false;
        // Since 3.4 it has a byte more, and so has the answer.
        var (hello, hasMore) = ReadHello(frame);
        var goesOn = keeper.Open(this, hello, hasMore ? (short)1 : (short)0);
        Outgoing.Send();
        return goesOn;
    }

    bool Answer(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame) { Jute = true };
        var header = new RequestHeader(ref reader, 0);
        try
        {
            return keeper.Answer(this, header, Requests.Read(header.Operation, frame[HeaderBytes..]), ZooKeeperError.Unimplemented);
        }
        catch (ProtocolException fault)
        {
            options.Logger.LogWarning("Operation {Operation} makes no sense to ZooKeeper: {Reason}", header.Operation, fault.Message);
            return keeper.Answer(this, header, null, ZooKeeperError.MarshallingError);
        }
    }

    async ValueTask<bool> FillAsync(Memory<byte> buffer, CancellationToken ct)
    {
        while (!buffer.IsEmpty)
        {
            var read = await line.ReceiveAsync(buffer, ct).ConfigureAwait(false);
            if (read == 0) return false;
            buffer = buffer[read..];
        }

        return true;
    }

    static (Connect.Request Hello, bool HasMore) ReadHello(byte[] frame)
    {
        var reader = new WireReader(frame);
        var hello = Connect.Request.Read(ref reader, 0);
        return (hello, reader.Remaining > 0);
    }
}
