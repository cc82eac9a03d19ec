using System.Reactive.Linq;
using Samsa.Embedded;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Producing;

/// <summary>A buffer that holds some records, and a broker that does not take them: the leader is stopped.</summary>
public class OverflowTests
{
    static readonly SinkOptions Small = new() { BufferBytes = 16_000, BatchBytes = 2_000, DeliveryTimeout = TimeSpan.FromMinutes(1), Retry = new() { Most = TimeSpan.FromMilliseconds(100) } };

    EmbeddedKafka kafka = null!;

    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t", settings: new() { ReplicationFactor = 1 });
    }

    [TearDown]
    public async Task Stop() => await kafka.DisposeAsync();

    async Task<Client> StuckAsync(SinkOptions options)
    {
        var client = await Client.ConnectAsync(kafka, options);
        await client.PublishAsync("t", "first");
        await kafka.StopBrokerAsync(kafka.LeaderOf("t", 0) is var leader ? leader : 0);
        return client;
    }

    Task GoOnAsync() => kafka.StartBrokerAsync(kafka.Brokers.First(broker => !broker.IsRunning).Id);

    static string Text(int i) => $"{i}".PadRight(100);

    [Test]
    public async Task F055_Block_holds_the_caller_until_there_is_room_and_loses_nothing()
    {
        await using var client = await StuckAsync(Small);
        var sink = client.Sink("t");
        var sent = 0;
        var caller = Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                sink.OnNext(Text(i));
                Volatile.Write(ref sent, i + 1);
            }

            sink.OnCompleted();
        });
        await Eventually.Is(() => Volatile.Read(ref sent) > 10, "some fit into the buffer");
        await Task.Delay(200);
        Assert.That(Volatile.Read(ref sent), Is.LessThan(150), "the others wait");

        await GoOnAsync();
        await caller.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That(await sink.Completion, Is.EqualTo(new DeliveryCounts(500, 0, 0)));
        Assert.That(kafka.Values("t").Skip(1), Is.EqualTo(Enumerable.Range(0, 500).Select(Text)));
    }

    [Test]
    public async Task Awaited_records_wait_for_room_in_their_order()
    {
        await using var client = await StuckAsync(Small);
        var tasks = Enumerable.Range(0, 300).Select(i => client.PublishAsync("t", Text(i))).ToArray();
        await Task.Delay(100);
        Assert.That(tasks.Count(task => task.IsCompleted), Is.Zero);
        await GoOnAsync();
        Assert.That((await Task.WhenAll(tasks)).Select(p => p.Offset), Is.EqualTo(Enumerable.Range(1, 300)));
    }

    [Test]
    public async Task F055_Block_gives_up_when_its_time_is_over()
    {
        await using var client = await StuckAsync(Small with { BlockTimeout = TimeSpan.FromMilliseconds(300), DeliveryTimeout = TimeSpan.FromSeconds(5), FlushTimeout = TimeSpan.Zero });
        var error = await Caught(Task.WhenAll(Enumerable.Range(0, 300).Select(i => client.PublishAsync("t", Text(i)))));
        Assert.That(error, Is.InstanceOf<PublishException>());
    }

    [Test]
    public async Task Fail_refuses_and_says_so()
    {
        await using var client = await StuckAsync(Small with { Overflow = Overflow.Fail });
        var tasks = Enumerable.Range(0, 300).Select(i => client.PublishAsync("t", Text(i))).ToArray();
        var refused = tasks.Where(task => task.IsFaulted).ToArray();
        Assert.That(refused, Has.Length.InRange(100, 290));
        Assert.That(refused.Select(task => task.Exception!.InnerException), Is.All.TypeOf<BufferFullException>());
        await GoOnAsync();
        await Task.WhenAll(tasks.Except(refused));
    }

    [Test]
    public async Task Drop_newest_keeps_what_came_first()
    {
        await using var client = await StuckAsync(Small);
        var sink = client.Sink("t", Small with { Overflow = Overflow.DropNewest });
        var reports = new ReportList();
        using var _ = sink.Reports.Subscribe(reports);
        for (var i = 0; i < 300; i++) sink.OnNext(new ProducerRecord(Text(i)) { Tag = i });
        await GoOnAsync();
        sink.OnCompleted();
        var counts = await sink.Completion;
        Assert.That((counts.Total, counts.NotPersisted > 100), Is.EqualTo((300, true)));
        var kept = reports.All.Where(r => r.Outcome is Outcome.Persisted).Select(r => r.Tag).Order().ToArray();
        Assert.That(kept[0], Is.Zero);
        Assert.That(kept.Last(), Is.LessThan(290));
        Assert.That(reports.All.Where(r => r.Outcome is Outcome.NotPersisted).Select(r => r.Error), Is.All.TypeOf<BufferFullException>());
    }

    [Test]
    public async Task Drop_oldest_keeps_what_came_last()
    {
        await using var client = await StuckAsync(Small);
        var sink = client.Sink("t", Small with { Overflow = Overflow.DropOldest });
        var reports = new ReportList();
        using var _ = sink.Reports.Subscribe(reports);
        for (var i = 0; i < 300; i++)
        {
            sink.OnNext(new ProducerRecord(Text(i)) { Tag = i });
            // The first ones are copies that wait for the topic to be known.
            if (i == 0) await Eventually.Is(() => client.View.Topics.ContainsKey("t"), "the topic is known");
        }

        await GoOnAsync();
        sink.OnCompleted();
        Assert.That((await sink.Completion).Total, Is.EqualTo(300));
        var kept = reports.All.Where(r => r.Outcome is Outcome.Persisted).Select(r => r.Tag).Order().ToArray();
        Assert.That(kept.LastOrDefault(), Is.EqualTo(299), string.Join("; ", reports.All.Select(r => r.Error?.Message).Distinct()));
        Assert.That(kept.Length, Is.InRange(10, 200));
    }

    [Test]
    public async Task An_observer_of_reports_that_publishes_into_a_full_buffer_is_refused_instead_of_waiting_for_itself()
    {
        await using var client = await Client.ConnectAsync(kafka, Small);
        await client.PublishAsync("t", "first");
        var sink = client.Sink("t");
        var (refused, fed) = (new TaskCompletionSource<DeliveryReport>(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        using var _ = sink.Reports.Subscribe(report =>
        {
            if (report.Outcome is not Outcome.Persisted) refused.TrySetResult(report);
            while (!refused.Task.IsCompleted && fed++ < 10_000 && sink.Counts.NotPersisted == 0) sink.OnNext(Text(fed));
        });
        sink.OnNext("go");
        var report = await refused.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(report.Error, Is.TypeOf<BufferFullException>());
    }

    static async Task<Exception?> Caught(Task task)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromSeconds(60));
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
