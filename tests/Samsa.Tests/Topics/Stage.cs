using System.Collections.Concurrent;
using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

/// <summary>An embedded Kafka with a topic <c>t</c>, and a client of it whose events are kept.</summary>
sealed class Stage : IAsyncDisposable
{
    readonly ConcurrentQueue<KafkaEvent> events = new();

    Stage(EmbeddedKafka brokers, Kafka kafka, byte magic)
    {
        (Brokers, Kafka, Magic) = (brokers, kafka, magic);
        kafka.Events.Subscribe(events.Enqueue);
    }

    public EmbeddedKafka Brokers { get; }

    public Kafka Kafka { get; }

    /// <summary>The record format of the profile.</summary>
    public byte Magic { get; }

    public Topic Topic => Kafka.Topics["t"];

    public IReadOnlyList<KafkaEvent> Events => [.. events];

    /// <summary>How many readings of the client are open.</summary>
    public int Readings => Kafka.Readers.Count;

    /// <summary>How many bytes of records all readings hold ready.</summary>
    public long ReadyBytes => Kafka.Readers.ReadyBytes;

    /// <summary>How many fetches reached the brokers.</summary>
    public int Fetches => Brokers.Requests.Count(request => request.Api == "Fetch");

    public static async Task<Stage> OpenAsync(
        int brokers = 1, int partitions = 1, KafkaProfile profile = KafkaProfile.V4_3, KafkaOptions? options = null, TopicSettings? settings = null,
        EmbeddedKafkaOptions? embedded = null, Action<EmbeddedKafka>? prepare = null)
    {
        var cluster = await EmbeddedKafka.StartAsync(brokers, (embedded ?? new()) with { Profile = profile, RememberedRequests = 100_000 });
        if (partitions > 0) cluster.CreateTopic("t", partitions, settings);
        prepare?.Invoke(cluster);
        var patient = new BackOff { First = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromMilliseconds(200) };
        var kafka = await Kafka.ConnectAsync(cluster.BootstrapServers, options ?? new() { Retry = patient, Reconnect = patient });
        return new(cluster, kafka, profile switch { KafkaProfile.V0_8_2 => 0, KafkaProfile.V0_10_2 => 1, _ => 2 });
    }

    /// <summary>Appends one batch.</summary>
    public void Write(int partition, params string[] values) => Write(partition, CompressionCodec.None, values);

    public void Write(int partition, CompressionCodec codec, params string[] values) =>
        Brokers.AppendRaw("t", partition, TestRecords.Batch(values, Magic, codec));

    /// <summary>Appends one batch. Inside a compressed message of magic 0 the offsets are those of the log, so a broker has to write it anew.</summary>
    public async Task AppendAsync(int partition, CompressionCodec codec, params string[] values)
    {
        if (Magic > 0)
        {
            Write(partition, codec, values);
            return;
        }

        using var client = await RawClient.ConnectAsync(Brokers.Brokers[Brokers.LeaderOf("t", partition) - 1]);
        var answer = await client.AskAsync(RawClient.ProduceRequest("t", TestRecords.Batch(values, Magic, codec), partition), version: 0);
        Assert.That(answer.Responses[0].PartitionResponses[0].ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    /// <summary>Appends batches of numbered records: <c>0, 1, 2 …</c></summary>
    public void WriteNumbers(int partition, int first, int count, int perBatch = 10)
    {
        for (var i = first; i < first + count; i += perBatch)
            Write(partition, [.. Enumerable.Range(i, Math.Min(perBatch, first + count - i)).Select(n => $"{n}")]);
    }

    public Watcher Watch(ConsumeOptions? options = null) => Watch(new Watcher(), options);

    public Watcher Watch(Watcher watcher, ConsumeOptions? options = null)
    {
        Topic.AsObservable(options).Subscribe(watcher);
        return watcher;
    }

    /// <summary>That no offset was gone to but the one behind the record before.</summary>
    public void AssertNoPositionWasLost() =>
        Assert.That(Events.Where(told => told is OffsetReset or LogTruncated or BatchSkipped), Is.Empty);

    public Task Tells<TEvent>(Func<TEvent, bool> which)
        where TEvent : KafkaEvent =>
        Eventually.Is(() => events.OfType<TEvent>().Any(which), $"a {typeof(TEvent).Name} event like that is told");

    public async ValueTask DisposeAsync()
    {
        await Kafka.DisposeAsync();
        await Brokers.DisposeAsync();
    }
}
