using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Samsa.Embedded;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Faults;

/// <summary>A cluster that can be tampered with, and a client of it. Partition n of its topic <c>t</c> is led by broker 1 + n.</summary>
sealed class FaultStage : IAsyncDisposable
{
    readonly ConcurrentQueue<KafkaEvent> events = new();

    FaultStage(EmbeddedKafka cluster, Kafka kafka)
    {
        (Cluster, Kafka) = (cluster, kafka);
        kafka.Events.Subscribe(events.Enqueue);
    }

    public EmbeddedKafka Cluster { get; }

    public EmbeddedFaults Faults => Cluster.Faults;

    public Kafka Kafka { get; }

    public Topic Topic => Kafka.Topics["t"];

    public IReadOnlyList<KafkaEvent> Events => [.. events];

    /// <summary>Starts both. Without a clock retries come quickly; with one, time passes for brokers and client when the test says so.</summary>
    public static async Task<FaultStage> OpenAsync(
        int brokers = 1, int partitions = 1, KafkaProfile profile = KafkaProfile.V4_3, SinkOptions? produce = null, TestClock? clock = null,
        Func<KafkaOptions, KafkaOptions>? with = null, TopicSettings? settings = null)
    {
        var cluster = await EmbeddedKafka.StartAsync(brokers, new() { Profile = profile, Clock = clock ?? TimeProvider.System, RememberedRequests = 100_000 });
        cluster.CreateTopic("t", partitions, settings ?? new() { ReplicationFactor = brokers });
        for (var partition = 0; partition < partitions; partition++) cluster.MoveLeader("t", partition, 1 + partition % brokers);
        var options = new KafkaOptions { Clock = clock ?? TimeProvider.System, Produce = produce ?? new() };
        var quick = new BackOff { First = TimeSpan.FromMilliseconds(5), Most = TimeSpan.FromMilliseconds(50) };
        // When time stands still, nothing that is left could be waited for at the end.
        options = clock is null ? options with { Retry = quick, Reconnect = quick } : options with { Produce = options.Produce with { FlushTimeout = TimeSpan.Zero } };
        return new(cluster, await Kafka.ConnectAsync(cluster.BootstrapServers, with?.Invoke(options) ?? options).Soon());
    }

    public Task<Published> PublishAsync(string value, int partition = 0) => Topic.PublishAsync(new ProducerRecord(value) { Partition = partition });

    /// <summary>What a reader gets that reads the topic from its beginning to its end.</summary>
    public async Task<List<string>> ReadAsync()
    {
        var read = new List<string>();
        using var late = new CancellationTokenSource(Eventually.Patience);
        await foreach (var record in Topic.AsAsyncEnumerable(new() { UntilEnd = true }, late.Token)) read.Add(record.Text!);
        return read;
    }

    /// <summary>What a partition holds, by value, in its order.</summary>
    public List<string> Log(int partition = 0) => Values(Stored(partition));

    public List<RecordBatch> Stored(int partition = 0) =>
        [.. Cluster.Log("t", partition).Batches.SelectMany(bytes => Sent.Batches(bytes))];

    public Task HasAsync<T>(Func<T, bool>? such = null)
        where T : KafkaEvent =>
        Eventually.True(() => events.OfType<T>().Any(one => such is null || such(one)), $"There was no such {typeof(T).Name}.");

    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        await Kafka.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    public static List<string> Values(IEnumerable<RecordBatch> batches)
    {
        var values = new List<string>();
        foreach (var batch in batches)
            foreach (var record in batch)
                values.Add(Encoding.UTF8.GetString(batch.ValueOf(record).Span));
        return values;
    }
}

/// <summary>Looks into the produce requests that a fault has met.</summary>
static class Sent
{
    public static List<RecordBatch> Batches(this Fault met, int partition = 0) =>
    [
        .. from request in met.Requests
           from topic in request.Read<Produce.Request>().TopicData
           from data in topic.PartitionData
           where data.Index == partition
           from batch in Batches(data.Records!.Value)
           select batch,
    ];

    public static IEnumerable<(short Epoch, int Sequence, int Count)> Numbers(this IEnumerable<RecordBatch> batches) =>
        batches.Select(batch => (batch.ProducerEpoch, batch.BaseSequence, batch.Count));

    public static List<RecordBatch> Batches(ReadOnlyMemory<byte> bytes)
    {
        var batches = new List<RecordBatch>();
        var reader = new RecordBatchReader(bytes, DecodeOptions.Default);
        while (reader.TryRead(out var batch)) batches.Add(batch);
        return batches;
    }

    /// <summary>The same answer for produced partitions, one by one altered.</summary>
    public static Produce.Response Each(
        this Produce.Response answer, Func<Produce.Response.PartitionProduceResponse, Produce.Response.PartitionProduceResponse> change) => answer with
        {
            Responses = [.. answer.Responses.Select(topic => topic with { PartitionResponses = [.. topic.PartitionResponses.Select(change)] })],
        };
}

/// <summary>An address of this machine at which connections hang: somebody listens, and takes nobody any more.</summary>
/// <remarks>Linux drops the first packet of a connection when the queue of those who wait to be accepted is full.</remarks>
sealed class SilentAddress : IDisposable
{
    readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    readonly List<Socket> queue = [];

    public static IPAddress Address { get; } = IPAddress.Parse("127.0.0.2");

    public static async Task<SilentAddress> AtAsync(int port)
    {
        var silent = new SilentAddress();
        silent.listener.Bind(new IPEndPoint(Address, port));
        silent.listener.Listen(1);
        for (var i = 0; i < 64; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            silent.queue.Add(socket);
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            try
            {
                await socket.ConnectAsync(new IPEndPoint(Address, port), patience.Token);
            }
            catch (OperationCanceledException)
            {
                return silent;
            }
        }

        throw new AssertionException("The queue of a listener never became full.");
    }

    public void Dispose()
    {
        foreach (var socket in queue) socket.Dispose();
        listener.Dispose();
    }
}
