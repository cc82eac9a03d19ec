using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Samsa.Wire;

namespace Samsa.Embedded.Serving;

/// <summary>
/// One client: its requests are answered one after the other, in their order; those that come meanwhile wait in the
/// socket.
/// </summary>
sealed class ServedConnection(Socket socket, BrokerServer broker, RequestDesk desk) : IDisposable
{
    readonly List<ArraySegment<byte>> parts = [];
    readonly WireWriter answer = new();

    /// <summary>Serves until the client leaves, misbehaves, or the socket is closed. Never throws.</summary>
    public async Task ServeAsync(CancellationToken stopping)
    {
        try
        {
            using var reader = new RequestReader(socket, broker.Cluster.Options.MaxRequestBytes, broker.Memory);
            while (await reader.ReadAsync().ConfigureAwait(false) is { } request)
            {
                if (await desk.AnswerAsync(request, answer, stopping).ConfigureAwait(false) is not { } delivery)
                    await SendAsync().ConfigureAwait(false);
                else if (!await DeliverAsync(delivery, stopping).ConfigureAwait(false)) return;
            }
        }
        catch (Exception fault) when (fault is ProtocolException or RefusedRequestException)
        {
            Log.LogWarning("Broker {Broker} closes a connection: {Reason}", broker.Id, fault.Message);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
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
            socket.Dispose();
        }
    }

    /// <summary>Cuts the connection.</summary>
    public void Dispose() => socket.Dispose();

    ILogger Log => broker.Cluster.Options.Logger;

    async ValueTask SendAsync()
    {
        if (answer.Length == 0) return;
        answer.GetSegments(parts);
        while (parts.Count > 0) Sent(await socket.SendAsync(parts, SocketFlags.None).ConfigureAwait(false));
        answer.Reset();
    }

    // What a fault has to say about an answer. False when the connection is over.
    async ValueTask<bool> DeliverAsync(Delivery delivery, CancellationToken stopping)
    {
        if (delivery.Ending == Ending.Reset)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            return false;
        }

        ReadOnlyMemory<byte> rest = answer.ToArray();
        answer.Reset();
        rest = rest[..Math.Min(rest.Length, delivery.Bytes)];
        while (!rest.IsEmpty)
        {
            var piece = rest[..Math.Min(rest.Length, delivery.PieceBytes)];
            rest = rest[await socket.SendAsync(piece, SocketFlags.None, stopping).ConfigureAwait(false)..];
            if (delivery.Pause > TimeSpan.Zero && !rest.IsEmpty)
                await Task.Delay(delivery.Pause, broker.Cluster.Options.Clock, stopping).ConfigureAwait(false);
        }

        if (delivery.Ending == Ending.None) return true;
        socket.Shutdown(SocketShutdown.Send);
        // Closing over requests that were not read would be a reset, and could overtake what was sent.
        var ignored = new byte[4096];
        while (await socket.ReceiveAsync(ignored, SocketFlags.None, stopping).ConfigureAwait(false) > 0)
        {
        }

        return false;
    }

    void Sent(int bytes)
    {
        var whole = 0;
        while (whole < parts.Count && bytes >= parts[whole].Count) bytes -= parts[whole++].Count;
        parts.RemoveRange(0, whole);
        if (bytes > 0) parts[0] = parts[0][bytes..];
    }
}
