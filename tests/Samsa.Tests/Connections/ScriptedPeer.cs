using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Tests.Connections;

/// <summary>A peer on a real socket that says what a test tells it to say, be it Kafka or not.</summary>
sealed class ScriptedPeer : IAsyncDisposable
{
    readonly TcpListener listener;
    readonly Func<Talk, Task> script;
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentQueue<Talk> talks = [];
    readonly Task accepting;

    ScriptedPeer(Func<Talk, Task> script, int port)
    {
        this.script = script;
        listener = new(IPAddress.Loopback, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Every connection that comes runs the script.</summary>
    public static ScriptedPeer Start(Func<Talk, Task> script, int port = 0) => new(script, port);

    /// <summary>Every connection is greeted as Kafka 4 would, and asked questions go to the function; null leaves one unanswered.</summary>
    public static ScriptedPeer Broker(Func<Heard, IMessage?> answer) => Start(talk => talk.ServeAsync(answer));

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>How many connections came.</summary>
    public int Connections => talks.Count;

    /// <summary>Everything that was asked, on all connections, in the order it came.</summary>
    public ConcurrentQueue<Heard> Heard { get; } = [];

    /// <summary>Cuts all connections that are open.</summary>
    public void Cut()
    {
        foreach (var talk in talks) talk.Close();
    }

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested) return;
        await stop.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var talk = new Talk(await listener.AcceptSocketAsync(stop.Token), talks.Count, Heard);
                talks.Enqueue(talk);
                _ = RunAsync(talk);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    async Task RunAsync(Talk talk)
    {
        await Task.Yield();
        try
        {
            await script(talk);
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            // The client hung up.
        }
    }
}

/// <summary>What a peer heard.</summary>
sealed record Heard(RequestHeader Header, ApiDescription? Api, ReadOnlyMemory<byte> Body, int Connection)
{
    public T Read<T>()
        where T : IMessage<T>
    {
        var reader = new WireReader(Body, Api!.IsFlexible(Header.ApiVersion));
        return T.Read(ref reader, Header.ApiVersion);
    }
}

/// <summary>One connection, seen from the peer.</summary>
sealed class Talk(Socket socket, int number, ConcurrentQueue<Heard> log)
{
    readonly FrameReader frames = new(socket);

    /// <summary>Which connection this is, from 0.</summary>
    public int Number => number;

    /// <summary>The next request; throws when the client hung up.</summary>
    public async Task<Heard> HearAsync()
    {
        var frame = await frames.ReadAsync() ?? throw new EndOfStreamException();
        var heard = Parse(frame);
        log.Enqueue(heard);
        return heard;
    }

    /// <summary>Ends when the client hung up.</summary>
    public async Task HangUpAsync()
    {
        while (await frames.ReadAsync() is { } frame) log.Enqueue(Parse(frame));
    }

    public async Task SayAsync(params byte[] bytes) => await socket.SendAsync(bytes);

    public Task SayAsync(string hex) => SayAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

    public Task AnswerAsync(Heard heard, IMessage answer) => SayAsync(Bytes(heard, answer));

    /// <summary>A frame with the correlation id of the request and these bytes behind it.</summary>
    public Task AnswerAsync(Heard heard, string hex)
    {
        var body = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var frame = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, 4 + body.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), heard.Header.CorrelationId);
        body.CopyTo(frame, 8);
        return SayAsync(frame);
    }

    /// <summary>Hears the question for versions and answers as a broker that speaks everything we do.</summary>
    public async Task GreetAsync(ApiVersions.Response? answer = null) => await AnswerAsync(await HearAsync(), answer ?? Everything);

    /// <summary>Answers what is asked, one after the other.</summary>
    public async Task ServeAsync(Func<Heard, IMessage?> answer)
    {
        while (true)
        {
            var heard = await HearAsync();
            var said = answer(heard) ?? (heard.Header.ApiKey == ApiVersions.Api.Key ? Everything : null);
            if (said is not null) await AnswerAsync(heard, said);
        }
    }

    public void Close() => socket.Dispose();

    public static ApiVersions.Response Everything { get; } = Speaking([.. Apis.Known.Select(api => (api.Key, api.MinVersion, api.MaxVersion))]);

    public static ApiVersions.Response Speaking(params (short Key, short Min, short Max)[] ranges) => new()
    {
        ApiKeys = [.. ranges.Select(range => new ApiVersions.Response.ApiVersion { ApiKey = range.Key, MinVersion = range.Min, MaxVersion = range.Max })],
    };

    public static byte[] Bytes(Heard heard, IMessage answer)
    {
        var writer = new WireWriter();
        Framing.WriteResponse(writer, heard.Api!, answer, heard.Header.ApiVersion, heard.Header.CorrelationId);
        return writer.ToArray();
    }

    Heard Parse(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        var header = RequestHeader.Read(ref reader, out var api);
        return new(header, api, frame[reader.Position..], number);
    }
}
