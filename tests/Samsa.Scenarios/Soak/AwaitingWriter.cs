namespace Samsa.Scenarios.Soak;

/// <summary>Writes by awaiting each record, so many at a time, with the producer that the client shares.</summary>
sealed class AwaitingWriter(Kafka kafka, string topic, Ledger ledger, int perSecond) : Writer(ledger, perSecond)
{
    const int AtOnce = 200;

    readonly SemaphoreSlim window = new(AtOnce);

    public static async Task<AwaitingWriter> OpenAsync(RunningBrokers brokers, string topic, Ledger ledger, int perSecond, SinkOptions options, Chronicle told) =>
        new(await Client.ConnectAsync(brokers, ledger.Name, told, options), topic, ledger, perSecond);

    protected override void Give(Mark mark)
    {
        window.Wait();
        _ = AwaitAsync(mark);
    }

    protected override async Task EndAsync()
    {
        for (var free = 0; free < AtOnce; free++) await window.WaitAsync().Within(150, $"everything that {Ledger.Name} wrote is reported");
        window.Release(AtOnce);
    }

    protected override async ValueTask CloseAsync() => await kafka.DisposeAsync();

    async Task AwaitAsync(Mark mark)
    {
        try
        {
            var published = await kafka.Topics[topic].PublishAsync(new ProducerRecord(KeyOf(mark), mark.Value));
            Ledger.Report(mark.Number, Outcome.Persisted, published.Partition, published.Offset);
        }
        catch (PublishException failed)
        {
            Ledger.Report(mark.Number, failed.Outcome, failed.Partition, -1);
        }
        finally
        {
            window.Release();
        }
    }
}
