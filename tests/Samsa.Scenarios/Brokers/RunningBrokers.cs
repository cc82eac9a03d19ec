namespace Samsa.Scenarios.Brokers;

/// <summary>Brokers that a story plays on.</summary>
abstract class RunningBrokers(BrokerKind kind) : IAsyncDisposable
{
    static int topics;

    public BrokerKind Kind { get; } = kind;

    public abstract string Bootstrap { get; }

    /// <summary>Where our own client and tool find them.</summary>
    public virtual string Address => Bootstrap;

    /// <summary>A topic name that no other story has.</summary>
    public static string NewName(string about) => $"{about}-{Interlocked.Increment(ref topics)}";

    /// <summary>Our client, connected.</summary>
    public Task<Kafka> ConnectAsync(KafkaOptions? options = null) =>
        Kafka.ConnectAsync(Address, options).Within(30, $"connecting to {Kind}");

    public async Task<string> CreateTopicAsync(string about, int partitions = 1, int replication = 1)
    {
        var name = NewName(about);
        await CreateAsync(name, partitions, replication);
        return name;
    }

    protected abstract Task CreateAsync(string topic, int partitions, int replication);

    /// <summary>Ends a broker the hard way.</summary>
    public abstract Task StopBrokerAsync(int id);

    /// <summary>Brings a stopped broker back at its old port.</summary>
    public abstract Task StartBrokerAsync(int id);

    public abstract ValueTask DisposeAsync();
}
