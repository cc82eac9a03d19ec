using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace Samsa.Scenarios.Peers;

/// <summary>
/// A cluster of published Kafka brokers on this machine, started by the script <c>shared/kafka/cluster</c> that may lie next to the
/// repository. One single broker per version is started when first asked for and shared by all stories; clusters of more are a story's own.
/// </summary>
sealed class RealKafka : IAsyncDisposable
{
    static readonly ConcurrentDictionary<string, Lazy<Task<RealKafka>>> Shared = [];

    readonly string directory;

    RealKafka(JsonElement told)
    {
        directory = told.GetProperty("dir").GetString()!;
        Bootstrap = told.GetProperty("bootstrap").GetString()!;
        ZooKeeper = told.TryGetProperty("zookeeper", out var zookeeper) ? zookeeper.GetString() : null;
        if (told.TryGetProperty("secure", out var secure)) Secure = SecureListeners.From(told.GetProperty("brokers")[0].GetProperty("listeners"), secure);
    }

    public string Bootstrap { get; }

    /// <summary>Where its ZooKeeper listens, when it has one.</summary>
    public string? ZooKeeper { get; }

    /// <summary>Where it speaks TLS, when it was started so.</summary>
    public SecureListeners? Secure { get; }

    /// <summary>The broker all stories share.</summary>
    public static Task<RealKafka> SharedAsync(string version, string? mode) =>
        Shared.GetOrAdd($"{version} {mode}", _ => new(() => StartAsync(version, mode, brokers: 1))).Value;

    public static async Task<RealKafka> StartAsync(string version, string? mode, int brokers, bool secure = false, int zooKeepers = 1)
    {
        string[] arguments =
        [
            "start", version, "--brokers", brokers.ToString(CultureInfo.InvariantCulture),
            "--owner", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. mode is null ? (string[])[] : ["--mode", mode], .. secure ? ["--secure"] : (string[])[],
            .. zooKeepers > 1 ? ["--zookeepers", zooKeepers.ToString(CultureInfo.InvariantCulture)] : (string[])[],
            // Some stories write records of years ago: half a minute after its start, and every five minutes, a broker deletes what is a week old.
            "--set", "log.retention.hours=1000000",
            // Before 1.0 a deleted topic was only marked unless one asked for more.
            "--set", "delete.topic.enable=true",
            "--set", "num.partitions=6", "--set", $"default.replication.factor={Math.Min(3, brokers)}", .. Settings(version, brokers),
        ];
        var started = await Command.RunAsync(Script(), arguments, within: TimeSpan.FromMinutes(4));
        // On a busy machine a broker that loads its classes may miss the end of its ZooKeeper session, and gives up. A second one starts faster.
        if (started.ExitCode != 0) started = await Command.RunAsync(Script(), arguments, within: TimeSpan.FromMinutes(4));
        using var told = JsonDocument.Parse(started.Expected().Out);
        return new RealKafka(told.RootElement);
    }

    /// <summary>Brokers of Kafka 0.7, which have settings of other names.</summary>
    public static async Task<RealKafka> StartOldAsync(int brokers, int partitions)
    {
        var started = await Command.RunAsync(Script(), ["start", "0.7.2", "--brokers", brokers.ToString(CultureInfo.InvariantCulture),
            "--owner", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--set", $"num.partitions={partitions}"], within: TimeSpan.FromMinutes(4));
        using var told = JsonDocument.Parse(started.Expected().Out);
        return new RealKafka(told.RootElement);
    }

    /// <summary>Ends what the stories shared.</summary>
    public static async Task StopSharedAsync()
    {
        foreach (var started in Shared.Values.Where(one => one.IsValueCreated && one.Value.IsCompletedSuccessfully))
            await (await started.Value).DisposeAsync();
        Shared.Clear();
    }

    /// <summary>Runs one of the tools that came with a version of Kafka.</summary>
    public static Task<Spoken> ToolAsync(string version, string tool, string? input, params IEnumerable<string> arguments) =>
        Command.RunAsync(Script(), ["tool", version, tool, .. arguments], input);

    /// <summary>Runs a tool whose lines are too many to be kept, and tells them as they come.</summary>
    public static Piped PipedTool(string version, string tool, Action<string> tell, params IEnumerable<string> arguments) =>
        new(Script(), ["tool", version, tool, .. arguments], tell);

    /// <summary>Does something to a broker: <c>stop</c>, <c>kill</c>, <c>start</c>, <c>pause</c> or <c>resume</c>.</summary>
    public async Task BrokerAsync(int id, string verb)
    {
        var done = await Command.RunAsync(Script(), ["broker", directory, id.ToString(CultureInfo.InvariantCulture), verb], within: TimeSpan.FromMinutes(2));
        done.Expected();
    }

    /// <summary>Does something to a server of its ZooKeeper ensemble, counted from 1: <c>kill</c>, <c>start</c>, <c>pause</c> or <c>resume</c>.</summary>
    public async Task ZooKeeperAsync(int server, string verb)
    {
        var done = await Command.RunAsync(Script(), ["zookeeper", directory, server.ToString(CultureInfo.InvariantCulture), verb], within: TimeSpan.FromMinutes(2));
        done.Expected();
    }

    /// <summary>The server of its ZooKeeper ensemble that leads, counted from 1.</summary>
    public async Task<int> ZooKeeperLeaderAsync()
    {
        var servers = ZooKeeper!.Split('/')[0].Split(',');
        for (var tries = 0; tries < 100; tries++)
        {
            for (var server = 0; server < servers.Length; server++)
                if (await IsLeaderAsync(servers[server])) return server + 1;
            await Task.Delay(100);
        }

        throw new AssertionException($"None of {ZooKeeper} leads after 10 s.");
    }

    static async Task<bool> IsLeaderAsync(string address)
    {
        try
        {
            using var client = new TcpClient();
            var colon = address.LastIndexOf(':');
            await client.ConnectAsync(address[..colon], int.Parse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture));
            await client.GetStream().WriteAsync("srvr"u8.ToArray());
            using var reader = new StreamReader(client.GetStream());
            return (await reader.ReadToEndAsync()).Contains("Mode: leader", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>The log files of one partition on one broker, oldest first.</summary>
    public string[] LogFiles(string topic, int partition, int broker = 1) =>
        [.. Directory.GetFiles(Path.Combine(directory, $"data-{broker}", $"{topic}-{partition}"), "*.log").Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync() => (await Command.RunAsync(Script(), ["stop", directory])).Expected();

    // With several brokers an acknowledged record is on two of them, and only one that has it may become the leader.
    static string[] Settings(string version, int brokers) => brokers == 1 ? [] :
        ["--set", "min.insync.replicas=2", "--set", "unclean.leader.election.enable=false",
         .. Version.Parse(version).Major == 0 ? (string[])["--set", "auto.leader.rebalance.enable=false"] : []];

    static string Script()
    {
        var repository = new DirectoryInfo(AppContext.BaseDirectory);
        while (repository is not null && !File.Exists(Path.Combine(repository.FullName, "Samsa.Rx.sln"))) repository = repository.Parent;
        var script = Path.Combine(repository?.Parent?.FullName ?? "/", "shared", "kafka", "cluster");
        if (!File.Exists(script)) Assert.Ignore("There is no shared/kafka next to the repository, so there are no published brokers to try.");
        Command.Find("java", "openjdk-17-jre-headless");
        return script;
    }
}
