namespace Samsa.Scenarios.Soak;

/// <summary>Writes through an observer of the topic, as a stream does.</summary>
sealed class SinkWriter : Writer
{
    readonly Kafka kafka;
    readonly KafkaSink sink;
    readonly SinkOptions options;

    SinkWriter(Kafka kafka, KafkaSink sink, SinkOptions options, Ledger ledger, int perSecond) : base(ledger, perSecond)
    {
        (this.kafka, this.sink, this.options) = (kafka, sink, options);
        sink.Reports.Subscribe(report => ledger.Report(report.Tag, report.Outcome, report.Partition, report.Offset));
    }

    public override bool IsEverywhere => options.Partitioner != Partitioners.Sticky;

    public static async Task<SinkWriter> OpenAsync(RunningBrokers brokers, string topic, Ledger ledger, int perSecond, SinkOptions options, Chronicle told)
    {
        var kafka = await Client.ConnectAsync(brokers, ledger.Name, told);
        return new(kafka, kafka.Topics[topic].AsObserver(options), options, ledger, perSecond);
    }

    protected override void Give(Mark mark) => sink.OnNext(new ProducerRecord(KeyOf(mark), mark.Value) { Tag = mark.Number });

    protected override async Task EndAsync()
    {
        sink.OnCompleted();
        await sink.Completion.Within(options.DeliveryTimeout.TotalSeconds + 30, $"everything that {Ledger.Name} wrote is reported");
    }

    protected override async ValueTask CloseAsync()
    {
        await sink.DisposeAsync();
        await kafka.DisposeAsync();
    }
}
