using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Samsa.Tests.Embedded;
using Samsa.Tests.House;

namespace Samsa.Tests.ZooKeeper;

/// <summary>ZooKeepers that are started without a script: published ones, with settings that the shared ones do not have, or that of Debian.</summary>
sealed class OwnZooKeeper : IAsyncDisposable
{
    const string DebianJar = "/usr/share/java/zookeeper.jar";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    static readonly Lazy<Task<OwnZooKeeper>> Debian = new(async () =>
    {
        if (!File.Exists(DebianJar)) Assert.Ignore("Debian's ZooKeeper is not here: apt-get install --no-install-recommends libzookeeper-java");
        var server = new OwnZooKeeper();
        await server.StartAsync(DebianJar, servers: 1, settings: []);
        return server;
    });

    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("samsa-zookeeper-");
    readonly List<Process> processes = [];
    readonly List<int> ports = [];

    /// <summary>Where the servers listen.</summary>
    public IReadOnlyList<string> Addresses => [.. ports.Select(port => $"127.0.0.1:{port}")];

    public string ConnectString => string.Join(',', Addresses);

    /// <summary>A place for files that goes with it.</summary>
    public string Folder => directory.FullName;

    /// <summary>The ZooKeeper 3.8.0 that Debian 12 has, built by others and with other libraries; all tests share it.</summary>
    public static Task<OwnZooKeeper> DebianAsync() => Debian.Value;

    /// <summary>Ends what the tests shared.</summary>
    public static async Task StopSharedAsync()
    {
        if (Debian is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await Debian.Value).DisposeAsync();
    }

    /// <summary>Starts published ones, of version 3.8.4.</summary>
    /// <param name="servers">How many.</param>
    /// <param name="settings">Lines of their configuration.</param>
    /// <param name="flags">Arguments of Java.</param>
    public async Task StartAsync(int servers, string[] settings, params string[] flags)
    {
        var kafka = Path.Combine(Repository.Root.Parent!.FullName, "shared", "kafka");
        if (!Directory.Exists(kafka)) Assert.Ignore("There is no shared/kafka next to the repository, so there are no published servers to try.");
        var jars = await File.ReadAllLinesAsync(Path.Combine(kafka, "classpath", "3.9.2.txt"));
        await StartAsync(string.Join(':', jars.Where(jar => jar.Length > 0).Select(jar => Path.Combine(kafka, "lib", jar))), servers, settings, flags);
    }

    async Task StartAsync(string classpath, int servers, string[] settings, params string[] flags)
    {
        var java = Stranger.Find("java", "apt-get install --no-install-recommends openjdk-17-jre-headless");
        ports.AddRange(FreePorts(servers));
        var quorum = FreePorts(2 * servers);
        for (var i = 0; i < servers; i++)
        {
            var data = directory.CreateSubdirectory($"{i + 1}").FullName;
            await File.WriteAllTextAsync(Path.Combine(data, "myid"), $"{i + 1}");
            var file = Path.Combine(data, "zoo.cfg");
            string[] ensemble = servers == 1 ? [] :
                [.. Enumerable.Range(0, servers).Select(other => $"server.{other + 1}=127.0.0.1:{quorum[2 * other]}:{quorum[2 * other + 1]}"), "initLimit=10", "syncLimit=5"];
            await File.WriteAllLinesAsync(file,
                ["tickTime=500", $"dataDir={data}", $"clientPort={ports[i]}", "clientPortAddress=127.0.0.1", "admin.enableServer=false", "maxClientCnxns=0",
                    "4lw.commands.whitelist=*", .. ensemble, .. settings]);
            processes.Add(Process.Start(new ProcessStartInfo(java,
                ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", .. flags, "-cp", classpath, "org.apache.zookeeper.server.quorum.QuorumPeerMain", file])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!);
            processes[^1].BeginOutputReadLine();
            processes[^1].BeginErrorReadLine();
        }

        for (var i = 0; i < servers; i++) await UntilItSaysAsync(i, "Mode: ");
    }

    /// <summary>Waits until what a server says of itself has some text.</summary>
    public async Task UntilItSaysAsync(int server, string text)
    {
        var begin = Stopwatch.GetTimestamp();
        string said;
        while (!(said = await RealZooKeeper.SayAsync(Addresses[server], "srvr")).Contains(text, StringComparison.Ordinal))
        {
            Assert.That(Stopwatch.GetElapsedTime(begin), Is.LessThan(Patience), $"Server {server + 1} never said {text}, but {said}");
            await Task.Delay(50);
        }
    }

    public void Kill(int server) => processes[server].Kill();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        directory.Delete(recursive: true);
    }

    /// <summary>Ports that nobody listens at now.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var free = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Stop();
        return free;
    }
}
