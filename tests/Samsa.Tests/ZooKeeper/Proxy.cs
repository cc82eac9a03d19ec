using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Where a connection through a <see cref="Proxy"/> is cut.</summary>
enum Cut
{
    /// <summary>When an event comes, before the client has it.</summary>
    BeforeEvent,

    /// <summary>When the client has the event, and nothing that it asks then comes through.</summary>
    AfterEvent,

    /// <summary>When the server has answered what the client asked after the event, before the client has the answer.</summary>
    BeforeReply,

    /// <summary>When the client has that answer.</summary>
    AfterReply,
}

/// <summary>Lies between a client and a server, and cuts the connection where it is told to.</summary>
sealed class Proxy : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly string target;
    readonly X509Certificate2? certificate;
    readonly Lock gate = new();
    readonly List<Line> lines = [];
    readonly Task accepting;
    volatile bool isBlocked;
    Cut? next;
    int cuts;

    public Proxy(string target, X509Certificate2? certificate = null)
    {
        (this.target, this.certificate) = (target, certificate);
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>How often it has cut a connection.</summary>
    public int Cuts => Volatile.Read(ref cuts);

    /// <summary>Cuts everything, and lets nobody through until <see cref="Unblock"/>.</summary>
    public void Block()
    {
        isBlocked = true;
        CutNow();
    }

    public void Unblock() => isBlocked = false;

    /// <summary>Cuts everything that is open.</summary>
    public void CutNow()
    {
        lock (gate)
        {
            foreach (var line in lines) line.Dispose();
            cuts += lines.Count;
            lines.Clear();
        }
    }

    /// <summary>Cuts the connection at the next event.</summary>
    public void CutAt(Cut where)
    {
        lock (gate) next = where;
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        CutNow();
        await accepting;
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        var line = new Line(client, new TcpClient());
        lock (gate) lines.Add(line);
        try
        {
            if (isBlocked) return;
            var at = target.Split(':');
            await line.Server.ConnectAsync(at[0], int.Parse(at[1], System.Globalization.CultureInfo.InvariantCulture));
            (line.Client.NoDelay, line.Server.NoDelay) = (true, true);
            Stream near = client.GetStream();
            if (certificate is not null)
            {
                var secure = new SslStream(near);
                await secure.AuthenticateAsServerAsync(certificate);
                near = secure;
            }

            await Task.WhenAny(near.CopyToAsync(line.Server.GetStream()), ForwardAsync(line, near));
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException
            or System.Security.Authentication.AuthenticationException)
        {
            // One of the two is gone, and the other goes, too.
        }
        finally
        {
            lock (gate) lines.Remove(line);
            line.Dispose();
        }
    }

    // Forwards frame by frame, to know what is in them.
    async Task ForwardAsync(Line line, Stream client)
    {
        var server = line.Server.GetStream();
        var afterEvent = false;
        for (var isFirst = true; ; isFirst = false)
        {
            var head = new byte[4];
            await server.ReadExactlyAsync(head);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
            await server.ReadExactlyAsync(body);
            var xid = isFirst ? 0 : BinaryPrimitives.ReadInt32BigEndian(body);
            if (xid == -1 && TakeCut(Cut.BeforeEvent) || afterEvent && xid > 0 && TakeCut(Cut.BeforeReply)) return;
            await client.WriteAsync((byte[])[.. head, .. body]);
            if (xid == -1 && TakeCut(Cut.AfterEvent) || afterEvent && xid > 0 && TakeCut(Cut.AfterReply)) return;
            afterEvent |= xid == -1;
        }
    }

    bool TakeCut(Cut where)
    {
        lock (gate)
        {
            if (next != where) return false;
            next = null;
            cuts++;
            return true;
        }
    }

    sealed record Line(TcpClient Client, TcpClient Server) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
