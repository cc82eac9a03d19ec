using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Embedded;
using Samsa.Flow;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.Flow;
using Samsa.Tests.Producing;

namespace Samsa.Tests.Operators;

[TestFixture]
public sealed class ProduceToTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void A_lease_ends_with_what_became_of_the_record_and_before_its_report_is_told()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        using var topic = new ScriptedTopic(scheduler, TimeSpan.FromTicks(10)) { Refused = "2" };
        var seen = new List<string>();
        using var subscription = source.ProduceTo(topic, Record, 10, scheduler).Subscribe(report => seen.Add($"{report.Outcome} {report.Tag}: {ledger.All}"));

        for (var i = 1; i <= 3; i++) source.OnNext(ledger.Element(i));
        scheduler.AdvanceBy(5);
        Assert.That(ledger.All, Is.EqualTo("open open open"));
        scheduler.AdvanceBy(20);

        Assert.That(seen, Is.EqualTo(new[]
        {
            "Persisted 1: completed open open", "NotPersisted 2: completed failed open", "Persisted 3: completed failed completed",
        }));
    }

    [Test]
    public void Reports_come_in_the_order_of_the_source_however_long_each_takes()
    {
        using var topic = new ScriptedTopic(scheduler, text => TimeSpan.FromTicks(100 / int.Parse(text, null)));
        var seen = new List<long>();
        using var subscription = Observable.Range(1, 9).ProduceTo(topic, i => new($"{i}") { Tag = i }, 16, scheduler).Subscribe(report => seen.Add(report.Tag));

        scheduler.AdvanceBy(99);
        Assert.That(seen, Is.Empty);
        scheduler.AdvanceBy(20);

        Assert.That(seen, Is.EqualTo(Enumerable.Range(1, 9)));
    }

    [Test]
    public void Numbers_go_on_counting_when_the_ring_has_gone_round()
    {
        using var topic = new ScriptedTopic(scheduler, TimeSpan.FromTicks(3));
        var (source, seen) = (new Subject<int>(), new List<long>());
        using var subscription = source.ProduceTo(topic, i => new($"{i}") { Tag = i }, 3, scheduler).Subscribe(report => seen.Add(report.Tag));

        for (var i = 0; i < 100; i++)
        {
            source.OnNext(i);
            if (i % 3 == 2) scheduler.AdvanceBy(10);
        }

        scheduler.AdvanceBy(10);
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 100)));
    }

    [Test]
    public async Task More_than_so_many_wait_in_OnNext_and_go_on_when_one_has_been_told()
    {
        using var topic = new ScriptedTopic(scheduler, TimeSpan.FromTicks(10));
        var (source, seen) = (new Subject<int>(), new List<long>());
        using var subscription = source.ProduceTo(topic, i => new($"{i}") { Tag = i }, 2, scheduler).Subscribe(report => seen.Add(report.Tag));
        source.OnNext(1);
        source.OnNext(2);

        var third = Task.Run(() => source.OnNext(3));
        Assert.That(await Task.WhenAny(third, Task.Delay(50)), Is.Not.SameAs(third));
        scheduler.AdvanceBy(15);
        await third.WaitAsync(TimeSpan.FromSeconds(10));
        scheduler.AdvanceBy(15);

        Assert.That(seen, Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public async Task Disposal_frees_who_waits_and_leases_still_end_with_what_became_of_the_records()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        using var topic = new ScriptedTopic(scheduler, TimeSpan.FromTicks(10)) { Refused = "2" };
        var seen = 0;
        var subscription = source.ProduceTo(topic, Record, 2, scheduler).Subscribe(_ => seen++);
        source.OnNext(ledger.Element(1));
        source.OnNext(ledger.Element(2));
        var third = Task.Run(() => source.OnNext(ledger.Element(3)));

        await Eventually.Is(() => ledger.Open == 3, "the third is taken in and waits");
        subscription.Dispose();
        await third.WaitAsync(TimeSpan.FromSeconds(10));
        scheduler.AdvanceBy(50);

        Assert.That((ledger.All, seen, topic.Doors, source.HasObservers), Is.EqualTo(("completed failed failed", 0, 0, false)));
    }

    [Test]
    public void An_observer_that_would_wait_for_itself_is_told()
    {
        using var topic = new ScriptedTopic(scheduler, TimeSpan.FromTicks(10));
        var source = new Subject<int>();
        Exception? error = null;
        using var subscription = source.ProduceTo(topic, i => new($"{i}"), 1, scheduler).Subscribe(_ =>
        {
            source.OnNext(2);
            source.OnNext(3);
        }, thrown => error = thrown);

        source.OnNext(1);
        scheduler.AdvanceBy(100);

        Assert.That(error, Is.TypeOf<InvalidOperationException>().With.Message.Contains("wait for itself"));
    }

    [Test]
    public void What_the_record_of_an_element_throws_fails_its_lease_and_comes_behind_the_reports()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        using var topic = new ScriptedTopic(scheduler, TimeSpan.FromTicks(10));
        var seen = scheduler.CreateObserver<long>();
        using var subscription = source
            .ProduceTo(topic, element => element.Value == 2 ? throw new FormatException("no record") : Record(element), 5, scheduler)
            .Select(report => report.Tag).Subscribe(seen);

        source.OnNext(ledger.Element(1));
        source.OnNext(ledger.Element(2));
        scheduler.AdvanceBy(100);

        Assert.That(ledger.All, Is.EqualTo("completed failed"));
        Assert.That(seen.Messages.Select(message => message.Value.Kind.ToString()), Is.EqualTo(new[] { "OnNext", "OnError" }));
        Assert.That((topic.Doors, source.HasObservers), Is.EqualTo((0, false)));
    }

    [Test]
    public void A_client_that_is_closed_ends_the_stream_behind_what_it_still_tells()
    {
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        using var topic = new ScriptedTopic(scheduler, TimeSpan.FromTicks(10)) { ClosedAt = "2" };
        var seen = scheduler.CreateObserver<DeliveryReport>();
        using var subscription = source.ProduceTo(topic, Record, 5, scheduler).Subscribe(seen);

        source.OnNext(ledger.Element(1));
        source.OnNext(ledger.Element(2));
        scheduler.AdvanceBy(100);

        Assert.That(ledger.All, Is.EqualTo("completed failed"));
        Assert.That(seen.Messages[^1].Value.Exception, Is.TypeOf<ObjectDisposedException>());
        Assert.That(seen.Messages, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_stream_is_written_in_its_order_and_told_in_its_order()
    {
        await using var brokers = await EmbeddedKafka.StartAsync();
        brokers.CreateTopic("t", partitions: 3);
        await using var kafka = await Kafka.ConnectAsync(brokers.BootstrapServers);

        var reports = await Observable.Range(0, 10_000).Select(i => new ProducerRecord($"{i % 50}", $"{i}") { Tag = i })
            .ProduceTo(kafka.Topics["t"], capacity: 512).ToList().Timeout(TimeSpan.FromSeconds(60));

        Assert.That(reports.Select(report => report.Tag), Is.EqualTo(Enumerable.Range(0, 10_000)));
        Assert.That(reports.Select(report => report.Outcome), Is.All.EqualTo(Outcome.Persisted));
        foreach (var partition in reports.GroupBy(report => report.Partition))
            Assert.That(brokers.Values("t", partition.Key), Is.EqualTo(partition.Select(report => $"{report.Tag}")));
    }

    [Test]
    public async Task A_stream_with_its_own_options_is_flushed_at_its_end_and_its_producer_goes()
    {
        await using var brokers = await EmbeddedKafka.StartAsync();
        brokers.CreateTopic("t");
        await using var kafka = await Kafka.ConnectAsync(brokers.BootstrapServers);
        var lingering = kafka.Options.Produce with { Linger = TimeSpan.FromMinutes(10) };
        var written = new[] { "a", "b" }.ToObservable().ProduceTo(kafka.Topics["t"], text => text, lingering);

        var first = await written.ToList().Timeout(TimeSpan.FromSeconds(30));
        var second = await written.ToList().Timeout(TimeSpan.FromSeconds(30));

        Assert.That(first.Concat(second).Select(report => report.Offset), Is.EqualTo(new[] { 0, 1, 2, 3 }), "cold: each subscription writes");
        Assert.That(brokers.Values("t"), Is.EqualTo(new[] { "a", "b", "a", "b" }));
    }

    [Test]
    public async Task A_record_that_is_too_large_is_a_report_and_the_others_are_written()
    {
        await using var brokers = await EmbeddedKafka.StartAsync();
        brokers.CreateTopic("t");
        await using var kafka = await Kafka.ConnectAsync(brokers.BootstrapServers);
        var ledger = new Ledger();

        var reports = await new[] { 1, 2000, 3 }.Select(ledger.Element).ToObservable()
            .ProduceTo(kafka.Topics["t"], element => new string('x', element.Value), new SinkOptions { RequestBytes = 1000 }).ToList();

        Assert.That(reports.Select(report => report.Outcome), Is.EqualTo(new[] { Outcome.Persisted, Outcome.NotPersisted, Outcome.Persisted }));
        Assert.That(reports[1].Error, Is.TypeOf<RecordTooLargeException>());
        Assert.That(ledger.All, Is.EqualTo("completed failed completed"));
    }

    [Test]
    public async Task Who_subscribes_when_the_client_is_closed_is_told()
    {
        await using var brokers = await EmbeddedKafka.StartAsync();
        var kafka = await Kafka.ConnectAsync(brokers.BootstrapServers);
        await kafka.DisposeAsync();

        Assert.That(async () => await Observable.Return<ProducerRecord>("a").ProduceTo(kafka.Topics["t"]), Throws.TypeOf<ObjectDisposedException>());
    }

    static ProducerRecord Record(Ledger.Counted element) => new($"{element.Value}") { Tag = element.Value };
}
