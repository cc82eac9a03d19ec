using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Samsa.Embedded.Cluster;

namespace Samsa.Embedded.Serving;

/// <summary>A broker: a port, the connections that came through it, and the fetch sessions they opened.</summary>
sealed class BrokerServer : IAsyncDisposable
{
    static readonly TimeSpan AfterFault = TimeSpan.FromMilliseconds(50);

    readonly ConcurrentDictionary<ServedConnection, Task> connections = new();
    readonly SemaphoreSlim change = new(1, 1);
    Socket? listener;
    Socket? placeholder;
    CancellationTokenSource stopping = new();
    Task accepting = Task.CompletedTask;

    // What it speaks otherwise than its generation.
    volatile ImmutableDictionary<short, SpokenApi> ownVersions = ImmutableDictionary<short, SpokenApi>.Empty;

    /// <summary>Binds the port; 0 for a free one. Nothing is accepted yet.</summary>
    public BrokerServer(int id, int port, ClusterState cluster, RequestMemory memory)
    {
        (Id, Cluster, Memory, Tls) = (id, cluster, memory, BrokerTls.From(cluster.Options));
        HoldPort(port);
    }

    public int Id { get; }

    public string Host { get; } = "127.0.0.1";

    public int Port { get; private set; }

    public ClusterState Cluster { get; }

    public RequestMemory Memory { get; }

    /// <summary>How TLS is spoken; null for plain text.</summary>
    public SslServerAuthenticationOptions? Tls { get; }

    /// <summary>The fetch sessions of its clients; a broker that starts again knows none.</summary>
    public FetchSessions Sessions { get; private set; } = new();

    public bool IsRunning => listener is not null;

    public int Connections => connections.Count;

    /// <summary>What it speaks, by rising number.</summary>
    public IEnumerable<SpokenApi> Apis => Cluster.Generation.Apis.Select(api => ownVersions.GetValueOrDefault(api.Api.Key, api));

    /// <summary>What it speaks of an API; null when it does not know it.</summary>
    public SpokenApi? Find(short key) => ownVersions.IsEmpty || !ownVersions.TryGetValue(key, out var own) ? Cluster.Generation.Find(key) : own;

    /// <summary>From now on it speaks other versions of an API than its generation does.</summary>
    public void Speak(SpokenApi versions) => ownVersions = ownVersions.SetItem(versions.Api.Key, versions);

    /// <summary>Listens.</summary>
    /// <param name="port">On which port from now on; 0 for a free one, null for the one it has.</param>
    public async Task StartAsync(int? port = null)
    {
        await change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (IsRunning) return;
            Sessions = new FetchSessions();
            stopping = new CancellationTokenSource();
            if (port is { } other && other != Port) HoldPort(other);
            // The port was held by a socket that does not listen: to clients it was refused, to others taken.
            var socket = placeholder ?? Bind(Port);
            placeholder = null;
            socket.Listen(512);
            listener = socket;
            Cluster.BrokerStarted(Id, new BrokerAddress(Host, Port));
            accepting = AcceptAsync(socket, stopping.Token);
        }
        finally
        {
            change.Release();
        }
    }

    /// <summary>Gives the port it had to somebody else and takes a free one. Only while it is stopped.</summary>
    public async Task LeavePortAsync()
    {
        await change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!IsRunning) HoldPort(0);
        }
        finally
        {
            change.Release();
        }
    }

    public void CloseConnections()
    {
        foreach (var connection in connections.Keys) connection.Dispose();
    }

    /// <summary>Stops listening and cuts all connections.</summary>
    /// <param name="forGood">Whether the port is given back.</param>
    public async Task StopAsync(bool forGood)
    {
        await change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (listener is { } socket)
            {
                listener = null;
                Cluster.BrokerStopped(Id);
                await stopping.CancelAsync().ConfigureAwait(false);
                socket.Dispose();
                if (!forGood) placeholder = Bind(Port);
                await accepting.ConfigureAwait(false);
                CloseConnections();
                await Task.WhenAll(connections.Values).ConfigureAwait(false);
                stopping.Dispose();
            }

            if (!forGood) return;
            placeholder?.Dispose();
            placeholder = null;
        }
        finally
        {
            change.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(forGood: true).ConfigureAwait(false);
        stopping.Dispose();
        change.Dispose();
    }

    async Task AcceptAsync(Socket socket, CancellationToken stop)
    {
        var desk = new RequestDesk(this);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = await socket.AcceptAsync(CancellationToken.None).ConfigureAwait(false);
                if (Connections < Cluster.Options.MaxConnections) Serve(client, desk, stop);
                else client.Dispose();
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // The listener was closed, or a client left before it was accepted.
                if (stop.IsCancellationRequested) return;
                Cluster.Options.Logger.LogWarning("Broker {Broker} cannot take a connection: {Reason}", Id, fault.Message);
                await PauseAsync(stop).ConfigureAwait(false);
            }
        }
    }

    // When the process has no handles left, trying again at once would only burn time.
    async Task PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(AfterFault, Cluster.Options.Clock, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    void Serve(Socket client, RequestDesk desk, CancellationToken stop)
    {
        client.NoDelay = true;
        var connection = new ServedConnection(client, this, desk);
        var serving = Task.Run(() => connection.ServeAsync(stop), CancellationToken.None);
        connections[connection] = serving;
        serving.ContinueWith(
            _ => connections.TryRemove(connection, out Task? _),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    void HoldPort(int port)
    {
        var socket = Bind(port);
        placeholder?.Dispose();
        placeholder = socket;
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
