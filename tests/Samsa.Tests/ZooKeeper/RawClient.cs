using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Samsa.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Says what it is told to and reads what comes, frame by frame: for what a good client would never do.</summary>
sealed class RawClient : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TcpClient socket = new() { NoDelay = true };
    int xid;

    /// <summary>What the server said to the first message; null when it closed the connection.</summary>
    public Connect.Response? Hello { get; private set; }

    /// <summary>What happened to watched nodes, since <see cref="AskAsync"/> was called last.</summary>
    public List<string> Events { get; } = [];

    /// <summary>The last write that the server said it knew.</summary>
    public long Zxid { get; private set; }

    public static async Task<RawClient> ConnectAsync(string address, Connect.Request? hello = null, short version = 1)
    {
        var client = await DialAsync(address);
        var writer = new WireWriter();
        (hello ?? new() { TimeoutMs = 4000, Password = new byte[16] }).Write(writer, version);
        await client.SendAsync(writer);
        if (await client.ReadFrameAsync() is { } frame) client.Hello = ReadHello(frame, version);
        return client;
    }

    /// <summary>A connection on which nothing has been said.</summary>
    public static async Task<RawClient> DialAsync(string address)
    {
        var client = new RawClient();
        var at = address.Split(':');
        await client.socket.ConnectAsync(at[0], int.Parse(at[1], CultureInfo.InvariantCulture));
        return client;
    }

    /// <summary>Asks, and waits for the answer. Events that come before it are in <see cref="Events"/>.</summary>
    public async Task<(ZooKeeperError Error, TResponse? Body)> AskAsync<TResponse>(IRequest<TResponse> request, int? fixedXid = null)
        where TResponse : class, IMessage<TResponse>
    {
        var writer = new WireWriter();
        request.Write(writer, 0);
        var (error, body) = await AskAsync(request.Api.Key, writer.ToArray(), fixedXid);
        return (error, error == ZooKeeperError.Ok ? Read<TResponse>(body) : null);
    }

    /// <summary>Asks, and wants to hear this error, or none.</summary>
    public async Task AskAsync<TResponse>(IRequest<TResponse> request, ZooKeeperError error)
        where TResponse : class, IMessage<TResponse> =>
        Assert.That((await AskAsync(request)).Error, Is.EqualTo(error), request.ToString());

    public async Task<(ZooKeeperError Error, ReadOnlyMemory<byte> Body)> AskAsync(int operation, byte[] body, int? fixedXid = null)
    {
        Events.Clear();
        var number = fixedXid ?? ++xid;
        var writer = new WireWriter();
        new RequestHeader { Xid = number, Operation = operation }.WriteFields(writer, 0);
        writer.WriteRaw(body);
        await SendAsync(writer);
        while (true)
        {
            var frame = await ReadFrameAsync() ?? throw new EndOfStreamException($"The server closed the connection and did not answer {operation}.");
            var header = ReadHeader(frame);
            if (TakeEvent(header, frame)) continue;
            Assert.That(header.Xid, Is.EqualTo(number));
            Zxid = Math.Max(Zxid, header.Zxid);
            return (header.Error, frame[ReplyHeader.Bytes..]);
        }
    }

    /// <summary>The next thing that happens, which nobody asked for.</summary>
    public async Task<string> EventAsync()
    {
        Events.Clear();
        var frame = await ReadFrameAsync() ?? throw new EndOfStreamException("The server closed the connection instead of telling something.");
        Assert.That(TakeEvent(ReadHeader(frame), frame));
        return Events[0];
    }

    public async Task SendAsync(byte[] bytes) => await socket.GetStream().WriteAsync(bytes);

    /// <summary>All that comes until the server closes the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        try
        {
            return await new StreamReader(socket.GetStream()).ReadToEndAsync().WaitAsync(Patience);
        }
        catch (IOException)
        {
            // A reset is an end, too.
            return "";
        }
    }

    public void Dispose() => socket.Dispose();

    async Task SendAsync(WireWriter body)
    {
        var framed = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, body.Length);
        body.ToArray().CopyTo(framed, 4);
        await SendAsync(framed);
    }

    async Task<ReadOnlyMemory<byte>?> ReadFrameAsync()
    {
        var head = new byte[4];
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await socket.GetStream().ReadExactlyAsync(head, late.Token);
        }
        catch (IOException)
        {
            return null;
        }

        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        await socket.GetStream().ReadExactlyAsync(body, late.Token);
        return body;
    }

    bool TakeEvent(ReplyHeader header, ReadOnlyMemory<byte> frame)
    {
        if (header.Xid != Xids.Event) return false;
        var reader = new WireReader(frame[ReplyHeader.Bytes..]) { Jute = true };
        var happened = new WatcherEvent(ref reader, 0);
        Assert.That((header.Zxid, happened.State), Is.EqualTo((-1L, 3)));
        Events.Add($"{happened.Type} {happened.Path}");
        return true;
    }

    static ReplyHeader ReadHeader(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        return new(ref reader, 0);
    }

    static Connect.Response ReadHello(ReadOnlyMemory<byte> frame, short version)
    {
        var reader = new WireReader(frame);
        var hello = Connect.Response.Read(ref reader, version);
        reader.ExpectEnd();
        return hello;
    }

    static TResponse Read<TResponse>(ReadOnlyMemory<byte> body)
        where TResponse : IMessage<TResponse>
    {
        var reader = new WireReader(body);
        var read = TResponse.Read(ref reader, 0);
        reader.ExpectEnd();
        return read;
    }
}
