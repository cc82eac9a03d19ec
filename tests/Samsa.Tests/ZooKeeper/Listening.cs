using System.Net;
using System.Net.Sockets;

namespace Samsa.Tests.ZooKeeper;

/// <summary>
/// Something that listens, and whose connections can be cut. Each connection is served by a thread of its own, so that it goes on when the threads of
/// the pool are blocked.
/// </summary>
sealed class Listening : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Lock gate = new();
    readonly HashSet<TcpClient> clients = [];
    readonly Action<TcpClient> serve;
    readonly Thread accepting;
    int connections;

    /// <param name="serve">Serves a connection until it ends; what a connection throws when it is cut ends it.</param>
    public Listening(Action<TcpClient> serve)
    {
        this.serve = serve;
        listener.Start();
        accepting = new(Accept) { IsBackground = true };
        accepting.Start();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>How many connections there were.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>Cuts all that are open.</summary>
    /// <returns>How many were.</returns>
    public int CutNow()
    {
        lock (gate)
        {
            var count = clients.Count;
            foreach (var client in clients) client.Dispose();
            clients.Clear();
            return count;
        }
    }

    public void Dispose()
    {
        listener.Stop();
        accepting.Join();
        CutNow();
    }

    void Accept()
    {
        try
        {
            while (true)
            {
                var client = listener.AcceptTcpClient();
                Interlocked.Increment(ref connections);
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It was stopped.
        }
    }

    void Serve(TcpClient client)
    {
        lock (gate) clients.Add(client);
        try
        {
            client.NoDelay = true;
            serve(client);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException
            or System.Security.Authentication.AuthenticationException)
        {
            // One of the two has gone, or was cut off.
        }
        finally
        {
            lock (gate) clients.Remove(client);
            client.Dispose();
        }
    }
}
