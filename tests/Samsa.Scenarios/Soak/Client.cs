namespace Samsa.Scenarios.Soak;

/// <summary>How the clients of the soak are set up: as they come, but for learning within seconds that a topic has grown.</summary>
static class Client
{
    public const int MetadataMaxAge = 3_000;

    /// <summary>A client of its own for each writer and reader, so that none lives from what another has learned.</summary>
    public static async Task<Kafka> ConnectAsync(RunningBrokers brokers, string name, Chronicle told, SinkOptions? produce = null)
    {
        var kafka = await brokers.ConnectAsync(new()
        {
            ClientId = name, Produce = produce ?? new(),
            // What ZooKeeper tells must do, where it tells.
            MetadataMaxAge = brokers.Address == brokers.Bootstrap ? TimeSpan.FromMilliseconds(MetadataMaxAge) : new KafkaOptions().MetadataMaxAge,
            ZooKeeper = new() { SessionTimeout = TimeSpan.FromSeconds(4) },
        });
        kafka.Events.Subscribe(what => told.Detail($"{name}: {what.ToString()!.Split('\n')[0]}"));
        return kafka;
    }

    /// <summary>The tool, run as a program of its own, with the same settings.</summary>
    public static Piped Tool(RunningBrokers brokers, Chronicle told, Action<string> tell, params string[] words) =>
        new(Host, ["exec", Path.Combine(AppContext.BaseDirectory, "samsa.dll"), .. words, "--verbose", "-b", brokers.Address,
            .. brokers.Address == brokers.Bootstrap ? (string[])["-X", $"metadata.max.age.ms={MetadataMaxAge}"] : ["-X", "zookeeper.session.timeout.ms=4000"]], tell, line => told.Detail($"samsa {words[0]}: {line}"));

    static string Host =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) is "dotnet" ? path : "dotnet";
}
