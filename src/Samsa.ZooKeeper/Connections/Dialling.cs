using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Samsa.ZooKeeper;

/// <summary>From an address to a stream, secret when it is wished so.</summary>
static class Dialling
{
    /// <summary>Connects to one of the addresses of the server.</summary>
    public static async Task<Stream> DialAsync(ServerAddress server, SslClientAuthenticationOptions? tls, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            if (IPAddress.TryParse(server.Host, out var address)) await socket.ConnectAsync(address, server.Port, ct).ConfigureAwait(false);
            else await socket.ConnectAsync(server.Host, server.Port, ct).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            return tls is null ? stream : await SecureAsync(stream, server, tls, ct).ConfigureAwait(false);
        }
        catch
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw;
        }
    }

    static async Task<Stream> SecureAsync(Stream stream, ServerAddress server, SslClientAuthenticationOptions tls, CancellationToken ct)
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
            await secure.AuthenticateAsClientAsync(wishes, ct).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
