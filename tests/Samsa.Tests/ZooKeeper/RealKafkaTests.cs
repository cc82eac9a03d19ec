using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Samsa.Embedded;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.House;
using Samsa.ZooKeeper;

namespace Samsa.Tests.ZooKeeper;

/// <summary>Published Kafkas whose ZooKeeper is the embedded one: the clients that it must please most.</summary>
[NonParallelizable]
public sealed class RealKafkaTests
{
    [TestCase("0.8.2.2")]
    [TestCase("1.1.1")]
    [TestCase("3.9.2")]
    public async Task A_published_Kafka_runs_and_comes_back_when_its_session_is_over(string version)
    {
        await using var zookeeper = await EmbeddedZooKeeper.StartAsync();
        await using var client = await ZooKeeperClient.ConnectAsync(zookeeper.ConnectString);
        await using var broker = StartedBroker.Start(version, zookeeper.ConnectString);
        using var ids = new Recorder<ZkChildren?>(client.WatchChildren("/brokers/ids"));
        await broker.BesideAsync(ids.BecomesAsync(list => list?.Names is ["1"]));

        await using (var kafka = await Kafka.ConnectAsync($"127.0.0.1:{broker.Port}"))
        {
            for (var i = 0; i < 3; i++) Assert.That((await kafka.Topics["trams"].PublishAsync($"{i}")).Offset, Is.EqualTo(i));
        }

        var state = await client.GetAsync("/brokers/topics/trams/partitions/0/state");
        Assert.That(Encoding.UTF8.GetString(state!.Data.Span), Does.Contain("\"leader\":1"));

        // Its session is over: it begins another one and registers again.
        var before = await client.ExistsAsync("/brokers/ids/1");
        Assert.That(zookeeper.ExpireSession(before!.EphemeralOwner));
        using (var node = new Recorder<ZkNode?>(client.WatchNode("/brokers/ids/1")))
            await broker.BesideAsync(node.BecomesAsync(seen => seen is not null && seen.Stat.EphemeralOwner != before.EphemeralOwner));
        await using (var kafka = await Kafka.ConnectAsync($"127.0.0.1:{broker.Port}"))
            Assert.That((await kafka.Topics["trams"].PublishAsync("again")).Offset, Is.EqualTo(3));

        // It says good-bye to nobody, and its node goes when its session does.
        broker.Kill();
        await ids.BecomesAsync(list => list!.Names.Count == 0);
    }

    sealed class StartedBroker : IAsyncDisposable
    {
        readonly Process process;
        readonly DirectoryInfo directory;
        readonly StringBuilder log = new();

        StartedBroker(Process process, DirectoryInfo directory, int port)
        {
            (this.process, this.directory, Port) = (process, directory, port);
            process.OutputDataReceived += Keep;
            process.ErrorDataReceived += Keep;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public int Port { get; }

        public static StartedBroker Start(string version, string zookeeper)
        {
            var script = Path.Combine(Repository.Root.Parent!.FullName, "shared", "kafka", "cluster");
            if (!File.Exists(script)) Assert.Ignore("There is no shared/kafka next to the repository, so there are no published brokers to try.");
            Stranger.Find("java", "apt-get install --no-install-recommends openjdk-17-jre-headless");
            var directory = Directory.CreateTempSubdirectory("samsa-kafka-");
            var port = FreePort();
            var settings = Path.Combine(directory.FullName, "server.properties");
            File.WriteAllText(settings, string.Create(CultureInfo.InvariantCulture, $"""
                broker.id=1
                {(version is "0.8.2.2" ? $"host.name=127.0.0.1\nport={port}" : $"listeners=PLAINTEXT://127.0.0.1:{port}")}
                log.dirs={directory.FullName}/data
                zookeeper.connect={zookeeper}
                zookeeper.session.timeout.ms=4000
                offsets.topic.num.partitions=1
                offsets.topic.replication.factor=1
                log.cleaner.dedupe.buffer.size=4194304
                num.network.threads=2
                num.io.threads=4

                """));
            var process = Process.Start(new ProcessStartInfo(script, ["tool", version, "kafka.Kafka", settings])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            return new(process, directory, port);
        }

        /// <summary>Waits for something, and no longer than the broker runs.</summary>
        public async Task BesideAsync(Task awaited)
        {
            if (await Task.WhenAny(awaited, process.WaitForExitAsync()) != awaited && !awaited.IsCompleted)
                lock (log) Assert.Fail($"The broker has ended.\n{log}");
            await awaited;
        }

        public void Kill() => process.Kill(entireProcessTree: true);

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited) Kill();
            await process.WaitForExitAsync();
            lock (log) TestContext.Out.WriteLine(log);
            process.Dispose();
            directory.Delete(recursive: true);
        }

        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (log) log.AppendLine(line.Data);
        }

        static int FreePort()
        {
            using var socket = new TcpListener(IPAddress.Loopback, 0);
            socket.Start();
            return ((IPEndPoint)socket.LocalEndpoint).Port;
        }
    }
}
