using System.Net;
using System.Net.Sockets;

namespace Samsa.Rx;

/// <summary>From an address to a connected socket, and to TLS over it.</summary>
static class Dialling
{
    /// <summary>Connects to the first address of the host that lets us. The addresses share the time, and so does the handshake of TLS.</summary>
    /// <exception cref="TlsException">The peer and we could not agree on TLS. It is never spoken to in plain text then.</exception>
    /// <exception cref="ConnectionException">None did; the message tells why, address by address.</exception>
    public static async Task<Dialled> DialAsync(BrokerAddress address, TimeSpan timeout, KafkaOptions options, Tls? tls, CancellationToken ct)
    {
        var start = options.Clock.GetTimestamp();
        var known = await ResolveAsync(address, timeout, options, ct);
        var failed = new List<string>();
        var timedOut = false;
        for (var i = 0; i < known.Length; i++)
        {
            // A dead address must not use up the time of those behind it.
            var left = timeout - options.Clock.GetElapsedTime(start);
            var share = left > TimeSpan.Zero ? left / (known.Length - i) : TimeSpan.Zero;
            var (socket, trouble) = await TryAsync(new(known[i], address.Port), share, options.Clock, ct);
            if (socket is not null) return await SecureAsync(address, socket, timeout - options.Clock.GetElapsedTime(start), options, tls, ct);
            timedOut |= trouble is "no answer";
            failed.Add(known.Length == 1 ? trouble! : $"{known[i]} {trouble}");
        }
        throw new ConnectionException($"{address} cannot be reached: {string.Join(", ", failed)}.") { IsTimeout = timedOut, Broker = address.ToString() };
    }

    static async Task<Dialled> SecureAsync(BrokerAddress address, Socket socket, TimeSpan left, KafkaOptions options, Tls? tls, CancellationToken ct)
    {
        if (tls is null) return new(address, socket, null, options);
        using var patience = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            return new(address, socket, await tls.SecureAsync(socket, address.Host, $"{address}", both.Token), options);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ConnectionException($"{address} accepted the connection and did not end the handshake of TLS before the connect timeout.")
            {
                IsTimeout = true,
                Broker = address.ToString(),
            };
        }
    }

    static async Task<IPAddress[]> ResolveAsync(BrokerAddress address, TimeSpan timeout, KafkaOptions options, CancellationToken ct)
    {
        if (IPAddress.TryParse(address.Host, out var literal)) return [literal];
        using var patience = new CancellationTokenSource(timeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            // WaitAsync, because some resolvers cannot be interrupted.
            var found = await options.Resolve(address.Host, both.Token).WaitAsync(both.Token);
            return found.Length > 0 ? found : throw Unresolved(null);
        }
        catch (SocketException error)
        {
            throw Unresolved(error);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ConnectionException($"{address} cannot be reached: its name was not resolved within {timeout}.")
            {
                IsTimeout = true,
                Broker = address.ToString(),
            };
        }

        ConnectionException Unresolved(Exception? error) =>
            new($"{address} cannot be reached: no address is known for that name.", error) { Broker = address.ToString() };
    }

    static async Task<(Socket? Socket, string? Trouble)> TryAsync(IPEndPoint to, TimeSpan share, TimeProvider clock, CancellationToken ct)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var patience = new CancellationTokenSource(share, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            await socket.ConnectAsync(to, both.Token);
            return (socket, null);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            return (null, Words(error.SocketErrorCode));
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            ct.ThrowIfCancellationRequested();
            return (null, "no answer");
        }
    }

    static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no route to it",
        SocketError.TimedOut => "no answer",
        SocketError.ConnectionReset => "the connection was reset",
        _ => error.ToString(),
    };
}
