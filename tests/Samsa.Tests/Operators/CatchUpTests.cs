using System.Collections.Concurrent;
using System.Reactive.Linq;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.Topics;

namespace Samsa.Tests.Operators;

/// <summary>The moment between what was there and what comes, on topics.</summary>
[TestFixture]
public sealed class CatchUpTests
{
    readonly ConcurrentQueue<string> seen = [];
    Exception? error;
    bool completed;

    [SetUp]
    public void Forget()
    {
        seen.Clear();
        (error, completed) = (null, false);
    }

    [Test]
    public async Task The_moment_comes_between_what_was_there_and_what_comes()
    {
        await using var stage = await Stage.OpenAsync(partitions: 3);
        stage.Write(0, "a", "b");
        stage.Write(2, "c");

        using var reading = Watch(stage.Topic.WithCatchUp());
        await Sees(4);
        stage.Write(1, "d");
        await Sees(5);
        stage.Write(0, "e");
        await Sees(6);

        Assert.That(seen.Take(3).Order(), Is.EqualTo(new[] { "History a", "History b", "History c" }));
        Assert.That(seen.Skip(3), Is.EqualTo(new[] { "caught up", "Live d", "Live e" }));
    }

    [Test]
    public async Task An_empty_topic_has_been_caught_up_with_at_once()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);

        using var reading = Watch(stage.Topic.WithCatchUp());
        await Sees(1);
        stage.Write(1, "a");
        await Sees(2);

        Assert.That(seen, Is.EqualTo(new[] { "caught up", "Live a" }));
    }

    [Test]
    public async Task Who_begins_at_the_end_has_nothing_to_catch_up_with_and_misses_nothing()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "old");

        using var reading = Watch(stage.Topic.WithCatchUp(new() { Start = StartFrom.End }));
        await Sees(1);
        stage.Write(0, "new");
        await Sees(2);

        Assert.That(seen, Is.EqualTo(new[] { "caught up", "Live new" }));
    }

    [TestCase(Isolation.ReadCommitted, "History a, caught up, Live b")]
    [TestCase(Isolation.ReadUncommitted, "History a, History gone, caught up, Live b")]
    public async Task Markers_and_aborted_records_at_the_end_do_not_hold_it_up(Isolation isolation, string expected)
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "a");
        Transactions.Write(stage, producer: 7, "gone");
        Transactions.Mark(stage, producer: 7, ControlType.Abort);

        using var reading = Watch(stage.Topic.WithCatchUp(new() { Isolation = isolation }));
        await Eventually.Is(() => seen.Contains("caught up"), "it catches up");
        stage.Write(0, "b");
        await Sees(expected.Split(", ").Length);

        Assert.That(string.Join(", ", seen), Is.EqualTo(expected));
    }

    [Test]
    public async Task Who_reads_committed_catches_up_with_the_first_open_transaction_and_loses_none_of_it()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "a");
        Transactions.Write(stage, producer: 7, "open");
        stage.Write(0, "behind");

        using var reading = Watch(stage.Topic.WithCatchUp(new() { Isolation = Isolation.ReadCommitted }));
        await Sees(2);
        Transactions.Mark(stage, producer: 7, ControlType.Commit);
        await Sees(4);

        Assert.That(seen, Is.EqualTo(new[] { "History a", "caught up", "Live open", "Live behind" }));
    }

    [Test]
    public async Task A_topic_that_is_not_there_yet_is_waited_for()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);

        using var reading = Watch(stage.Topic.WithCatchUp());
        await stage.Tells<TopicMissing>(_ => true);
        stage.Brokers.CreateTopic("t", 2);
        await Sees(1);
        stage.Write(1, "a");
        await Sees(2);

        Assert.That(seen.Order(), Is.EqualTo(new[] { "Live a", "caught up" }));
    }

    [Test]
    public async Task Records_that_are_written_all_the_while_are_seen_once_each()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(() =>
        {
            for (; !stop.IsCancellationRequested; written++)
            {
                stage.Write(written % 2, $"{written}");
                // As fast as possible would be faster than anybody can read here.
                if (written % 10 == 0) stop.Token.WaitHandle.WaitOne(1);
            }
        });
        var readings = new List<(ConcurrentQueue<CatchUp<(int Partition, long Offset)>> Seen, IDisposable Subscription)>();
        for (var i = 0; i < 8; i++)
        {
            var mine = new ConcurrentQueue<CatchUp<(int, long)>>();
            readings.Add((mine, stage.Topic.WithCatchUp().Select(Place).Subscribe(mine.Enqueue)));
            await Eventually.Is(() => mine.Any(next => next.Kind is CatchUpKind.Live), "it reads live");
        }

        await stop.CancelAsync();
        await writing;
        foreach (var (places, subscription) in readings)
        {
            await Eventually.Is(() => places.Count >= written + 1, $"all {written} are seen (now {places.Count})");
            subscription.Dispose();
            foreach (var partition in places.Where(next => next.Kind is not CatchUpKind.CaughtUp).GroupBy(next => next.Value.Partition))
                Assert.That(partition.Select(next => next.Value.Offset), Is.EqualTo(Enumerable.Range(0, (written + 1 - partition.Key) / 2)));
        }

        static CatchUp<(int, long)> Place(CatchUp<KafkaRecord> next) =>
            new(next.Kind, next.Kind is CatchUpKind.CaughtUp ? default : (next.Value.Partition, next.Value.Offset));
    }

    [Test]
    public async Task Until_caught_up_completes_there_and_the_reading_is_closed()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        stage.WriteNumbers(0, 0, 50);

        var records = await stage.Topic.WithCatchUp().UntilCaughtUp().Select(record => record.Text).ToList();

        Assert.That(records, Is.EqualTo(Enumerable.Range(0, 50).Select(n => $"{n}")));
        await Eventually.Is(() => stage.Readings == 0, "no reading is left");
    }

    [Test]
    public async Task A_client_that_is_closed_is_an_error()
    {
        var stage = await Stage.OpenAsync();
        var topic = stage.Topic;
        await stage.DisposeAsync();

        using var reading = Watch(topic.WithCatchUp());
        await Eventually.Is(() => error is not null, "it fails");

        Assert.That(error, Is.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public async Task With_UntilEnd_it_completes_behind_the_moment()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "a");

        using var reading = Watch(stage.Topic.WithCatchUp(new() { UntilEnd = true }));
        await Eventually.Is(() => completed, "it completes");

        Assert.That(seen, Is.EqualTo(new[] { "History a", "caught up" }));
    }

    [Test]
    public async Task Who_leaves_before_the_brokers_have_answered_opens_no_reading()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "a");

        Watch(stage.Topic.WithCatchUp()).Dispose();
        Watch(stage.Topic.ReplayThenLive(StartFrom.Beginning)).Dispose();

        await Eventually.Is(() => stage.Readings == 0, "no reading is left");
        Assert.That((seen.Count, error), Is.EqualTo((0, default(Exception))));
    }

    [Test]
    public async Task The_history_of_all_partitions_is_replayed_in_the_order_of_time()
    {
        await using var stage = await Stage.OpenAsync(partitions: 3);
        for (var i = 0; i < 300; i++)
            stage.Brokers.AppendRaw("t", i * 7 % 3, Transactions.Batch($"{i}", time: 1000 + i));

        using var reading = Watch(stage.Topic.ReplayThenLive(StartFrom.Beginning));
        await Sees(301);
        stage.Write(0, "new");
        await Sees(302);

        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 300).Select(i => $"History {i}").Concat(["caught up", "Live new"])));
        await Eventually.Is(() => stage.Readings == 1, "of the readings of the history none is left");
    }

    [Test]
    public async Task The_last_of_each_partition_can_be_replayed()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        for (var i = 0; i < 20; i++) stage.Brokers.AppendRaw("t", i % 2, Transactions.Batch($"{i}", time: 1000 + i));

        var last = await stage.Topic.ReplayThenLive(StartFrom.Last(2)).UntilCaughtUp().Select(record => record.Text).ToList();

        Assert.That(last, Is.EqualTo(new[] { "16", "17", "18", "19" }));
    }

    IDisposable Watch(IObservable<CatchUp<KafkaRecord>> reading) => reading
        .Select(next => next.Kind is CatchUpKind.CaughtUp ? "caught up" : $"{next.Kind} {next.Value.Text}")
        .Subscribe(seen.Enqueue, thrown => error = thrown, () => completed = true);

    Task Sees(int count) => Eventually.Is(() => seen.Count >= count || error is not null, $"{count} are seen (now {string.Join(", ", seen)}; {error})");
}
