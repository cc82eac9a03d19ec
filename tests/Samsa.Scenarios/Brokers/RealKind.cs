using System.Globalization;

namespace Samsa.Scenarios.Brokers;

/// <summary>Published brokers of Apache Kafka, with ZooKeeper or KRaft.</summary>
sealed class RealKind(string version, string? mode = null)
    : BrokerKind(mode is null ? version : $"{version}-{mode}", version, version)
{
    readonly string? mode = mode;

    public override bool IsReal => true;

    public bool HasZooKeeper => mode is "zk" || mode is null && Speaks.Major < 4;

    public override async Task<RunningBrokers> OpenAsync(int brokers = 1) => brokers == 1
        ? new RunningReal(this, await RealKafka.SharedAsync(Release, mode), shared: true)
        : new RunningReal(this, await RealKafka.StartAsync(Release, mode, brokers), shared: false);

    /// <summary>A cluster of three that is known by its three ZooKeepers alone.</summary>
    public async Task<RunningReal> OpenThroughZooKeeperAsync() =>
        new(this, await RealKafka.StartAsync(Release, mode, brokers: 3, zooKeepers: 3), shared: false) { ThroughZooKeeper = true };

    public override string ToString() => mode is null ? $"Kafka {Release}" : $"Kafka {Release} {mode}";
}

/// <summary>Published brokers, running: what only they have is their log on disk and the tools that came with them.</summary>
sealed class RunningReal(BrokerKind kind, RealKafka kafka, bool shared) : RunningBrokers(kind)
{
    public RealKafka Kafka => kafka;

    /// <summary>Whether ZooKeeper is all that our client is told.</summary>
    public bool ThroughZooKeeper { get; init; }

    public override string Bootstrap => kafka.Bootstrap;

    public override string Address => ThroughZooKeeper ? $"zookeeper://{kafka.ZooKeeper}" : kafka.Bootstrap;

    protected override async Task CreateAsync(string topic, int partitions, int replication)
    {
        if (Kind.CreatesTopicsByRequest)
        {
            await using var client = await ConnectAsync();
            await client.CreateTopicAsync(topic, partitions, (short)replication).Within(30, $"creating {topic}");
            return;
        }

        var created = await RealKafka.ToolAsync(Kind.Release, "TopicCommand", null, "--zookeeper", kafka.ZooKeeper!, "--create", "--topic", topic,
            "--partitions", partitions.ToString(CultureInfo.InvariantCulture), "--replication-factor", replication.ToString(CultureInfo.InvariantCulture));
        created.Expected();
        await LeadersOfAsync(topic, partitions);
    }

    // The tool writes to ZooKeeper and is done; the brokers come to know a moment later.
    async Task LeadersOfAsync(string topic, int partitions)
    {
        await using var client = await ConnectAsync();
        for (var tries = 0; tries < 300; tries++)
        {
            var view = (await client.ListTopicsAsync()).FirstOrDefault(one => one.Name == topic);
            if (view?.Partitions.Count(partition => partition.Leader >= 0) == partitions) return;
            await Task.Delay(50);
        }

        Assert.Fail($"The {partitions} partitions of {topic} have no leaders after 15 s.");
    }

    public override Task StopBrokerAsync(int id) => kafka.BrokerAsync(id, "kill");

    public override Task StartBrokerAsync(int id) => kafka.BrokerAsync(id, "start");

    public override ValueTask DisposeAsync() => shared ? ValueTask.CompletedTask : kafka.DisposeAsync();
}
