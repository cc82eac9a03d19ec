using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Samsa.Fuzz.Corpus;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Fuzz.Recording;

/// <summary>Stands between clients and one broker, passes everything on, and writes down what it understands.</summary>
/// <remarks>Where the broker names its own address it is replaced by that of the proxy, or clients would go round it.</remarks>
sealed class RecordingProxy : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly IPEndPoint broker;
    readonly Task accepting;

    public RecordingProxy(string broker)
    {
        this.broker = IPEndPoint.Parse(broker);
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>What was said, without its sender.</summary>
    public ConcurrentQueue<Sent> Heard { get; } = [];

    int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true) _ = RelayAsync(await listener.AcceptSocketAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    async Task RelayAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        await server.ConnectAsync(broker);
        var asked = new ConcurrentQueue<RequestHeader>();
        await Task.WhenAny(PassAsync(client, server, frame => Question(frame, asked)), PassAsync(server, client, frame => Answer(frame, asked)));
        client.Dispose();
    }

    static async Task PassAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> look)
    {
        try
        {
            var frames = new FrameReader(from);
            while (await frames.ReadAsync() is { } frame)
            {
                var passed = look(frame);
                await to.SendAsync(Crafted.Int32(passed.Length));
                await to.SendAsync(passed);
            }
        }
        catch (Exception ended) when (ended is SocketException or IOException or ObjectDisposedException)
        {
            // One side left.
        }
    }

    ReadOnlyMemory<byte> Question(ReadOnlyMemory<byte> frame, ConcurrentQueue<RequestHeader> asked)
    {
        var reader = new WireReader(frame);
        var header = RequestHeader.Read(ref reader, out var api);
        // Nothing is answered to a produce request without acknowledgement.
        if (api is null || header.ApiKey != Produce.Api.Key || Produce.Request.Read(ref reader, header.ApiVersion).Acks != 0) asked.Enqueue(header);
        if (api is not null) Note(api, "Request", header.ApiVersion, BodyOf(frame));
        return frame;
    }

    ReadOnlyMemory<byte> Answer(ReadOnlyMemory<byte> frame, ConcurrentQueue<RequestHeader> asked)
    {
        if (!asked.TryDequeue(out var header) || Apis.Find(header.ApiKey) is not { } api) return frame;
        if (header.ApiVersion < api.MinVersion || header.ApiVersion > api.MaxVersion) return frame;
        // Who speaks a later ApiVersions than the broker gets the answer of version 0.
        var version = api.Key == ApiVersions.Api.Key && frame.Length > 5 && frame.Span[5] == 35 ? (short)0 : header.ApiVersion;
        var front = api.IsFlexible(version) && api.Key != ApiVersions.Api.Key ? 5 : 4;
        Note(api, "Response", version, frame[front..]);
        if (api.Key == Metadata.Api.Key) return Redirected(frame, api, version, Metadata.Response.Read);
        if (api.Key == FindCoordinator.Api.Key) return Redirected(frame, api, version, FindCoordinator.Response.Read);
        return frame;
    }

    delegate IMessage Reading(ref WireReader reader, short version);

    byte[] Redirected(ReadOnlyMemory<byte> frame, ApiDescription api, short version, Reading read)
    {
        var reader = new WireReader(frame);
        var correlation = reader.ReadInt32();
        if (api.IsFlexible(version)) reader.ReadInt8();
        IMessage redirected = read(ref reader, version) switch
        {
            Metadata.Response answer => answer with { Brokers = [.. answer.Brokers.Select(one => one with { Host = "127.0.0.1", Port = Port })] },
            FindCoordinator.Response answer => answer with
            {
                Host = "127.0.0.1",
                Port = Port,
                Coordinators = [.. answer.Coordinators.Select(one => one with { Host = "127.0.0.1", Port = Port })],
            },
            var other => other,
        };
        var writer = new WireWriter();
        Framing.WriteResponse(writer, api, redirected, version, correlation);
        return writer.ToArray()[4..];
    }

    ReadOnlyMemory<byte> BodyOf(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        RequestHeader.Read(ref reader, out _);
        return frame[reader.Position..];
    }

    /// <summary>Writes down what can be read as what it should be; a message that cannot is told.</summary>
    void Note(ApiDescription api, string kind, short version, ReadOnlyMemory<byte> body)
    {
        var message = DeclaredMessage.All.First(one => one.Api == api && one.Type.Name == kind);
        try
        {
            message.Read(body, version);
            Heard.Enqueue(new($"{message}", version, body.ToArray(), ""));
        }
        catch (ProtocolException wrong)
        {
            Console.Error.WriteLine($"{message} v{version} cannot be read: {wrong.Message} {Convert.ToHexStringLower(body.Span)}");
        }
    }
}
