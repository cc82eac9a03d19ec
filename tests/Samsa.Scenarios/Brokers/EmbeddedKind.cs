using Samsa.Embedded;

namespace Samsa.Scenarios.Brokers;

/// <summary>Brokers in this process that behave like a version.</summary>
sealed class EmbeddedKind(KafkaProfile profile, string version, string release)
    : BrokerKind($"embedded-{version}", version, release)
{
    public override bool IsReal => false;

    public override async Task<RunningBrokers> OpenAsync(int brokers = 1) =>
        new RunningEmbedded(this, await EmbeddedKafka.StartAsync(brokers, new() { Profile = profile, DefaultPartitions = 6 }));

    public override string ToString() => $"embedded {Speaks}";
}

/// <summary>Brokers in this process, running: what only they have is their memory of what was asked.</summary>
sealed class RunningEmbedded(BrokerKind kind, EmbeddedKafka kafka) : RunningBrokers(kind)
{
    public EmbeddedKafka Kafka => kafka;

    public override string Bootstrap => kafka.BootstrapServers;

    protected override Task CreateAsync(string topic, int partitions, int replication)
    {
        kafka.CreateTopic(topic, partitions);
        return Task.CompletedTask;
    }

    public override Task StopBrokerAsync(int id) => kafka.StopBrokerAsync(id);

    public override Task StartBrokerAsync(int id) => kafka.StartBrokerAsync(id);

    public override ValueTask DisposeAsync() => kafka.DisposeAsync();
}
