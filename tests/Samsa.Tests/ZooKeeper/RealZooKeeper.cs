using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Samsa.Tests.Embedded;
using Samsa.Tests.House;

namespace Samsa.Tests.ZooKeeper;

/// <summary>
/// Published ZooKeeper servers on this machine, started by the script <c>shared/kafka/cluster</c> that may lie next to the repository. One of
/// each sort is started when first asked for and shared by all tests.
/// </summary>
sealed class RealZooKeeper
{
    /// <summary>The versions, and the Kafka that each came with.</summary>
    static readonly Dictionary<string, string> Kafkas = new() { ["3.4.6"] = "0.9.0.1", ["3.4.10"] = "1.1.1", ["3.8.4"] = "3.9.2" };

    static readonly ConcurrentDictionary<(string, int), Lazy<Task<RealZooKeeper>>> Shared = [];

    readonly string directory;

    RealZooKeeper(JsonElement told)
    {
        directory = told.GetProperty("dir").GetString()!;
        Addresses = told.GetProperty("zookeeper").GetString()!.Split(',');
    }

    /// <summary>Where the servers listen.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>All of them.</summary>
    public string ConnectString => string.Join(',', Addresses);

    public static Task<RealZooKeeper> SharedAsync(string version, int servers = 1) =>
        Shared.GetOrAdd((version, servers), _ => new(() => StartAsync(version, servers))).Value;

    /// <summary>Ends what the tests shared.</summary>
    public static async Task StopSharedAsync()
    {
        foreach (var started in Shared.Values.Where(one => one.IsValueCreated && one.Value.IsCompletedSuccessfully))
            await ScriptAsync("stop", (await started.Value).directory);
        Shared.Clear();
    }

    /// <summary>Does something to a server, counted from 1: <c>kill</c>, <c>start</c>, <c>pause</c> or <c>resume</c>.</summary>
    public Task ServerAsync(int number, string verb) => Addresses.Count == 1
        ? ScriptAsync("zookeeper", directory, verb)
        : ScriptAsync("zookeeper", directory, number.ToString(CultureInfo.InvariantCulture), verb);

    /// <summary>The server that leads, counted from 1; 0 while none does.</summary>
    public async Task<int> LeaderAsync()
    {
        for (var i = 0; i < Addresses.Count; i++)
            if ((await SayAsync(Addresses[i], "srvr")).Contains("Mode: leader", StringComparison.Ordinal))
                return i + 1;
        return 0;
    }

    /// <summary>Says a word of four letters to a server.</summary>
    public static Task<string> SayAsync(string address, string word) => Task.Run(() => Say(address, word));

    /// <summary>As <see cref="SayAsync"/>, without the thread pool.</summary>
    public static string Say(string address, string word)
    {
        try
        {
            var at = address.Split(':');
            using var client = new TcpClient { ReceiveTimeout = 5000 };
            client.Connect(at[0], int.Parse(at[1], CultureInfo.InvariantCulture));
            var stream = client.GetStream();
            stream.Write(Encoding.ASCII.GetBytes(word));
            return new StreamReader(stream).ReadToEnd();
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return "";
        }
    }

    static async Task<RealZooKeeper> StartAsync(string version, int servers)
    {
        var told = await ScriptAsync("start", Kafkas[version], "--mode", "zk", "--brokers", "0",
            "--zookeepers", servers.ToString(CultureInfo.InvariantCulture), "--owner", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        using var json = JsonDocument.Parse(told);
        return new RealZooKeeper(json.RootElement);
    }

    static async Task<string> ScriptAsync(params string[] arguments)
    {
        var script = Path.Combine(Repository.Root.Parent!.FullName, "shared", "kafka", "cluster");
        if (!File.Exists(script)) Assert.Ignore("There is no shared/kafka next to the repository, so there are no published servers to try.");
        Stranger.Find("java", "apt-get install --no-install-recommends openjdk-17-jre-headless");
        var (output, error, exit) = await Stranger.RunAsync(script, arguments);
        Assert.That(exit, Is.Zero, $"{string.Join(' ', arguments)}\n{output}\n{error}");
        return output;
    }
}
