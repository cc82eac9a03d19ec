using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Reactive.Testing;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.Topics;

namespace Samsa.Tests.Operators;

[TestFixture]
public sealed class ToTableTests
{
    Subject<CatchUp<KafkaRecord>> log = null!;
    TestScheduler scheduler = null!;
    long offset;

    [SetUp]
    public void Begin() => (log, scheduler, offset) = (new(), new(), 0);

    [TearDown]
    public void End() => log.Dispose();

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property It_is_the_fold_of_its_log_and_so_is_what_anybody_is_told_at_any_pace() =>
        Prop.ForAll(Gen.Choose(0, 99).ListOf().Select(list => list.ToArray()).ToArbitrary(), steps =>
        {
            Begin();
            var table = Table();
            var model = new Dictionary<string, string>();
            var told = new List<(Dictionary<string, string> Sum, bool IsAll, IDisposable Subscription)>();
            var watched = new List<Optional<string>>();
            using var watching = table.Watch("k1").Subscribe(watched.Add);
            foreach (var step in steps)
            {
                var key = $"k{step % 5}";
                switch (step / 10)
                {
                    case 0:
                        var sum = new Dictionary<string, string>();
                        told.Add((sum, true, table.Connect().Subscribe(change => Add(sum, change))));
                        break;
                    case 1:
                        var odd = new Dictionary<string, string>();
                        told.Add((odd, false, table.Connect(IsOdd).Subscribe(change => Add(odd, change))));
                        break;
                    case 2 or 3:
                        scheduler.AdvanceBy(step);
                        break;
                    case 4 or 5:
                        Write(key, null);
                        model.Remove(key);
                        break;
                    default:
                        Write(key, $"{step}");
                        model[key] = $"{step}";
                        break;
                }
            }

            scheduler.AdvanceBy(10_000);
            Assert.That(table, Is.EquivalentTo(model));
            foreach (var (sum, isAll, subscription) in told)
            {
                Assert.That(sum, Is.EquivalentTo(isAll ? model : model.Where(entry => IsOdd(entry.Key))));
                subscription.Dispose();
            }

            Assert.That(watched[^1], Is.EqualTo(model.TryGetValue("k1", out var value) ? new Optional<string>(value) : default));
        });

    [Test]
    public void Who_is_slow_is_told_the_latest_of_each_key_and_nothing_of_what_came_and_went()
    {
        var table = Table();
        var seen = new List<string>();
        using var connection = table.Connect().Subscribe(change => seen.Add($"{change}"));

        Write("a", "1");
        Write("b", "1");
        Write("gone", "1");
        Write("a", "2");
        Write("gone", null);
        scheduler.AdvanceBy(10);
        Write("b", null);
        Write("a", "3");
        Write("b", "2");
        Write("a", null);
        scheduler.AdvanceBy(10);

        Assert.That(seen, Is.EqualTo(new[] { "Add a: 2", "Add b: 1", "Update b: 1 → 2", "Remove a" }));
    }

    [Test]
    public void What_waits_for_who_is_slow_does_not_grow_with_keys_that_come_and_go()
    {
        var table = Table();
        var seen = new List<string>();
        using var connection = table.Connect().Subscribe(change => seen.Add(change.Key));
        for (var i = 0; i < 100_000; i++)
        {
            Write($"{i}", "1");
            Write($"{i}", null);
        }

        Write("last", "1");
        scheduler.AdvanceBy(10_000);

        Assert.That(seen, Is.EqualTo(new[] { "last" }));
    }

    [Test]
    public void An_observer_that_blocks_holds_up_neither_the_table_nor_others()
    {
        using var mayGoOn = new ManualResetEventSlim();
        using var isIn = new ManualResetEventSlim();
        var table = Table(new() { Scheduler = DefaultScheduler.Instance });
        using var blocked = table.Connect().Subscribe(_ =>
        {
            isIn.Set();
            mayGoOn.Wait(TimeSpan.FromSeconds(20));
        });
        Write("a", "1");
        Assert.That(isIn.Wait(TimeSpan.FromSeconds(20)));

        Write("a", "2");
        var other = table.Connect().FirstAsync().Timeout(TimeSpan.FromSeconds(20)).Wait();
        mayGoOn.Set();

        Assert.That((table["a"], $"{other}"), Is.EqualTo(("2", "Add a: 2")));
    }

    [Test]
    public void What_a_reader_of_values_throws_ends_the_reading_and_everybody_is_told()
    {
        var table = log.ToTable(record => record.KeyText!, record => int.Parse(record.Text!, null), new() { Scheduler = scheduler });
        var (changes, watch) = (scheduler.CreateObserver<string>(), scheduler.CreateObserver<int>());
        table.Changes.Select(change => $"{change}").Subscribe(changes);
        table.Watch("a").Select(value => value.Or(-1)).Subscribe(watch);

        Write("a", "1");
        Write("a", "one");
        Write("a", "2");
        scheduler.AdvanceBy(10);

        Assert.That((log.HasObservers, table["a"], table.Version), Is.EqualTo((false, 1, 1)));
        Assert.That(changes.Messages.Select(message => message.Value.Kind.ToString()), Is.EqualTo(new[] { "OnNext", "OnError" }));
        Assert.That(watch.Messages.Select(message => message.Value.Kind.ToString()), Is.EqualTo(new[] { "OnNext", "OnError" }));
        Assert.That(table.CaughtUp.Exception!.InnerException, Is.TypeOf<FormatException>());
    }

    [Test]
    public void A_filter_that_throws_ends_only_that_stream()
    {
        var table = Table();
        var (filtered, other) = (scheduler.CreateObserver<TableChange<string, string>>(), scheduler.CreateObserver<TableChange<string, string>>());
        table.Connect(_ => throw new FormatException()).Subscribe(filtered);
        table.Connect().Subscribe(other);

        Write("a", "1");
        scheduler.AdvanceBy(10);

        Assert.That(filtered.Messages.Single().Value.Exception, Is.TypeOf<FormatException>());
        Assert.That(other.Messages.Single().Value.HasValue);
    }

    [Test]
    public void More_keys_than_it_may_have_end_it_with_the_name_of_the_option()
    {
        var table = Table(new() { MaxKeys = 2, Scheduler = scheduler });
        foreach (var key in "abac") Write($"{key}", "1");

        Assert.That(table.CaughtUp.Exception!.InnerException, Is.TypeOf<InvalidOperationException>().With.Message.Contains("MaxKeys"));
        Assert.That(table.Keys, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void A_record_without_a_key_says_nothing_and_the_moment_is_told()
    {
        var table = Table();
        Write(null, "1");
        Assert.That((table.Count, table.CaughtUp.IsCompleted), Is.EqualTo((0, false)));

        log.OnNext(new(CatchUpKind.CaughtUp, default));

        Assert.That(table.CaughtUp.IsCompletedSuccessfully);
    }

    [Test]
    public async Task Disposing_completes_streams_and_cancels_the_wait_for_the_moment()
    {
        var table = Table();
        var changes = scheduler.CreateObserver<TableChange<string, string>>();
        table.Changes.Subscribe(changes);

        await table.DisposeAsync();
        scheduler.AdvanceBy(10);
        var late = scheduler.CreateObserver<TableChange<string, string>>();
        table.Changes.Subscribe(late);
        scheduler.AdvanceBy(10);

        Assert.That((table.CaughtUp.IsCanceled, log.HasObservers), Is.EqualTo((true, false)));
        Assert.That(changes.Messages.Concat(late.Messages).Select(message => message.Value.Kind.ToString()), Is.EqualTo(new[] { "OnCompleted", "OnCompleted" }));
    }

    [Test]
    public async Task A_topic_is_a_table_that_goes_on()
    {
        await using var stage = await Stage.OpenAsync(partitions: 3);
        await stage.Topic.PublishAsync(Enumerable.Range(0, 1000).Select(i => new ProducerRecord($"k{i % 100}", $"{i}")));
        await stage.Topic.PublishAsync(new ProducerRecord("k7", null));

        await using var table = stage.Topic.ToTable(record => record.KeyText!, record => int.Parse(record.Text!, null));
        await table.CaughtUp.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.That(table.OrderBy(entry => entry.Value), Is.EqualTo(
            Enumerable.Range(900, 100).Where(i => i != 907).Select(i => KeyValuePair.Create($"k{i % 100}", i))));

        var reborn = table.Watch("k7").Where(value => value.HasValue).FirstAsync().Timeout(TimeSpan.FromSeconds(30)).GetAwaiter();
        await stage.Topic.PublishAsync(new ProducerRecord("k7", "7"));
        Assert.That((await reborn).Value, Is.EqualTo(7));
        await table.DisposeAsync();
        await Eventually.Is(() => stage.Readings == 0, "no reading is left");
    }

    ITopicTable<string, string> Table(TableOptions<string>? options = null) =>
        log.ToTable(record => record.KeyText!, record => record.Text!, options ?? new() { Scheduler = scheduler });

    void Write(string? key, string? value) => log.OnNext(new(CatchUpKind.History, new ProducerRecord(key, value).AsRead("t", 0, offset++)));

    static bool IsOdd(string key) => (key[^1] - '0') % 2 == 1;

    // Each change has to fit what was told before.
    static void Add(Dictionary<string, string> sum, TableChange<string, string> change)
    {
        var known = sum.TryGetValue(change.Key, out var value) ? new Optional<string>(value) : default;
        Assert.That(change.Previous, Is.EqualTo(known), $"{change}");
        Assert.That(change.Reason, Is.EqualTo(!change.Current.HasValue ? ChangeReason.Remove : known.HasValue ? ChangeReason.Update : ChangeReason.Add));
        if (change.Current.HasValue) sum[change.Key] = change.Current.Value;
        else sum.Remove(change.Key);
    }
}
