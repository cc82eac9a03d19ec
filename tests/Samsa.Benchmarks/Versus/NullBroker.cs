using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Samsa.Benchmarks.Versus;

/// <summary>A broker that does next to nothing, so that what is measured is the client: acknowledges what it is sent, and serves canned batches.</summary>
static class NullBroker
{
    static readonly ConcurrentDictionary<string, Lazy<NullTopic>> Topics = new(StringComparer.Ordinal);

    public static NullTopic TopicOf(string name) => Topics.GetOrAdd(name, static known => new(() => new NullTopic(known))).Value;

    /// <summary>Serves until the input ends, and says first where.</summary>
    public static async Task<int> RunAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        _ = AcceptAsync(listener, port);
        Console.WriteLine($"127.0.0.1:{port}");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    static async Task AcceptAsync(Socket listener, int port)
    {
        while (true)
        {
            var socket = await listener.AcceptAsync();
            _ = Task.Run(() => ServeAsync(socket, port));
        }
    }

    static async Task ServeAsync(Socket socket, int port)
    {
        using var _ = socket;
        try
        {
            socket.NoDelay = true;
            await new NullConnection(socket, port).RunAsync();
        }
        catch (Exception error) when (error is SocketException or EndOfStreamException)
        {
            // The client has gone, as all do.
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync(error.ToString());
        }
    }
}
