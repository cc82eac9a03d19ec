using System.Collections.Concurrent;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.Tests.Topics;

namespace Samsa.Tests.Operators;

[TestFixture]
public sealed class LagTests
{
    [TestCase(null, null)]
    [TestCase(0L, 90L)]
    [TestCase(10L, 90L)]
    [TestCase(99L, 1L)]
    [TestCase(100L, 0L)]
    [TestCase(101L, 0L)]
    public void What_was_deleted_does_not_count_and_nobody_is_ahead(long? position, long? lag) =>
        Assert.That(new PartitionLag(0, position, Beginning: 10, End: 100).Lag, Is.EqualTo(lag));

    [Test]
    public void The_latest_position_of_each_partition_counts_and_all_partitions_of_an_answer_are_told()
    {
        var (scheduler, positions) = (new TestScheduler(), new Subject<PartitionPosition>());
        var seen = new List<string>();
        IReadOnlyList<PartitionOffsets> held = [new(0, 0, 10), new(1, 0, 20)];
        using var subscription = positions.Lag(_ => new(held), TimeSpan.FromSeconds(1), scheduler)
            .Subscribe(lags => seen.Add(string.Join(' ', lags.Select(lag => $"{lag.Partition}:{lag.Lag?.ToString() ?? "?"}"))));

        positions.OnNext(new(new("t", 0), 3));
        positions.OnNext(new(new("t", 0), 4));
        scheduler.AdvanceBy(TimeSpan.FromSeconds(1.5).Ticks);
        positions.OnNext(new(new("t", 7), 1));
        positions.OnNext(new(new("t", 1), 20));
        scheduler.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);

        Assert.That(seen, Is.EqualTo(new[] { "0:? 1:?", "0:6 1:?", "0:6 1:0" }));
    }

    [Test]
    public void A_question_that_throws_at_once_is_an_error()
    {
        var (scheduler, positions) = (new TestScheduler(), new Subject<PartitionPosition>());
        Exception? error = null;
        using var subscription = positions.Lag(_ => throw new FormatException(), TimeSpan.FromSeconds(1), scheduler).Subscribe(_ => { }, thrown => error = thrown);

        Assert.That((error?.GetType(), positions.HasObservers), Is.EqualTo((typeof(FormatException), false)));
    }

    [Test]
    public void What_the_observer_throws_goes_to_the_scheduler()
    {
        var (scheduler, positions, answer) = (new TestScheduler(), new Subject<PartitionPosition>(), new TaskCompletionSource<IReadOnlyList<PartitionOffsets>>());
        using var subscription = positions.Lag(_ => new(answer.Task), TimeSpan.FromSeconds(1), scheduler).Subscribe(_ => throw new FormatException());
        answer.SetResult([new(0, 0, 10)]);

        Assert.That(
            () =>
            {
                SpinWait.SpinUntil(() => !positions.HasObservers, TimeSpan.FromSeconds(20));
                for (var i = 0; i < 100; i++)
                {
                    scheduler.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);
                    Thread.Sleep(10);
                }
            },
            Throws.TypeOf<FormatException>());
    }

    [Test]
    public async Task Other_topics_of_a_reading_do_not_count()
    {
        await using var stage = await Stage.OpenAsync(prepare: cluster => cluster.CreateTopic("other", 1));
        stage.WriteNumbers(0, 0, 10);
        var lags = new ConcurrentQueue<PartitionLag>();
        var reading = stage.Kafka.Read(Observable.Return(new PartitionAssignment(1, [new("t", 0), new("other", 0)])));
        using var lag = reading.Lag(stage.Kafka.Topics["other"], TimeSpan.FromMilliseconds(20)).Subscribe(all => lags.Enqueue(all[0]));
        using var positions = reading.Subscribe(_ => { });

        await Eventually.Is(() => lags.Count(one => one.Position is not null) > 5, "its position is known");

        Assert.That(lags.Where(one => one.Position is not null).Select(one => one.Position), Is.All.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_marker_at_the_end_is_nothing_to_be_read(bool isCommitted)
    {
        await using var stage = await Stage.OpenAsync(partitions: 1);
        stage.Write(0, "a");
        Transactions.Write(stage, producer: 7, "b");
        Transactions.Mark(stage, producer: 7, isCommitted ? ControlType.Commit : ControlType.Abort);
        var reading = stage.Topic.Read(new() { Isolation = Isolation.ReadCommitted });
        var lags = new ConcurrentQueue<long?>();
        using var lag = reading.Lag(stage.Topic, TimeSpan.FromMilliseconds(20)).Subscribe(all => lags.Enqueue(all[0].Lag));
        using var records = reading.Subscribe(_ => { });

        await Eventually.Is(() => lags.LastOrDefault() == 0, "it has read all there is");
    }

    [Test]
    public async Task A_reading_knows_how_far_it_is_behind()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        stage.WriteNumbers(0, 0, 100);
        stage.WriteNumbers(1, 0, 10);
        var records = stage.Topic.AsObservable().Publish();
        var lags = new ConcurrentQueue<IReadOnlyList<PartitionLag>>();
        using var lag = records.Lag(stage.Topic, TimeSpan.FromMilliseconds(50)).Subscribe(lags.Enqueue);

        await Eventually.Is(() => !lags.IsEmpty, "it is told before anything is read");
        Assert.That(lags.First(), Is.EqualTo(new PartitionLag[] { new(0, null, 0, 100), new(1, null, 0, 10) }));
        using var reading = records.Connect();
        await Eventually.Is(() => lags.Last().All(one => one.Lag == 0), "everything is read");
    }

    [Test]
    public async Task A_topic_that_is_not_there_is_an_error()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);
        var lag = Observable.Never<KafkaRecord>().Lag(stage.Topic, TimeSpan.FromSeconds(1));

        Assert.That(async () => await lag.FirstAsync().Timeout(TimeSpan.FromSeconds(30)), Throws.TypeOf<TopicNotFoundException>());
    }
}
