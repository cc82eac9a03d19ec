using Samsa.Embedded.ZooKeeper;

namespace Samsa.Embedded;

/// <summary>A ZooKeeper inside the process: one server on a real loopback socket, with its nodes in memory.</summary>
/// <remarks>
/// <para>Any client can talk to it. It behaves as a standalone ZooKeeper 3.8: sessions, ephemeral and sequential nodes, containers, one-shot and
/// persistent watches, several operations as one, access lists with digests. It has no ensemble, no SASL, no TLS, no quotas and no
/// reconfiguration; what it does not know it answers with UNIMPLEMENTED.</para>
/// <para>Memory is bounded: <see cref="EmbeddedZooKeeperOptions.MaxBytes"/>, <see cref="EmbeddedZooKeeperOptions.MaxWatches"/> and the other limits
/// of the options. A client that does not take what it is told is cut off.</para>
/// </remarks>
/// <example><code>
/// await using var zookeeper = await EmbeddedZooKeeper.StartAsync();
/// await using var client = await ZooKeeperClient.ConnectAsync(zookeeper.ConnectString);
/// </code></example>
public sealed class EmbeddedZooKeeper : IAsyncDisposable
{
    readonly KeeperServer server;
    int disposed;

    EmbeddedZooKeeper(KeeperServer server) => this.server = server;

    /// <summary>Where it listens, as clients want to have it: <c>127.0.0.1:2181</c>. The same after it was stopped.</summary>
    public string ConnectString => $"{server.Host}:{server.Port}";

    /// <summary>The port it listens on.</summary>
    public int Port => server.Port;

    /// <summary>Whether it takes connections now.</summary>
    public bool IsRunning => server.IsRunning;

    /// <summary>How many connections it has now.</summary>
    public int Connections => server.Connections;

    /// <summary>The sessions that are not over, connected or not.</summary>
    public IReadOnlyList<EmbeddedZooKeeperSession> Sessions => server.Keeper.Sessions;

    /// <summary>The number of the last write. Sessions that begin and end, and writes that were refused, have one, too.</summary>
    public long LastZxid => server.Keeper.Zxid;

    /// <summary>Starts a server without nodes.</summary>
    /// <param name="options">How it behaves; null for the defaults.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The port that was asked for is taken.</exception>
    /// <exception cref="ArgumentException">The shortest session is longer than the longest.</exception>
    public static async Task<EmbeddedZooKeeper> StartAsync(EmbeddedZooKeeperOptions? options = null, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        options ??= new EmbeddedZooKeeperOptions();
        if (options.MinSessionTimeout > options.MaxSessionTimeout)
            throw new ArgumentException($"MinSessionTimeout is {options.MinSessionTimeout}, MaxSessionTimeout {options.MaxSessionTimeout}.");
        var server = new KeeperServer(options);
        await server.StartAsync().ConfigureAwait(false);
        return new EmbeddedZooKeeper(server);
    }

    /// <summary>
    /// Ends a session as if nobody had heard of its client for too long: the nodes that go with it are gone, its connection is cut, and its
    /// client learns of it when it comes back.
    /// </summary>
    /// <param name="id">The number of the session.</param>
    /// <returns>False when there is no such session.</returns>
    public bool ExpireSession(long id) => server.Keeper.Expire(id);

    /// <summary>Cuts the connection of a session. Its client may come back at once.</summary>
    /// <param name="session">The number of the session.</param>
    /// <returns>False when there is no such session, or it has no connection.</returns>
    public bool CutConnection(long session)
    {
        if (server.Keeper.ConnectionOf(session) is not { } connection) return false;
        connection.Cut();
        return true;
    }

    /// <summary>Cuts all connections. Clients may come back at once.</summary>
    public void CutConnections() => server.CutConnections();

    /// <summary>
    /// Stops the server: all connections are cut, and its port is refused. It keeps its nodes and sessions, and no session ends meanwhile.
    /// </summary>
    public Task StopAsync() => server.StopAsync(forGood: false);

    /// <summary>Starts the server again. All sessions have their whole time from now on, as on a server that was started again.</summary>
    public Task ResumeAsync()
    {
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        return server.StartAsync();
    }

    /// <summary>Stops the server for good and gives its port back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0) await server.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Where it listens.</summary>
    public override string ToString() => ConnectString;
}
