using System.Net.Security;
using System.Net.Sockets;

namespace Samsa.Embedded.Serving;

/// <summary>The bytes that go to and come from one client: in plain text, or through TLS.</summary>
sealed class ClientLine(Socket socket) : IDisposable
{
    SslStream? secure;

    /// <summary>Shakes hands; from then on all is secret.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The client and the broker could not agree.</exception>
    public Task SecureAsync(SslServerAuthenticationOptions options, CancellationToken ct)
    {
        secure = new SslStream(new NetworkStream(socket, ownsSocket: false));
        return secure.AuthenticateAsServerAsync(options, ct);
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken ct = default) =>
        secure is null ? socket.ReceiveAsync(into, SocketFlags.None, ct) : secure.ReadAsync(into, ct);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (secure is not null)
        {
            await secure.WriteAsync(bytes, ct).ConfigureAwait(false);
            return;
        }

        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, ct).ConfigureAwait(false)..];
    }

    /// <summary>Sends all parts, and leaves the list empty.</summary>
    public async ValueTask SendAsync(List<ArraySegment<byte>> parts)
    {
        if (secure is not null)
        {
            foreach (var part in parts) await secure.WriteAsync(part.AsMemory()).ConfigureAwait(false);
            parts.Clear();
        }

        while (parts.Count > 0) Sent(parts, await socket.SendAsync(parts, SocketFlags.None).ConfigureAwait(false));
    }

    /// <summary>The end will be a reset.</summary>
    public void ResetAtEnd() => socket.LingerState = new LingerOption(enable: true, seconds: 0);

    /// <summary>Sends nothing more.</summary>
    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Cuts the connection, whoever is using it.</summary>
    public void Cut() => socket.Dispose();

    /// <summary>Only when nobody uses it any more.</summary>
    public void Dispose()
    {
        socket.Dispose();
        secure?.Dispose();
    }

    static void Sent(List<ArraySegment<byte>> parts, int bytes)
    {
        var whole = 0;
        while (whole < parts.Count && bytes >= parts[whole].Count) bytes -= parts[whole++].Count;
        parts.RemoveRange(0, whole);
        if (bytes > 0) parts[0] = parts[0][bytes..];
    }
}
