using System.Reactive.Linq;
using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Producing;

public class FaultTests
{
    [Test]
    public async Task Leaders_that_move_lose_double_and_reorder_nothing([Values] bool brokersStop)
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        kafka.CreateTopic("t", partitions: 3);
        var pool = new TrackedPool();
        await using var client = await Client.ConnectAsync(kafka, arrays: pool);
        var sink = client.Sink("t");
        const int Records = 60_000;
        var faults = Task.Run(async () =>
        {
            for (var round = 0; round < 8; round++)
            {
                await Task.Delay(40);
                var broker = 1 + round % 3;
                if (brokersStop)
                {
                    await kafka.StopBrokerAsync(broker);
                    await Task.Delay(40);
                    await kafka.StartBrokerAsync(broker);
                }
                else
                {
                    for (var partition = 0; partition < 3; partition++) kafka.MoveLeader("t", partition, 1 + (round + partition) % 3);
                }
            }
        });
        for (var i = 0; i < Records; i++)
        {
            sink.OnNext(new ProducerRecord($"{i}") { Partition = i % 3, Tag = i });
            if (i % 100 == 0) await Task.Delay(1);
        }

        await faults;
        sink.OnCompleted();
        Assert.That(await sink.Completion.WaitAsync(TimeSpan.FromMinutes(1)), Is.EqualTo(new DeliveryCounts(Records, 0, 0)));
        for (var partition = 0; partition < 3; partition++)
            Assert.That(kafka.Values("t", partition).Select(value => int.Parse(value, null)), Is.EqualTo(Enumerable.Range(0, Records).Where(i => i % 3 == partition)));

        await client.DisposeAsync();
        Assert.That((pool.Outside, pool.Strangers), Is.EqualTo((0, 0)), $"of {pool.Rented} rented arrays");
    }

    // The leader halts with an answer due, another one leads and takes what comes behind, and then the first answer is lost after all.
    [Test]
    public async Task A_batch_whose_answer_is_due_for_long_is_still_known_when_it_is_sent_again()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t", settings: new() { ReplicationFactor = 2 });
        kafka.MoveLeader("t", 0, 1);
        await using var client = await Client.ConnectAsync(kafka);
        await client.PublishAsync("t", "0");
        using var halted = kafka.Faults.Next(ApiKey.Produce).On(broker: 1).Applied().Hold();
        var published = new List<Task<Published>> { client.PublishAsync("t", "1") };
        await halted.FiredAsync();
        kafka.MoveLeader("t", 0, 2);
        await client.LookAsync();

        for (var i = 2; i < 12; i++)
        {
            published.Add(client.PublishAsync("t", $"{i}"));
            // Each in a batch of its own, as many as are sent meanwhile.
            for (var waited = 0; waited < 20 && kafka.Log("t", 0).EndOffset <= i; waited++) await Task.Delay(10);
        }

        await kafka.StopBrokerAsync(1);
        await Task.WhenAll(published).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.That(kafka.Values("t"), Is.EqualTo(Enumerable.Range(0, 12).Select(i => $"{i}")));
        Assert.That(published.Select(one => one.Result.Offset), Is.EqualTo(Enumerable.Range(1, 11)));
    }

    [Test]
    public async Task A_leader_that_is_away_too_long_costs_its_records_and_says_what_is_known()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t", settings: new() { ReplicationFactor = 1 });
        await using var client = await Client.ConnectAsync(kafka, new() { DeliveryTimeout = TimeSpan.FromSeconds(1) });
        await client.PublishAsync("t", "a");
        await kafka.StopBrokerAsync(kafka.LeaderOf("t", 0));
        // What is written into a connection that is being cut may have arrived; this is about what never left.
        await client.LookAsync();
        await Eventually.Is(() => client.View.Find("t", 0)?.Leader < 0, "the client knows that the partition has no leader");

        var error = await Assert.ThrowsAsync<PublishException>(() => client.PublishAsync("t", "b"));
        Assert.That((error!.Outcome, error.Code), Is.EqualTo((Outcome.NotPersisted, ErrorCode.RequestTimedOut)));
        await kafka.StartBrokerAsync(kafka.Brokers.First(broker => !broker.IsRunning).Id);
        Assert.That((await client.PublishAsync("t", "c")).Offset, Is.EqualTo(1));
    }

    [Test]
    public async Task A_topic_that_is_deleted_fails_its_records_by_the_delivery_timeout()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { AutoCreateTopics = false });
        kafka.CreateTopic("t");
        await using var client = await Client.ConnectAsync(kafka, new() { DeliveryTimeout = TimeSpan.FromSeconds(3), FlushTimeout = TimeSpan.FromSeconds(2) });
        await client.PublishAsync("t", "a");
        kafka.DeleteTopic("t");
        var error = await Assert.ThrowsAsync<PublishException>(() => client.PublishAsync("t", "b"));
        Assert.That(error!.Outcome, Is.EqualTo(Outcome.NotPersisted));

        kafka.CreateTopic("t");
        Assert.That((await client.PublishAsync("t", "c").WaitAsync(TimeSpan.FromSeconds(20))).Offset, Is.Zero, "the topic of that name that is there now");
    }

    [Test]
    public async Task F056_Disposing_does_not_hang_on_a_cluster_that_is_gone()
    {
        var kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t");
        await using var client = await Client.ConnectAsync(kafka, new() { FlushTimeout = TimeSpan.FromMilliseconds(300) });
        await client.PublishAsync("t", "a");
        await kafka.DisposeAsync();
        var left = client.PublishAsync("t", "b");
        await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        var error = await Assert.ThrowsAsync<PublishException>(() => left);
        Assert.That(error!.Outcome, Is.EqualTo(Outcome.NotPersisted).Or.EqualTo(Outcome.Unknown));
    }

    [Test]
    public async Task Each_generation_gets_the_format_it_knows(
        [Values] KafkaProfile profile, [Values(CompressionCodec.None, CompressionCodec.Gzip, CompressionCodec.Snappy, CompressionCodec.Lz4)] CompressionCodec codec)
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = profile });
        kafka.CreateTopic("t");
        await using var client = await Client.ConnectAsync(kafka);
        var sink = client.Sink("t", new() { Compression = codec });
        var values = Enumerable.Range(0, 3000).Select(i => $"value {i}").ToArray();
        values.ToObservable().Subscribe(sink);
        Assert.That(await sink.Completion, Is.EqualTo(new DeliveryCounts(3000, 0, 0)));
        Assert.That(kafka.Values("t"), Is.EqualTo(values));
        var magic = profile switch { KafkaProfile.V0_8_2 => 0, KafkaProfile.V0_10_2 => 1, _ => 2 };
        Assert.That(kafka.Batches("t").Select(batch => (int)batch.Magic), Is.All.EqualTo(magic));
        Assert.That(kafka.Batches("t").Select(batch => batch.ProducerId >= 0), Is.All.EqualTo(magic == 2));
    }

    [Test]
    public async Task What_an_old_broker_does_not_know_is_refused_and_not_dropped()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V0_10_2 });
        kafka.CreateTopic("t");
        await using var client = await Client.ConnectAsync(kafka);
        var plain = client.PublishAsync("t", "a");
        var withHeaders = client.PublishAsync("t", new ProducerRecord("b") { Headers = [new RecordHeader("h", null)] });
        var later = client.PublishAsync("t", "c");
        var error = await Assert.ThrowsAsync<PublishException>(() => withHeaders);
        Assert.That((error!.Outcome, error.Code), Is.EqualTo((Outcome.NotPersisted, ErrorCode.UnsupportedForMessageFormat)));
        Assert.That(((await plain).Offset, (await later).Offset), Is.EqualTo((0, 1)));
        // Also when the format is known from the start.
        error = await Assert.ThrowsAsync<PublishException>(() => client.PublishAsync("t", new ProducerRecord("d") { Headers = [new RecordHeader("h", null)] }));
        Assert.That(error!.Code, Is.EqualTo(ErrorCode.UnsupportedForMessageFormat));

        var sink = client.Sink("t", new() { Compression = CompressionCodec.Zstd });
        var reports = new ReportList();
        using var _ = sink.Reports.Subscribe(reports);
        sink.OnNext("z");
        sink.OnCompleted();
        Assert.That(await sink.Completion, Is.EqualTo(new DeliveryCounts(0, 1, 0)));
        Assert.That(reports.All[0].Error!.Code, Is.EqualTo(ErrorCode.UnsupportedCompressionType));
    }

    [Test]
    public async Task Idempotence_that_is_insisted_on_needs_a_broker_that_has_it()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V0_10_2 });
        kafka.CreateTopic("t");
        await using var client = await Client.ConnectAsync(kafka, new() { Idempotent = true });
        var error = await Assert.ThrowsAsync<PublishException>(() => client.PublishAsync("t", "a"));
        Assert.That(error!.Message, Does.Contain("Idempotent"));
    }
}
