using System.Buffers.Binary;
using System.Globalization;
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
sealed class Proxy : IDisposable
{
    readonly Listening listening;
    readonly string target;
    readonly X509Certificate2? certificate;
    readonly Action<bool, byte[]>? told;
    readonly Lock gate = new();
    volatile bool isBlocked;
    Cut? next;
    int cuts;

    /// <param name="target">The server.</param>
    /// <param name="certificate">What it shows to clients, that speak TLS then.</param>
    /// <param name="told">Told each frame: whether the client says it, and its bytes with the length.</param>
    public Proxy(string target, X509Certificate2? certificate = null, Action<bool, byte[]>? told = null)
    {
        (this.target, this.certificate, this.told) = (target, certificate, told);
        listening = new(Serve);
    }

    public string Address => listening.Address;

    /// <summary>How many connections there were.</summary>
    public int Connections => listening.Connections;

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
    public void CutNow() => Interlocked.Add(ref cuts, listening.CutNow());

    /// <summary>Cuts the connection at the next event.</summary>
    public void CutAt(Cut where)
    {
        lock (gate) next = where;
    }

    public void Dispose() => listening.Dispose();

    void Serve(TcpClient client)
    {
        if (isBlocked) return;
        var at = target.Split(':');
        using var server = new TcpClient(at[0], int.Parse(at[1], CultureInfo.InvariantCulture)) { NoDelay = true };
        using var near = Near(client);
        var answering = new Thread(() => Answer(server, near)) { IsBackground = true };
        answering.Start();
        try
        {
            if (told is null) near.CopyTo(server.GetStream());
            else
                while (true)
                    server.GetStream().Write(ReadFrame(near, isAsked: true));
        }
        finally
        {
            server.Dispose();
            answering.Join();
        }
    }

    Stream Near(TcpClient client)
    {
        if (certificate is null) return client.GetStream();
        var secure = new SslStream(client.GetStream());
        secure.AuthenticateAsServer(certificate);
        return secure;
    }

    void Answer(TcpClient server, Stream client)
    {
        try
        {
            Forward(server.GetStream(), client);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One of the two is gone, and the other goes, too.
        }
        finally
        {
            client.Dispose();
        }
    }

    // Forwards frame by frame, to know what is in them.
    void Forward(NetworkStream server, Stream client)
    {
        var afterEvent = false;
        for (var isFirst = true; ; isFirst = false)
        {
            var frame = ReadFrame(server, isAsked: false);
            var xid = isFirst ? 0 : BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4));
            if (xid == -1 && TakeCut(Cut.BeforeEvent) || afterEvent && xid > 0 && TakeCut(Cut.BeforeReply)) return;
            client.Write(frame);
            if (xid == -1 && TakeCut(Cut.AfterEvent) || afterEvent && xid > 0 && TakeCut(Cut.AfterReply)) return;
            afterEvent |= xid == -1;
        }
    }

    byte[] ReadFrame(Stream from, bool isAsked)
    {
        var head = new byte[4];
        from.ReadExactly(head);
        byte[] frame = [.. head, .. new byte[BinaryPrimitives.ReadInt32BigEndian(head)]];
        from.ReadExactly(frame.AsSpan(4));
        told?.Invoke(isAsked, frame);
        return frame;
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
}
