using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Cli.Output;
using Samsa.Cli.Terminal;
using Samsa.Embedded;

namespace Samsa.Cli.Commands;

/// <summary>Runs brokers until it is told to stop.</summary>
sealed class Serve(CommonOptions common, ParseResult parsed)
{
    public required int Port { get; init; }

    public required int Brokers { get; init; }

    public required KafkaProfile Profile { get; init; }

    public required IReadOnlyList<NewTopic> Topics { get; init; }

    public required int Partitions { get; init; }

    public required bool WithZooKeeper { get; init; }

    public required bool Json { get; init; }

    public async Task<int> RunAsync(CancellationToken ct)
    {
        if (Port is not 0 && Port + Brokers - 1 > 65535) throw new WrongUseException($"{Brokers} brokers from port {Port} on would go beyond 65535; take a lower port.");

        await using var zooKeeper = WithZooKeeper ? await EmbeddedZooKeeper.StartAsync(ct: ct) : null;
        await using var kafka = await StartAsync(zooKeeper, ct);
        foreach (var topic in Topics) kafka.CreateTopic(topic.Name, topic.Partitions ?? Partitions);
        foreach (var broker in kafka.Brokers) await AnswersAsync(broker, ct);
        Announce(kafka, zooKeeper);

        // Being told to stop is how a server's work is done.
        await ((Task)Task.Delay(Timeout.Infinite, ct)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Done;
    }

    async Task<EmbeddedKafka> StartAsync(EmbeddedZooKeeper? zooKeeper, CancellationToken ct)
    {
        try
        {
            return await EmbeddedKafka.StartAsync(Brokers, new EmbeddedKafkaOptions
            {
                Profile = Profile,
                FirstPort = Port,
                DefaultPartitions = Partitions,
                ZooKeeper = zooKeeper?.ConnectString,
                Logger = common.Verbose(parsed) ? new SpokenLogs().CreateLogger("Samsa.Embedded") : NullLogger.Instance,
            }, ct);
        }
        catch (SocketException refused) when (refused.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new WorkFailedException($"The brokers cannot listen from port {Port} on: {refused.Message}. Choose another --port, or 0 for any free one.");
        }
    }

    static async Task AnswersAsync(EmbeddedBroker broker, CancellationToken ct)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(broker.Host, broker.Port, ct);
    }

    void Announce(EmbeddedKafka kafka, EmbeddedZooKeeper? zooKeeper)
    {
        var like = Profiles.NameOf(Profile);
        if (Json)
        {
            new JsonLines(StandardOutput.Open()).Write(json => Describe(kafka, zooKeeper, like, json));
            return;
        }

        Console.Out.WriteLine($"{Amount.Counted(Brokers, "broker")} like Kafka {like} at {kafka.BootstrapServers}{(zooKeeper is null ? "" : $", known to the ZooKeeper at {zooKeeper.ConnectString}")}, in memory; Ctrl-C ends it.");
    }

    static void Describe(EmbeddedKafka kafka, EmbeddedZooKeeper? zooKeeper, string like, Utf8JsonWriter json)
    {
        json.WriteString("bootstrap", kafka.BootstrapServers);
        json.WriteStartArray("brokers");
        foreach (var broker in kafka.Brokers)
        {
            json.WriteStartObject();
            json.WriteNumber("id", broker.Id);
            json.WriteString("host", broker.Host);
            json.WriteNumber("port", broker.Port);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (zooKeeper is not null) json.WriteString("zookeeper", zooKeeper.ConnectString);
        json.WriteString("like", like);
        json.WriteNumber("pid", Environment.ProcessId);
    }
}
