using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Samsa.Embedded.Serving;
using Samsa.Wire;

namespace Samsa.Fuzz.Targets;

/// <summary>The same streams through a socket into the reader of the embedded broker, which gives all its memory back.</summary>
sealed class RequestsTarget(FramesTarget frames) : IFuzzTarget
{
    const int MaxRequest = 1 << 20;

    public string Name => "requests";

    // A connection costs more than a hundred of anything else.
    public int Weight => 1;

    public byte[] Make(Random random) => frames.Make(random);

    public Verdict Try(byte[] input) => TryAsync(input).WaitAsync(TimeSpan.FromSeconds(10)).GetAwaiter().GetResult();

    static async Task<Verdict> TryAsync(byte[] input)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = new TcpClient();
        await sender.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var socket = await listener.AcceptSocketAsync();
        var sending = SendAsync(sender, input.AsMemory(Math.Min(1, input.Length)));
        var memory = new RequestMemory(4 * MaxRequest);
        var at = Math.Min(1, input.Length);
        try
        {
            using var reader = new RequestReader(new ClientLine(socket), MaxRequest, memory);
            while (await reader.ReadAsync() is { } request)
            {
                if (!request.Span.SequenceEqual(input.AsSpan(at + 4, request.Length)))
                    throw new BrokenRuleException($"The request at {at} is not the one that was sent.");
                at += 4 + request.Length;
                if (memory.Used > 4L * input.Length + (64 << 10))
                    throw new BrokenRuleException($"{memory.Used} bytes are held for an input of {input.Length}.");
            }
        }
        catch (ProtocolException refusal)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(input.AsSpan(at)) is >= 8 and <= MaxRequest)
                throw new BrokenRuleException("A request is refused that can be.", refusal);
            return memory.Used == 0 ? Verdict.Refused : throw new BrokenRuleException($"{memory.Used} bytes were not given back.");
        }
        finally
        {
            socket.Dispose();
            await sending;
        }

        return memory.Used == 0 ? Verdict.Taken : throw new BrokenRuleException($"{memory.Used} bytes were not given back.");
    }

    static async Task SendAsync(TcpClient sender, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await sender.GetStream().WriteAsync(bytes);
            sender.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            // The reader had enough of it.
        }
    }
}
