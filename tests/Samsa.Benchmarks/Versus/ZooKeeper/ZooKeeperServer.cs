using System.Text.Json;

namespace Samsa.Benchmarks.Versus;

/// <summary>A published ZooKeeper in a process of its own.</summary>
sealed class ZooKeeperServer : IAsyncDisposable
{
    /// <summary>The Kafka that it comes with, which has ZooKeeper 3.8.4.</summary>
    const string Version = "3.9.2";

    /// <summary>
    /// Netty reads all that has come at once. The server's own sockets read one request at a time, with a change of threads for each, and are slower
    /// than a client has to be.
    /// </summary>
    const string Settings = "-Dzookeeper.serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory";

    readonly string directory;

    ZooKeeperServer(string address, string directory) => (Address, this.directory) = (address, directory);

    public string Address { get; }

    public static async Task<ZooKeeperServer> StartAsync()
    {
        var script = Brokers.Script ?? throw new FileNotFoundException("There is no ../shared/kafka/cluster to start a server with.");
        string[] arguments = ["start", Version, "--mode", "zk", "--brokers", "0", "--owner", $"{Environment.ProcessId}"];
        Environment.SetEnvironmentVariable("JAVA_TOOL_OPTIONS", Settings);
        using var told = JsonDocument.Parse(await Itself.ReadAsync(script, arguments));
        return new(told.RootElement.GetProperty("zookeeper").GetString()!, told.RootElement.GetProperty("dir").GetString()!);
    }

    public async ValueTask DisposeAsync() => await Itself.ReadAsync(Brokers.Script!, "stop", directory);
}
