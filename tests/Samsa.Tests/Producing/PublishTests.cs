using System.Text;
using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Producing;

public class PublishTests
{
    EmbeddedKafka kafka = null!;

    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t");
        kafka.CreateTopic("six", partitions: 6);
    }

    [TearDown]
    public async Task Stop() => await kafka.DisposeAsync();

    [Test]
    public async Task A_record_that_was_written_tells_where()
    {
        await using var client = await Client.ConnectAsync(kafka);
        Assert.That(await client.PublishAsync("t", new("k", "a") { Timestamp = 1000 }), Is.EqualTo(new Published("t", 0, 0, 1000)));
        Assert.That((await client.PublishAsync("t", "b")).Offset, Is.EqualTo(1));
        Assert.That(kafka.Values("t"), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Key_value_headers_and_time_arrive_as_they_were_given()
    {
        await using var client = await Client.ConnectAsync(kafka);
        await client.PublishAsync("t", new ProducerRecord((string?)null, null) { Timestamp = 5 });
        await client.PublishAsync("t", new ProducerRecord("", "") { Headers = [new("h", "x"u8.ToArray()), new("h", null)], Timestamp = 6 });

        var batches = kafka.Batches("t");
        var (nothing, empty) = (Single(batches[0]), Single(batches[1]));
        var headers = new List<(string, bool)>();
        foreach (var header in batches[1].HeadersOf(empty)) headers.Add((header.Name, header.ValueIsNull));
        Assert.Multiple(() =>
        {
            Assert.That((nothing.KeyLength, nothing.ValueLength, nothing.Timestamp, nothing.HeaderCount), Is.EqualTo((-1, -1, 5L, 0)));
            Assert.That((empty.KeyLength, empty.ValueLength, empty.Timestamp), Is.EqualTo((0, 0, 6L)));
            Assert.That(headers, Is.EqualTo(new[] { ("h", false), ("h", true) }));
        });

        static RecordEntry Single(RecordBatch batch)
        {
            foreach (var record in batch) return record;
            throw new InvalidOperationException();
        }
    }

    [Test]
    public async Task Where_the_broker_keeps_the_time_its_time_is_told()
    {
        kafka.CreateTopic("log", settings: new() { TimestampType = TimestampType.LogAppend });
        await using var client = await Client.ConnectAsync(kafka);
        Assert.That((await client.PublishAsync("log", new("x") { Timestamp = 1 })).Timestamp, Is.GreaterThan(1_000_000_000_000));
    }

    [Test]
    public async Task Records_published_in_a_row_are_written_in_that_row()
    {
        await using var client = await Client.ConnectAsync(kafka);
        var all = Enumerable.Range(0, 5000).Select(i => $"{i}").ToArray();
        var published = await Task.WhenAll(all.Select(text => client.PublishAsync("t", text)));
        Assert.That(published.Select(p => p.Offset), Is.EqualTo(Enumerable.Range(0, 5000)));
        Assert.That(kafka.Values("t"), Is.EqualTo(all));
        // While one request is under way the next gathers: far fewer requests than records.
        Assert.That(kafka.Produces(), Is.LessThan(1000));
    }

    [Test]
    public async Task A_topic_that_is_not_there_is_created_where_brokers_do_so()
    {
        await using var client = await Client.ConnectAsync(kafka);
        Assert.That((await client.PublishAsync("fresh", "x")).Offset, Is.Zero);
    }

    [Test]
    public async Task Without_a_topic_there_is_no_partition_to_write_to()
    {
        await using var strict = await EmbeddedKafka.StartAsync(options: new() { AutoCreateTopics = false });
        await using var client = await Client.ConnectAsync(strict, new() { BlockTimeout = TimeSpan.FromSeconds(1) });
        var error = await Assert.ThrowsAsync<NoPartitionException>(() => client.PublishAsync("missing", "x"));
        Assert.That((error!.Outcome, error.Code, error.Topic), Is.EqualTo((Outcome.NotPersisted, ErrorCode.UnknownTopicOrPartition, "missing")));
    }

    [Test]
    public async Task A_partition_that_is_not_there_is_looked_for_once()
    {
        await using var client = await Client.ConnectAsync(kafka);
        await client.PublishAsync("t", "x");
        var error = await Assert.ThrowsAsync<NoPartitionException>(() => client.PublishAsync("t", new("x") { Partition = 1 }));
        Assert.That(error!.Partition, Is.EqualTo(1));

        var asked = Questions();
        foreach (var _ in Enumerable.Range(0, 200)) await Assert.ThrowsAsync<NoPartitionException>(() => client.PublishAsync("t", new("x") { Partition = 1 }));
        Assert.That(Questions() - asked, Is.LessThan(20), "who asks right after another is told at once");

        kafka.AddPartitions("t", 2);
        Task<Published> late = client.PublishAsync("t", new("x") { Partition = 1 });
        await Eventually.Is(
            () =>
            {
                if (late.IsFaulted) late = client.PublishAsync("t", new("x") { Partition = 1 });
                return late.IsCompletedSuccessfully;
            },
            "the new partition was found");

        int Questions() => kafka.Requests.Count(request => request.Api == "Metadata");
    }

    [Test]
    public async Task I087_A_record_larger_than_a_request_is_refused_before_it_is_sent()
    {
        await using var client = await Client.ConnectAsync(kafka, new() { RequestBytes = 10_000 });
        await client.KnowAsync("t");
        var error = await Assert.ThrowsAsync<RecordTooLargeException>(() => client.PublishAsync("t", new byte[10_000]));
        Assert.That((error!.Outcome, error.Code), Is.EqualTo((Outcome.NotPersisted, ErrorCode.MessageTooLarge)));
        Assert.That(kafka.Produces(), Is.Zero);
        Assert.That((await client.PublishAsync("t", new byte[9_000])).Offset, Is.Zero);
    }

    [Test]
    public async Task F045_A_batch_that_the_broker_finds_too_large_goes_in_parts_and_only_what_alone_is_too_large_fails()
    {
        kafka.CreateTopic("small", settings: new() { MaxMessageBytes = 2_000 });
        await using var client = await Client.ConnectAsync(kafka, new() { Linger = TimeSpan.FromMilliseconds(50) });
        var sizes = Enumerable.Range(0, 40).Select(i => i == 20 ? 5_000 : 300).ToArray();
        var tasks = sizes.Select((size, i) => client.PublishAsync("small", Encoding.UTF8.GetBytes($"{i}".PadRight(size)))).ToArray();
        await Task.WhenAll(tasks).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.That(tasks.Select((task, i) => (i, task.IsCompletedSuccessfully)).Where(t => !t.IsCompletedSuccessfully).Select(t => t.i), Is.EqualTo(new[] { 20 }));
        Assert.That(((PublishException)tasks[20].Exception!.InnerException!).Code, Is.EqualTo(ErrorCode.MessageTooLarge));
        Assert.That(kafka.Values("small").Select(value => int.Parse(value, null)), Is.EqualTo(Enumerable.Range(0, 40).Where(i => i != 20)));
    }

    [Test]
    public async Task Keys_go_where_Java_sends_them_and_a_delegate_where_it_says()
    {
        await using var client = await Client.ConnectAsync(kafka);
        var published = await client.PublishAsync("six", new("key-1", "v"));
        Assert.That(published.Partition, Is.EqualTo(193331640 % 6));

        await using var sink = client.Sink("six", new() { Partitioner = Partitioners.By((_, record, n) => record.Value!.Value.Span[0] % n) });
        sink.OnNext("A");
        sink.OnCompleted();
        await sink.Completion;
        Assert.That(kafka.Values("six", 'A' % 6), Does.Contain("A"));
    }

    [Test]
    public async Task A_partitioner_that_fails_costs_its_record_alone()
    {
        await using var client = await Client.ConnectAsync(kafka);
        await using var sink = client.Sink("six", new() { Partitioner = Partitioners.PyKafka });
        var reports = new ReportList();
        using var _ = sink.Reports.Subscribe(reports);
        sink.OnNext(new ProducerRecord("no key") { Tag = 1 });
        sink.OnNext(new ProducerRecord("a", "v") { Tag = 2 });
        sink.OnCompleted();
        await sink.Completion;
        Assert.That(reports.All.OrderBy(r => r.Tag).Select(r => (r.Outcome, r.Tag)), Is.EqualTo(new[] { (Outcome.NotPersisted, 1L), (Outcome.Persisted, 2L) }));
    }

    [Test]
    public async Task Records_without_a_key_fill_one_batch_before_they_go_to_another_partition()
    {
        await using var client = await Client.ConnectAsync(kafka, new() { Linger = TimeSpan.FromMilliseconds(100), BatchBytes = 4_000 });
        await client.KnowAsync("six");
        // The next partition is chosen by chance: so many batches miss none of six.
        var published = await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => client.PublishAsync("six", $"{i}".PadRight(100))));
        var changes = published.Zip(published.Skip(1)).Count(pair => pair.First.Partition != pair.Second.Partition);
        Assert.That(changes, Is.InRange(100, 300), "about 36 records make a batch");
        Assert.That(published.Select(p => p.Partition).Distinct().Count(), Is.EqualTo(6));
    }

    [TestCase(Acks.None)]
    [TestCase(Acks.Leader)]
    [TestCase(Acks.All)]
    public async Task Records_arrive_in_order_with_any_acks(Acks acks)
    {
        await using var client = await Client.ConnectAsync(kafka, new() { Acks = acks });
        var published = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => client.PublishAsync("t", $"{i}")));
        await Eventually.Is(() => kafka.Log("t", 0).EndOffset == 2000, "all records are there");
        Assert.That(kafka.Values("t"), Is.EqualTo(Enumerable.Range(0, 2000).Select(i => $"{i}")));
        Assert.That(published.Select(p => p.Offset), acks is Acks.None ? Is.All.EqualTo(-1) : Is.EqualTo(Enumerable.Range(0, 2000)));
        Assert.That(kafka.Batches("t").Select(batch => batch.ProducerId >= 0), Is.All.EqualTo(acks is Acks.All));
    }
}
