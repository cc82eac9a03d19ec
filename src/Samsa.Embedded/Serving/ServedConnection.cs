using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Samsa.Wire;

namespace Samsa.Embedded.Serving;

/// <summary>
/// One client: its requests are answered one after the other, in their order; those that come meanwhile wait in the
/// socket.
/// </summary>
sealed class ServedConnection(Socket socket, BrokerServer broker, RequestDesk desk) : IDisposable
{
    readonly ClientLine line = new(socket);
    readonly List<ArraySegment<byte>> parts = [];
    readonly WireWriter answer = new();

    /// <summary>Serves until the client leaves, misbehaves, or the socket is closed. Never throws.</summary>
    public async Task ServeAsync(CancellationToken stopping)
    {
        try
        {
            if (broker.Tls is { } tls) await SecureAsync(tls, stopping).ConfigureAwait(false);
            using var reader = new RequestReader(line, broker.Cluster.Options.MaxRequestBytes, broker.Memory);
            while (await reader.ReadAsync().ConfigureAwait(false) is { } request)
            {
                if (await desk.AnswerAsync(request, answer, stopping).ConfigureAwait(false) is not { } delivery)
                    await SendAsync().ConfigureAwait(false);
                else if (!await DeliverAsync(delivery, stopping).ConfigureAwait(false)) return;
            }
        }
        catch (Exception fault) when (fault is ProtocolException or RefusedRequestException or AuthenticationException)
        {
            Log.LogWarning("Broker {Broker} closes a connection: {Reason}", broker.Id, fault.Message);
        }
        catch (Exception fault) when (fault is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            Log.LogDebug("A connection to broker {Broker} ended: {Reason}", broker.Id, fault.Message);
        }
#pragma warning disable CA1031 // A fault of ours costs this connection, as it does in a real broker; the others go on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.LogError(fault, "Broker {Broker} could not answer a request and closes its connection.", broker.Id);
        }
        finally
        {
            line.Dispose();
        }
    }

    /// <summary>Cuts the connection.</summary>
    public void Dispose() => line.Cut();

    ILogger Log => broker.Cluster.Options.Logger;

    async Task SecureAsync(SslServerAuthenticationOptions tls, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(BrokerTls.Patience, broker.Cluster.Options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        await line.SecureAsync(tls, both.Token).ConfigureAwait(false);
    }

    async ValueTask SendAsync()
    {
        if (answer.Length == 0) return;
        answer.GetSegments(parts);
        await line.SendAsync(parts).ConfigureAwait(false);
        answer.Reset();
    }

    // What a fault has to say about an answer. False when the connection is over.
    async ValueTask<bool> DeliverAsync(Delivery delivery, CancellationToken stopping)
    {
        if (delivery.Ending == Ending.Reset)
        {
            line.ResetAtEnd();
            return false;
        }

        ReadOnlyMemory<byte> rest = answer.ToArray();
        answer.Reset();
        rest = rest[..Math.Min(rest.Length, delivery.Bytes)];
        while (!rest.IsEmpty)
        {
            var piece = rest[..Math.Min(rest.Length, delivery.PieceBytes)];
            rest = rest[piece.Length..];
            await line.SendAsync(piece, stopping).ConfigureAwait(false);
            if (delivery.Pause > TimeSpan.Zero && !rest.IsEmpty)
                await Task.Delay(delivery.Pause, broker.Cluster.Options.Clock, stopping).ConfigureAwait(false);
        }

        if (delivery.Ending == Ending.None) return true;
        line.EndSending();
        // Closing over requests that were not read would be a reset, and could overtake what was sent.
        var ignored = new byte[4096];
        while (await line.ReceiveAsync(ignored, stopping).ConfigureAwait(false) > 0)
        {
        }

        return false;
    }
}
