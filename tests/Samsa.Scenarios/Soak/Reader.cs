namespace Samsa.Scenarios.Soak;

/// <summary>Reads all partitions from the beginning, as long as it is there.</summary>
abstract class Reader(TopicLog log) : IAsyncDisposable
{
    /// <summary>What it has read.</summary>
    public TopicLog Log => log;

    public abstract ValueTask DisposeAsync();
}

/// <summary>Reads with an observer.</summary>
sealed class RxReader : Reader
{
    readonly Kafka kafka;
    readonly IDisposable subscription;

    RxReader(Kafka kafka, string topic, ConsumeOptions options, TopicLog log, Facts facts) : base(log)
    {
        this.kafka = kafka;
        subscription = kafka.Topics[topic].AsObservable(options).Subscribe(
            record => log.Add(record.Partition, record.Offset, Mark.Of(record.Value.Span)),
            error => facts.Add("a reader goes on", $"{log.Reader} ended with {error}"),
            () => facts.Add("a reader goes on", $"{log.Reader} completed"));
    }

    public static async Task<RxReader> OpenAsync(RunningBrokers brokers, string topic, ConsumeOptions options, TopicLog log, Facts facts, Chronicle told) =>
        new(await Client.ConnectAsync(brokers, log.Reader, told), topic, options, log, facts);

    public override ValueTask DisposeAsync()
    {
        subscription.Dispose();
        return kafka.DisposeAsync();
    }
}
