using Confluent.Kafka;

namespace Samsa.Benchmarks.Versus;

/// <summary>Confluent.Kafka, tuned: idempotent with 5 ms of linger (none where latency counts), and a consumer that does not pause a second when its queue is full.</summary>
sealed class ConfluentContestant(string bootstrap, Heat heat) : IContestant
{
    public const string Name = "Confluent.Kafka";

    public string Version => $"{typeof(Message<,>).Assembly.GetName().Version!.ToString(3)} with librdkafka {Library.VersionString}";

    public async Task ProduceAsync(byte[][] values, long records, Reports reports)
    {
        using var producer = Producer(reports is not Reports.None);
        if (reports is Reports.Awaited)
        {
            await Window.RunAsync(records, i => producer.ProduceAsync(heat.Topic, new() { Value = values[i % values.Length] }));
            return;
        }

        var told = 0L;
        // Its own thread calls, and so does Flush.
        Action<DeliveryReport<Null, byte[]>>? handler = reports is Reports.Each ? _ => Interlocked.Increment(ref told) : null;
        for (var i = 0L; i < records; i++) Produce(producer, new() { Value = values[i % values.Length] }, handler);
        producer.Flush(CancellationToken.None);
        if (reports is Reports.Each && told != records) throw new InvalidOperationException($"{records} records were sent and {told} reported.");
    }

    public Task ConsumeAsync(Course course) =>
        Task.WhenAll(Enumerable.Range(0, heat.Subscriptions).Select(_ => Task.Factory.StartNew(
            () => Consume(course), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    void Consume(Course course)
    {
        using var consumer = Consumer(Offset.Beginning);
        var sum = 0L;
        for (var left = course.Records / heat.Subscriptions; left > 0;)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(30)) is not { } result) throw new TimeoutException($"{left} records did not come.");
            if (result.Message is null) continue;
            sum += result.Message.Value.Length + result.Message.Value[0] + result.Offset.Value;
            if (--left == course.Counted / heat.Subscriptions) course.Warm();
        }

        GC.KeepAlive(sum);
    }

    public async Task LatencyAsync(Latencies latencies, long records, int perSecond)
    {
        using var producer = Producer(reports: false);
        using var consumer = Consumer(Offset.End);
        var reading = Task.Factory.StartNew(
            () =>
            {
                for (var left = records; left > 0;)
                {
                    if (consumer.Consume(TimeSpan.FromSeconds(30)) is not { Message: { } message }) continue;
                    latencies.Took(message.Value);
                    left--;
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.Delay(TimeSpan.FromSeconds(4));
        var value = new byte[100];
        await Task.Run(() => Latencies.Pace(records, perSecond, () =>
        {
            Latencies.Stamp(value);
            Produce(producer, new() { Value = value }, null);
        }));
        await reading;
    }

    public async Task IdleAsync(Task until)
    {
        using var producer = Producer(reports: true);
        await producer.ProduceAsync(heat.Topic, new() { Value = [1] });
        using var consumer = Consumer(Offset.Beginning);
        while (!until.IsCompleted) consumer.Consume(TimeSpan.FromSeconds(1));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static void Produce(IProducer<Null, byte[]> producer, Message<Null, byte[]> message, Action<DeliveryReport<Null, byte[]>>? handler, string topic)
    {
        while (true)
        {
            try
            {
                producer.Produce(topic, message, handler);
                return;
            }
            catch (ProduceException<Null, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                // This client does not block; the queue holds a million records.
                Thread.Sleep(1);
            }
        }
    }

    void Produce(IProducer<Null, byte[]> producer, Message<Null, byte[]> message, Action<DeliveryReport<Null, byte[]>>? handler) =>
        Produce(producer, message, handler, heat.Topic);

    IProducer<Null, byte[]> Producer(bool reports) => new ProducerBuilder<Null, byte[]>(new ProducerConfig
    {
        BootstrapServers = bootstrap,
        EnableIdempotence = true,
        Acks = Acks.All,
        EnableDeliveryReports = reports,
        LingerMs = heat.Does == "latency" ? 0 : 5,
        QueueBufferingMaxMessages = 1_000_000,
        CompressionType = (CompressionType)heat.Codec,
    }).Build();

    IConsumer<Ignore, byte[]> Consumer(Offset from)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "versus",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
        };
        // Since 2.3 it can be told not to pause for a second when its queue is full; before, a large queue helps.
        if (Library.Version >= 0x02030000) config.Set("fetch.queue.backoff.ms", "1");
        else (config.QueuedMinMessages, config.QueuedMaxMessagesKbytes) = (1_000_000, 1024 * 1024);
        var consumer = new ConsumerBuilder<Ignore, byte[]>(config).Build();
        consumer.Assign(Enumerable.Range(0, heat.Partitions).Select(partition => new TopicPartitionOffset(heat.Topic, partition, from)));
        return consumer;
    }
}
