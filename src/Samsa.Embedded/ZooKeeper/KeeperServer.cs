using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>A port, and the connections that came through it.</summary>
sealed class KeeperServer : IAsyncDisposable
{
    static readonly TimeSpan AfterFault = TimeSpan.FromMilliseconds(50);

    readonly ConcurrentDictionary<ClientConnection, Task> connections = new();
    readonly SemaphoreSlim change = new(1, 1);
    readonly EmbeddedZooKeeperOptions options;
    Socket? listener;
    Socket? placeholder;
    CancellationTokenSource stopping = new();
    Task accepting = Task.CompletedTask;

    /// <summary>Takes the port. Nobody is let in yet.</summary>
    public KeeperServer(EmbeddedZooKeeperOptions options)
    {
        this.options = options;
        placeholder = Bind(options.Port);
        Port = ((IPEndPoint)placeholder.LocalEndPoint!).Port;
        Keeper = new Keeper(options);
    }

    public Keeper Keeper { get; }

    public string Host { get; } = "127.0.0.1";

    public int Port { get; }

    public bool IsRunning => listener is not null;

    public int Connections => connections.Count;

    public async Task StartAsync()
    {
        await change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (IsRunning) return;
            stopping = new CancellationTokenSource();
            var socket = placeholder ?? Bind(Port);
            placeholder = null;
            Keeper.Wake();
            socket.Listen(512);
            listener = socket;
            accepting = AcceptAsync(socket, stopping.Token);
        }
        finally
        {
            change.Release();
        }
    }

    public void CutConnections()
    {
        foreach (var connection in connections.Keys) connection.Cut();
    }

    /// <summary>Cuts all connections and refuses new ones.</summary>
    /// <param name="forGood">Whether the port is given back.</param>
    public async Task StopAsync(bool forGood)
    {
        await change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (listener is { } socket)
            {
                listener = null;
                Keeper.Rest();
                await stopping.CancelAsync().ConfigureAwait(false);
                socket.Dispose();
                // A socket that does not listen: to clients it is refused, to others taken.
                if (!forGood) placeholder = Bind(Port);
                await accepting.ConfigureAwait(false);
                CutConnections();
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
        Keeper.Dispose();
        change.Dispose();
    }

    async Task AcceptAsync(Socket socket, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = await socket.AcceptAsync(CancellationToken.None).ConfigureAwait(false);
                if (Connections < options.MaxConnections) Serve(client);
                else client.Dispose();
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // The listener was closed, or a client left before it was accepted.
                if (stop.IsCancellationRequested) return;
                options.Logger.LogWarning("ZooKeeper cannot take a connection: {Reason}", fault.Message);
                await PauseAsync(stop).ConfigureAwait(false);
            }
        }
    }

    // When the process has no handles left, trying again at once would only burn time.
    async Task PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(AfterFault, options.Clock, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    void Serve(Socket client)
    {
        client.NoDelay = true;
        var connection = new ClientConnection(client, Keeper, options);
        var serving = Task.Run(() => connection.ServeAsync(Say), CancellationToken.None);
        connections[connection] = serving;
        serving.ContinueWith(
            _ => connections.TryRemove(connection, out Task? _),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The answer to a word of four letters; null when it is none.</summary>
    string? Say(string word) => word switch
    {
        "ruok" => "imok",
        "isro" => "rw",
        "srvr" => string.Create(CultureInfo.InvariantCulture, $"""
            Zookeeper version: {Version}
            Latency min/avg/max: 0/0.0/0
            Received: {connections.Keys.Sum(one => one.Received)}
            Sent: {connections.Keys.Sum(one => one.Received)}
            Connections: {Connections}
            Outstanding: 0
            Zxid: 0x{Keeper.Zxid:x}
            Mode: standalone
            Node count: {Keeper.Nodes}

            """),
        "envi" => $"Environment:\nzookeeper.version={Version}\nhost.name=localhost\n",
        "wchp" => string.Concat(Keeper.Watched.Select(one => $"{one.Path}\n{string.Concat(one.Sessions.Select(id => $"\t0x{id:x}\n"))}")),
        "dump" => string.Concat(Keeper.Sessions.Where(one => one.Ephemerals.Count > 0)
            .Select(one => $"0x{one.Id:x}:\n{string.Concat(one.Ephemerals.Select(path => $"\t{path}\n"))}")
            .Prepend("ephemeral nodes dump:\n")),
        _ => null,
    };

    /// <summary>What it behaves like.</summary>
    const string Version = "3.8.4-embedded, built on 2024-02-12 22:16 UTC";

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
