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
                await desk.AnswerAsync(request, answer, stopping).ConfigureAwait(false);
                await SendAsync().ConfigureAwait(false);
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

    void Sent(int bytes)
    {
        var whole = 0;
        while (whole < parts.Count && bytes >= parts[whole].Count) bytes -= parts[whole++].Count;
        parts.RemoveRange(0, whole);
        if (bytes > 0) parts[0] = parts[0][bytes..];
    }
}
