using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Samsa.ZooKeeper;

/// <summary>A connection to a server.</summary>
/// <param name="Waiting">Its bytes.</param>
/// <param name="Stream">What is said over it: the same, or what keeps it secret.</param>
sealed record Dialled(WaitingStream Waiting, Stream Stream) : IDisposable
{
    public void Dispose()
    {
        // First, since it wakes who reads from the other.
        Waiting.Dispose();
        Stream.Dispose();
    }
}

/// <summary>From an address to a stream, secret when it is wished so.</summary>
static class Dialling
{
    /// <summary>Connects to one of the addresses of the server. The thread that calls waits for it.</summary>
    /// <exception cref="IOException">None of them answered.</exception>
    /// <exception cref="TimeoutException">None of them answered in time.</exception>
    public static Dialled Dial(ServerAddress server, SslClientAuthenticationOptions? tls, Func<TimeSpan> patience)
    {
        var error = SocketError.HostNotFound;
        foreach (var one in Resolve(server.Host, patience))
        {
            var socket = new Socket(one.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
            var waiting = new WaitingStream(socket, patience);
            try
            {
                error = Connect(socket, new(one, server.Port), patience);
                if (error == SocketError.Success)
                {
                    socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                    return new(waiting, tls is null ? waiting : Secure(waiting, server, tls));
                }
            }
            catch
            {
                waiting.Dispose();
                throw;
            }

            waiting.Dispose();
        }

        throw new SocketException((int)error);
    }

    /// <summary>Asks the system on a thread of its own: it may take half a minute and cannot be told to stop, but who waits for it can.</summary>
    static IPAddress[] Resolve(string host, Func<TimeSpan> patience)
    {
        if (IPAddress.TryParse(host, out var address)) return [address];
        var asked = Task.Factory.StartNew(
            () => Dns.GetHostAddresses(host), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        while (!((IAsyncResult)asked).AsyncWaitHandle.WaitOne(patience())) { }
        return asked.GetAwaiter().GetResult();
    }

    static SocketError Connect(Socket socket, IPEndPoint to, Func<TimeSpan> patience)
    {
        try
        {
            socket.Connect(to);
            return SocketError.Success;
        }
        catch (SocketException begun) when (begun.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It is under way.
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }

        while (!socket.Poll(patience(), SelectMode.SelectWrite) && !socket.Poll(TimeSpan.Zero, SelectMode.SelectError)) { }
        return (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
    }

    static SslStream Secure(WaitingStream stream, ServerAddress server, SslClientAuthenticationOptions tls)
    {
        var secure = new SslStream(stream);
        var wishes = new SslClientAuthenticationOptions
        {
            TargetHost = tls.TargetHost ?? server.Host,
            AllowRenegotiation = tls.AllowRenegotiation,
            ApplicationProtocols = tls.ApplicationProtocols,
            CertificateChainPolicy = tls.CertificateChainPolicy,
            CertificateRevocationCheckMode = tls.CertificateRevocationCheckMode,
            CipherSuitesPolicy = tls.CipherSuitesPolicy,
            ClientCertificateContext = tls.ClientCertificateContext,
            ClientCertificates = tls.ClientCertificates,
            EnabledSslProtocols = tls.EnabledSslProtocols,
            EncryptionPolicy = tls.EncryptionPolicy,
            LocalCertificateSelectionCallback = tls.LocalCertificateSelectionCallback,
            RemoteCertificateValidationCallback = tls.RemoteCertificateValidationCallback,
        };
        try
        {
            secure.AuthenticateAsClient(wishes);
            return secure;
        }
        catch
        {
            secure.Dispose();
            throw;
        }
    }
}
