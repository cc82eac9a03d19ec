using System.Reactive.Linq;
using System.Reactive.Subjects;
using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Producing;

public class SinkTests
{
    EmbeddedKafka kafka = null!;

    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t");
        kafka.CreateTopic("four", partitions: 4);
    }

    [TearDown]
    public async Task Stop() => await kafka.DisposeAsync();

    [Test]
    public async Task A_stream_is_written_and_each_record_reported_in_the_order_of_its_partition()
    {
        await using var client = await Client.ConnectAsync(kafka);
        var sink = client.Sink("four");
        var reports = new ReportList();
        using var _ = sink.Reports.Subscribe(reports);

        Observable.Range(0, 10_000).Select(i => new ProducerRecord($"{i % 100}", $"{i}") { Tag = i }).Subscribe(sink);

        Assert.That(await sink.Completion, Is.EqualTo(new DeliveryCounts(10_000, 0, 0)));
        Assert.That(reports.Completed);
        Assert.That(reports.All.Select(r => r.Tag).Order(), Is.EqualTo(Enumerable.Range(0, 10_000)));
        foreach (var partition in reports.All.GroupBy(r => r.Partition))
        {
            Assert.That(partition.Select(r => r.Tag), Is.Ordered);
            Assert.That(partition.Select(r => r.Offset), Is.EqualTo(Enumerable.Range(0, partition.Count())));
            Assert.That(kafka.Values("four", partition.Key), Is.EqualTo(partition.Select(r => $"{r.Tag}")));
        }
    }

    [Test]
    public async Task Texts_and_bytes_can_be_subscribed_too()
    {
        await using var client = await Client.ConnectAsync(kafka);
        var (texts, bytes) = (client.Sink("t"), client.Sink("t"));
        new[] { "a", "ü" }.ToObservable().Subscribe(texts);
        await texts.Completion;
        new[] { "b"u8.ToArray() }.ToObservable().Subscribe(bytes);
        await bytes.Completion;
        Assert.That(kafka.Values("t"), Is.EqualTo(new[] { "a", "ü", "b" }));
    }

    [Test]
    public async Task What_was_taken_before_the_stream_failed_is_written_and_the_completion_fails()
    {
        await using var client = await Client.ConnectAsync(kafka);
        var sink = client.Sink("t", new() { Linger = TimeSpan.FromMinutes(1) });
        var reports = new ReportList();
        using var _ = sink.Reports.Subscribe(reports);
        Observable.Range(0, 5).Select(i => $"{i}").Concat(Observable.Throw<string>(new InvalidOperationException("the source"))).Subscribe(sink);

        Assert.That(await Caught(sink.Completion), Is.TypeOf<InvalidOperationException>());
        Assert.That(kafka.Values("t"), Is.EqualTo(new[] { "0", "1", "2", "3", "4" }));
        Assert.That((reports.All.Count, reports.Completed), Is.EqualTo((5, true)));
        // After its end nothing is taken.
        sink.OnNext("late");
        Assert.That(sink.Counts.Total, Is.EqualTo(5));
    }

    [Test]
    public async Task A_record_that_fails_does_not_end_the_reports()
    {
        await using var client = await Client.ConnectAsync(kafka);
        var sink = client.Sink("t", new() { RequestBytes = 1000 });
        var reports = new ReportList();
        using var _ = sink.Reports.Subscribe(reports);
        new[] { "a", new string('x', 2000), "b" }.ToObservable().Subscribe(sink);
        Assert.That(await sink.Completion, Is.EqualTo(new DeliveryCounts(2, 1, 0)));
        Assert.That(reports.All.Count(r => r is { Outcome: Outcome.NotPersisted, Error.Code: ErrorCode.MessageTooLarge }), Is.EqualTo(1));
    }

    [Test]
    public async Task An_observer_of_reports_that_throws_is_told_and_the_others_go_on()
    {
        await using var client = await Client.ConnectAsync(kafka);
        var failed = new TaskCompletionSource<ObserverFailed>();
        using var events = client.Events.OfType<ObserverFailed>().Subscribe(e => failed.TrySetResult(e));
        var sink = client.Sink("t");
        var reports = new ReportList();
        using var bad = sink.Reports.Subscribe(_ => throw new InvalidOperationException("observer"));
        using var good = sink.Reports.Subscribe(reports);
        new[] { "a", "b", "c" }.ToObservable().Subscribe(sink);
        await sink.Completion;
        Assert.That(reports.All, Has.Count.EqualTo(3));
        Assert.That((await failed.Task.WaitAsync(TimeSpan.FromSeconds(10))).Error.Message, Is.EqualTo("observer"));
    }

    [Test]
    public async Task Records_that_gather_travel_together()
    {
        await using var client = await Client.ConnectAsync(kafka);
        await client.KnowAsync("four");
        var sink = client.Sink("four", new() { Linger = TimeSpan.FromSeconds(30) });
        for (var i = 0; i < 1000; i++) sink.OnNext(new ProducerRecord($"{i}", "v"));
        sink.OnCompleted();
        await sink.Completion;
        // One request for all four partitions; the first batch of each is alone until the broker knows the producer.
        Assert.That(kafka.Produces(), Is.LessThanOrEqualTo(2));
        Assert.That(kafka.Batches("four", 1), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_batch_lingers_as_long_as_the_clock_says()
    {
        var clock = new HandClock();
        await using var client = await Client.ConnectAsync(kafka, new() { Linger = TimeSpan.FromSeconds(3) }, clock);
        await client.KnowAsync("t");
        var first = client.PublishAsync("t", "a");
        clock.Advance(TimeSpan.FromSeconds(2));
        var second = client.PublishAsync("t", "b");
        await Task.Delay(200);
        Assert.That((first.IsCompleted, kafka.Produces()), Is.EqualTo((false, 0)));
        await Eventually.Is(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(1001));
                return first.IsCompleted && second.IsCompleted;
            },
            "the batch went when its time was over");
        Assert.That(kafka.Batches("t"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Without_linger_a_record_goes_at_once()
    {
        await using var client = await Client.ConnectAsync(kafka, clock: new HandClock());
        await client.KnowAsync("t");
        Assert.That((await client.PublishAsync("t", "a").WaitAsync(TimeSpan.FromSeconds(10))).Offset, Is.Zero);
    }

    [TestCase(CompressionCodec.None)]
    [TestCase(CompressionCodec.Gzip)]
    [TestCase(CompressionCodec.Snappy)]
    [TestCase(CompressionCodec.Lz4)]
    [TestCase(CompressionCodec.Zstd)]
    public async Task What_is_compressed_arrives_as_it_was(CompressionCodec codec)
    {
        await using var client = await Client.ConnectAsync(kafka);
        var sink = client.Sink("t", new() { Compression = codec });
        var values = Enumerable.Range(0, 5000).Select(i => $"value {i} of {codec}").ToArray();
        values.ToObservable().Subscribe(sink);
        Assert.That((await sink.Completion).Persisted, Is.EqualTo(5000));
        Assert.That(kafka.Values("t"), Is.EqualTo(values));
        Assert.That(kafka.Batches("t").Select(batch => batch.Codec), Is.All.EqualTo(codec));
    }

    [Test]
    public async Task Disposing_sends_what_was_taken()
    {
        await using var client = await Client.ConnectAsync(kafka, new() { Linger = TimeSpan.FromHours(1) });
        var sink = client.Sink("t");
        for (var i = 0; i < 100; i++) sink.OnNext($"{i}");
        await client.DisposeAsync();
        Assert.That(kafka.Values("t"), Has.Count.EqualTo(100));
        Assert.That(() => sink.OnNext("late"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => client.PublishAsync("t", "late"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => client.Sink("t", new() { Acks = Acks.Leader }), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task A_sink_that_is_given_up_reports_what_is_left()
    {
        await using var client = await Client.ConnectAsync(kafka);
        await using var sink = client.Sink("t", new() { InFlight = 1 });
        var reports = new ReportList();
        using var _ = sink.Reports.Subscribe(reports);
        using var held = kafka.Faults.Each(ApiKey.Produce).Hold();
        sink.OnNext("a");
        await held.FiredAsync();
        sink.OnNext("b");
        await sink.CloseAsync(TimeSpan.Zero);
        await Eventually.Is(() => reports.Completed, "the reports ended");
        Assert.That(reports.All.Select(r => r.Outcome), Is.EqualTo(new[] { Outcome.Unknown, Outcome.NotPersisted }));
        Assert.That(() => sink.OnNext("late"), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Settings_that_contradict_each_other_are_refused()
    {
        await using var client = await Client.ConnectAsync(kafka);
        Assert.That(() => client.Sink("t", new() { Acks = Acks.Leader, Idempotent = true }), Throws.ArgumentException.With.Message.Contains("Acks"));
        Assert.That(() => client.Sink("t", new() { Retries = 0, Idempotent = true }), Throws.ArgumentException.With.Message.Contains("Retries"));
        Assert.That(() => client.Sink("t", new() { BufferBytes = 2000 }), Throws.ArgumentException.With.Message.Contains("BufferBytes"));
    }

    [Test]
    public void Settings_can_be_named_as_Java_names_them()
    {
        var options = KafkaOptions.Parse(new Dictionary<string, string>
        {
            ["acks"] = "1", ["linger.ms"] = "5", ["batch.size"] = "16384", ["compression.type"] = "lz4", ["enable.idempotence"] = "false",
            ["buffer.memory"] = "67108864", ["delivery.timeout.ms"] = "1000", ["max.in.flight.requests.per.connection"] = "2", ["partitioner"] = "round-robin",
        }).Produce;
        Assert.That(options with { Partitioner = Partitioners.Murmur2 }, Is.EqualTo(new SinkOptions
        {
            Acks = Acks.Leader, Linger = TimeSpan.FromMilliseconds(5), BatchBytes = 16384, Compression = CompressionCodec.Lz4, Idempotent = false,
            BufferBytes = 67108864, DeliveryTimeout = TimeSpan.FromSeconds(1), InFlight = 2,
        }));
        Assert.That(() => KafkaOptions.Parse([new("acks", "2")]), Throws.TypeOf<FormatException>().With.Message.Contains("acks"));
        Assert.That(() => KafkaOptions.Parse([new("batch.size", "1")]), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    static async Task<Exception?> Caught(Task task)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromSeconds(30));
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
