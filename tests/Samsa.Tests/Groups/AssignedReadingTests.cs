using System.Collections.Concurrent;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Samsa.Protocol.Compression;
using Samsa.Tests.Embedded;
using Samsa.Flow;
using Samsa.Rx;
using Samsa.Tests.Topics;

namespace Samsa.Tests.Groups;

/// <summary>Assignments drive what is read.</summary>
[TestFixture]
public sealed class AssignedReadingTests
{
    [Test]
    public async Task A_new_assignment_begins_what_it_adds_ends_what_it_leaves_out_and_keeps_the_rest()
    {
        await using var stage = await WrittenAsync(partitions: 3);
        var assignments = new Subject<PartitionAssignment>();
        var watcher = Watch(stage, assignments);

        assignments.OnNext(new(1, "t", 0, 1));
        await watcher.Sees(20);
        var fetches = stage.Fetches;
        assignments.OnNext(new(2, "t", 1, 2));
        await watcher.Sees(30);
        foreach (var partition in new[] { 0, 1, 2 }) stage.WriteNumbers(partition, 10, 10);
        await watcher.Sees(50);
        await Task.Delay(100);

        Assert.That(OffsetsOf(watcher, 0), Is.EqualTo(Enumerable.Range(0, 10)), "it was taken away");
        Assert.That(OffsetsOf(watcher, 1), Is.EqualTo(Enumerable.Range(0, 20)), "it was kept: nothing twice, nothing left out");
        Assert.That(OffsetsOf(watcher, 2), Is.EqualTo(Enumerable.Range(0, 20)));
    }

    [Test]
    public async Task A_partition_that_comes_back_goes_on_where_not_everything_was_dealt_with()
    {
        await using var stage = await WrittenAsync(partitions: 2);
        var assignments = new Subject<PartitionAssignment>();
        var leases = new ConcurrentDictionary<(int, long), Lease>();
        var watcher = new Watcher { Doing = record => Keep(record) };
        stage.Kafka.AsObservable(assignments).Subscribe(watcher);
        assignments.OnNext(new(1, "t", 0, 1));
        await watcher.Sees(20);

        assignments.OnNext(new(2, "t", 1));
        // Somebody else may have it by now: this is not heard any more.
        leases[(0, 7)].Complete();
        assignments.OnNext(new(3, "t", 0, 1));
        await watcher.Sees(23);
        await Task.Delay(100);

        Assert.That(OffsetsOf(watcher, 0), Is.EqualTo(Enumerable.Range(0, 10).Concat([7, 8, 9])));
        Assert.That(OffsetsOf(watcher, 1), Is.EqualTo(Enumerable.Range(0, 10)));

        void Keep(KafkaRecord record)
        {
            if (record is { Partition: 0, Offset: 7 }) leases.TryAdd((0, 7), record.Defer());
        }
    }

    [Test]
    public async Task A_partition_that_is_taken_away_while_it_is_delivered_gives_the_present_record_and_no_more()
    {
        await using var stage = await WrittenAsync(partitions: 1, each: 1000, perBatch: 1000);
        var assignments = new Subject<PartitionAssignment>();
        var watcher = new Watcher
        {
            Doing = record =>
            {
                if (record.Offset == 4) assignments.OnNext(new(2, []));
                if (record.Offset == 4) assignments.OnNext(new(3, "t", 0));
                if (record.Offset == 700) assignments.OnNext(new(4, []));
            },
        };
        stage.Kafka.AsObservable(assignments).Subscribe(watcher);

        assignments.OnNext(new(1, "t", 0));
        await watcher.Sees(701);
        await Task.Delay(100);

        Assert.That(OffsetsOf(watcher, 0), Is.EqualTo(Enumerable.Range(0, 701)), "what the observer has seen is dealt with, also when it was taken away meanwhile");
    }

    [Test]
    public async Task Old_generations_are_passed_over()
    {
        await using var stage = await WrittenAsync(partitions: 2);
        var assignments = new Subject<PartitionAssignment>();
        var watcher = Watch(stage, assignments);

        assignments.OnNext(new(5, "t", 1));
        assignments.OnNext(new(4, "t", 0));
        assignments.OnNext(new(5, "t", 0, 1));
        await watcher.Sees(10);
        await Task.Delay(100);

        Assert.That(OffsetsOf(watcher, 0), Is.Empty);
    }

    [Test]
    public async Task What_is_assigned_in_the_end_stays_and_with_an_end_the_reading_completes()
    {
        await using var stage = await WrittenAsync(partitions: 2);

        var watcher = Watch(stage, Observable.Return(new PartitionAssignment(1, "t", 0, 1)), new() { UntilEnd = true });
        await watcher.Ends();

        Assert.That((watcher.Count, watcher.HasCompleted), Is.EqualTo((20, true)), $"{watcher.Error}");
    }

    [Test]
    public async Task Several_topics_are_read_at_once()
    {
        await using var stage = await WrittenAsync(partitions: 1);
        stage.Brokers.CreateTopic("s", 1);
        stage.Brokers.AppendRaw("s", 0, TestRecords.Batch(["x"], stage.Magic, CompressionCodec.None));
        var both = new[] { stage.Kafka.Assignments("t"), stage.Kafka.Assignments("s") }.AssignTogether();

        var records = await stage.Kafka.AsObservable(both).Take(11).ToList();

        Assert.That(records.Count(record => record.Topic == "s"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_revoked_partition_may_end_when_what_was_delivered_of_it_is_dealt_with()
    {
        await using var stage = await WrittenAsync(partitions: 2);
        var assignments = new Subject<PartitionAssignment>();
        var leases = new ConcurrentQueue<Lease>();
        var watcher = new Watcher { Doing = record => { if (record.Partition == 0) leases.Enqueue(record.Defer()); } };
        var reading = stage.Kafka.Read(assignments, null, new() { Drain = TimeSpan.FromSeconds(20) });
        var last = new ConcurrentDictionary<int, long>();
        using var positions = reading.Positions.Subscribe(position => last[position.Partition.Partition] = position.Offset);
        using var subscription = reading.Subscribe(watcher);
        assignments.OnNext(new(1, "t", 0));
        await watcher.Sees(10);

        assignments.OnNext(new(2, "t", 1));
        stage.WriteNumbers(0, 10, 10);
        await Task.Delay(100);
        Assert.That((watcher.Count, last[0]), Is.EqualTo((10, 0L)), "nothing new begins, and nothing more of the old comes, while it drains");
        foreach (var lease in leases) lease.Complete();
        await watcher.Sees(20);

        Assert.That(OffsetsOf(watcher, 0), Is.EqualTo(Enumerable.Range(0, 10)));
        Assert.That(OffsetsOf(watcher, 1), Is.EqualTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public async Task One_partition_that_cannot_be_read_need_not_end_the_others()
    {
        await using var stage = await WrittenAsync(partitions: 2);
        var batch = TestRecords.Batch(["broken"], stage.Magic, CompressionCodec.None);
        batch[^1] ^= 1;
        stage.Brokers.AppendRaw("t", 0, batch);
        var failed = new ConcurrentQueue<(TopicPartition, Exception)>();
        var watcher = new Watcher();

        stage.Kafka.AsObservable(
            stage.Kafka.Assignments("t"), null, new() { PartitionFailed = (partition, error) => failed.Enqueue((partition, error)) }).Subscribe(watcher);
        await Eventually.Is(() => !failed.IsEmpty, "it comes true");
        stage.WriteNumbers(1, 10, 10);
        await watcher.Sees(30);

        Assert.That(failed.Single().Item1, Is.EqualTo(new TopicPartition("t", 0)));
        Assert.That(failed.Single().Item2, Is.TypeOf<CorruptRecordException>());
        Assert.That(watcher.HasEnded, Is.False);
    }

    [Test]
    public async Task Assignments_of_a_topic_follow_the_cluster()
    {
        var quick = new KafkaOptions { MetadataMaxAge = TimeSpan.FromMilliseconds(100), Retry = new() { First = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromMilliseconds(100) } };
        await using var stage = await Stage.OpenAsync(partitions: 0, options: quick);
        var seen = new ConcurrentQueue<string>();
        using var following = stage.Kafka.Assignments("t").Subscribe(one => seen.Enqueue($"{one}"));

        await Eventually.Is(() => seen.Count == 1, "it comes true");
        stage.Brokers.CreateTopic("t", 2);
        await Eventually.Is(() => seen.Count == 2, "it comes true");
        stage.Brokers.AddPartitions("t", 3);
        await Eventually.Is(() => seen.Count == 3, "it comes true");

        Assert.That(seen, Is.EqualTo(new[] { "1: nothing", "2: t 0, t 1", "3: t 0, t 1, t 2" }));
    }

    [Test]
    public async Task A_reading_tells_what_it_reads_and_is_begun_once()
    {
        await using var stage = await WrittenAsync(partitions: 2);
        var reading = stage.Topic.Read(new() { UntilEnd = true });
        var assigned = reading.Assignments.LastAsync().GetAwaiter();

        await reading.LastAsync();

        Assert.That($"{assigned.GetResult()}", Does.EndWith(": t 0, t 1"));
        Assert.That(() => reading.Subscribe(_ => { }), Throws.InvalidOperationException.With.Message.Contains("begun already"));
    }

    static Watcher Watch(Stage stage, IObservable<PartitionAssignment> assignments, ConsumeOptions? options = null)
    {
        var watcher = new Watcher();
        stage.Kafka.AsObservable(assignments, options).Subscribe(watcher);
        return watcher;
    }

    static async Task<Stage> WrittenAsync(int partitions, int each = 10, int perBatch = 10)
    {
        var stage = await Stage.OpenAsync(partitions: partitions);
        for (var partition = 0; partition < partitions; partition++) stage.WriteNumbers(partition, 0, each, perBatch);
        return stage;
    }

    static IEnumerable<int> OffsetsOf(Watcher watcher, int partition) =>
        watcher.Sights.Where(sight => sight.Partition == partition).Select(sight => (int)sight.Offset);
}
