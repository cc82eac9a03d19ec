using System.Buffers;
using System.Text;
using Samsa.Embedded;
using Samsa.Protocol.Records;
using Samsa.Rx;

namespace Samsa.Tests.Producing;

/// <summary>The parts of a client that a producer needs, over real sockets.</summary>
sealed class Client : IAsyncDisposable
{
    readonly BrokerConnections connections;
    readonly ClusterWatch watch;
    readonly CancellationTokenSource over = new(TimeSpan.FromMinutes(2));
    bool closed;

    Client(string bootstrap, KafkaOptions options, ArrayPool<byte>? arrays)
    {
        Events = new(options.Clock);
        connections = new(Bootstrap.Parse(bootstrap), options, Events);
        watch = new(connections, options, Events);
        Producers = new(watch, connections, options, Events) { Arrays = arrays };
    }

    public KafkaEvents Events { get; }

    public Producers Producers { get; }

    public ClusterView View => watch.Current;

    public static Task<Client> ConnectAsync(EmbeddedKafka kafka, SinkOptions? produce = null, TimeProvider? clock = null, ArrayPool<byte>? arrays = null) =>
        ConnectAsync(kafka.BootstrapServers, produce, clock, arrays);

    public static async Task<Client> ConnectAsync(string bootstrap, SinkOptions? produce = null, TimeProvider? clock = null, ArrayPool<byte>? arrays = null)
    {
        var client = new Client(bootstrap, new() { Produce = produce ?? new(), Clock = clock ?? TimeProvider.System }, arrays);
        await client.watch.StartAsync(null, default);
        return client;
    }

    public Task<Published> PublishAsync(string topic, ProducerRecord record)
    {
        var awaited = new AwaitedRecord();
        Producers.Shared.LanesOf(topic).PublishLater(record, awaited, 0);
        return awaited.Task.WaitAsync(over.Token);
    }

    public KafkaSink Sink(string topic, SinkOptions? options = null) => new(Producers, topic, options);

    /// <summary>A view in which the topic is known, so that what a test counts does not begin with finding it.</summary>
    public Task KnowAsync(string topic) => Producers.Shared.LanesOf(topic).Waiting.KnowAsync();

    /// <summary>Asks the brokers for a new view.</summary>
    public Task LookAsync() => watch.RefreshAsync("a test wants to know", over.Token);

    public async ValueTask DisposeAsync()
    {
        if (closed) return;
        closed = true;
        await Producers.DisposeAsync();
        await watch.DisposeAsync();
        await connections.DisposeAsync();
        over.Dispose();
    }
}

/// <summary>Looks into the logs of an embedded Kafka.</summary>
static class Logs
{
    public static List<RecordBatch> Batches(this EmbeddedKafka kafka, string topic, int partition = 0)
    {
        var batches = new List<RecordBatch>();
        foreach (var bytes in kafka.Log(topic, partition).Batches)
        {
            var reader = new RecordBatchReader(bytes, DecodeOptions.Default);
            while (reader.TryRead(out var batch)) batches.Add(batch);
        }

        return batches;
    }

    public static List<string> Values(this EmbeddedKafka kafka, string topic, int partition = 0)
    {
        var values = new List<string>();
        foreach (var batch in kafka.Batches(topic, partition))
            foreach (var record in batch)
                values.Add(Encoding.UTF8.GetString(batch.ValueOf(record).Span));
        return values;
    }

    public static int Produces(this EmbeddedKafka kafka) => kafka.Requests.Count(request => request.Api == "Produce");
}

/// <summary>Keeps the reports that come.</summary>
sealed class ReportList : IObserver<DeliveryReport>
{
    readonly List<DeliveryReport> reports = [];

    public bool Completed { get; private set; }

    public IReadOnlyList<DeliveryReport> All
    {
        get
        {
            lock (reports) return [.. reports];
        }
    }

    public void OnNext(DeliveryReport value)
    {
        lock (reports) reports.Add(value);
    }

    public void OnCompleted() => Completed = true;

    public void OnError(Exception error) => Assert.Fail($"Reports never fail: {error}");
}
