using System.Collections.Concurrent;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Reactive.Threading.Tasks;
using FsCheck;
using FsCheck.Fluent;
using Samsa.Flow;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Eventually = Samsa.Tests.Connections.Eventually;

namespace Samsa.Tests.Topics;

/// <summary>What holds of every reading, whatever stands behind it.</summary>
[TestFixture]
public sealed class InvariantTests
{
    /// <summary>How many records are read behind a slow observer; ten million on demand.</summary>
    static readonly int SlowRecords = int.Parse(Environment.GetEnvironmentVariable("SAMSA_SLOW_RECORDS") ?? "200000", System.Globalization.CultureInfo.InvariantCulture);

    [Test]
    public async Task While_an_observer_blocks_the_cluster_is_followed_all_the_same()
    {
        await using var stage = await Stage.OpenAsync(brokers: 2, options: new() { MetadataMaxAge = TimeSpan.FromMilliseconds(100) });
        stage.WriteNumbers(0, 0, 10);
        var leader = stage.Brokers.LeaderOf("t", 0);
        using var open = new ManualResetEventSlim();
        var (reading, assigned) = (stage.Topic.Read(), new ConcurrentQueue<PartitionAssignment>());
        using var assignments = reading.Assignments.Subscribe(assigned.Enqueue);
        var watcher = new Watcher { Doing = _ => open.Wait() };
        using var subscription = reading.Subscribe(watcher);
        await watcher.Sees(1);

        stage.Brokers.AddPartitions("t", 2);
        stage.Brokers.MoveLeader("t", 0, 3 - leader);
        await Eventually.True(() => assigned.Any(one => one.Partitions.Length == 2), "the new partition is assigned");
        await Eventually.True(() => stage.Kafka.Cluster.FirstAsync().Wait().Find("t", 0)!.Leader == 3 - leader, "the new leader is known");

        Assert.That(watcher.Count, Is.EqualTo(1), "it has blocked all the time");
        open.Set();
        await watcher.Sees(10);
    }

    [Test]
    public void A_position_never_goes_past_a_record_that_is_not_dealt_with()
    {
        var histories = Gen.Choose(0, int.MaxValue).ToArbitrary();
        Prop.ForAll(histories, seed => Replay(new(seed), AckMode.OnReturn) && Replay(new(seed), AckMode.Explicit)).QuickCheckThrowOnFailure();
    }

    [Test]
    public async Task After_a_revoke_no_position_is_told()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        foreach (var partition in new[] { 0, 1 }) stage.WriteNumbers(partition, 0, 10);
        var assignments = new Subject<PartitionAssignment>();
        var reading = stage.Kafka.Read(assignments);
        var (told, leases) = (new ConcurrentQueue<PartitionPosition>(), new ConcurrentQueue<Lease>());
        using var positions = reading.Positions.Subscribe(told.Enqueue);
        using var records = reading.Subscribe(record =>
        {
            if (record.Partition == 0) leases.Enqueue(record.Defer());
        });
        assignments.OnNext(new(1, "t", 0, 1));
        await Eventually.True(() => leases.Count == 10 && told.Any(position => position is { Partition.Partition: 1, Offset: 10 }));

        assignments.OnNext(new(2, "t", 1));
        foreach (var lease in leases) lease.Complete();
        stage.WriteNumbers(1, 10, 10);
        await Eventually.True(() => told.Any(position => position is { Partition.Partition: 1, Offset: 20 }), "the other goes on");

        Assert.That(told.Where(position => position.Partition.Partition == 0).Select(position => position.Offset), Is.All.Zero);
    }

    [Test]
    public async Task What_is_neither_kept_nor_taken_away_comes_once_and_in_order([Range(1, 20)] int seed)
    {
        await using var stage = await Stage.OpenAsync(partitions: 3);
        using var story = new HoldingStory(seed, stage);
        await story.Run();
    }

    [Test]
    public async Task Whatever_operators_records_go_through_all_leases_end([Values(11, 12, 13, 14, 15, 16)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var stage = await Stage.OpenAsync(partitions: 3);
        for (var partition = 0; partition < 3; partition++) stage.WriteNumbers(partition, 0, 300, perBatch: 30);
        var reading = stage.Topic.Read(new() { UntilEnd = true, InFlightPartitionRecords = 100 });
        var (last, told) = (new ConcurrentDictionary<int, long>(), new TaskCompletionSource());
        using var positions = reading.Positions.Subscribe(position => last[position.Partition.Partition] = position.Offset, told.SetResult);
        IObservable<KafkaRecord> records = reading;
        for (var length = random.Next(1, 5); length > 0; length--) records = Then(records, random.Next(7));

        await records.DefaultIfEmpty().LastAsync().ToTask().WaitAsync(Eventually.Patience);
        await told.Task.WaitAsync(Eventually.Patience);

        Assert.That(last.OrderBy(pair => pair.Key).Select(pair => pair.Value), Is.EqualTo(new[] { 300L, 300L, 300L }));

        IObservable<KafkaRecord> Then(IObservable<KafkaRecord> before, int which)
        {
            TestContext.Out.WriteLine($"operator {which}");
            return which switch
            {
                0 => before.ObserveOnBounded(random.Next(1, 50), TaskPoolScheduler.Default),
                1 => before.BufferBounded(random.Next(1, 50), TimeSpan.FromMilliseconds(20)).SelectMany(batch => batch),
                2 => before.SelectAsync(Slowly, random.Next(1, 20)),
                3 => before.SelectAsync(Slowly, random.Next(1, 20), AsyncOrder.Completion),
                4 => before.SelectAsyncByKey(record => record.Offset % 5, Slowly, random.Next(1, 20)),
                5 => before.Where(record => record.Offset % 7 != 3),
                _ => before.Publish(shared => shared.Where(record => record.Offset % 2 == 0).Merge(shared.Where(record => record.Offset % 2 == 1))),
            };
        }

        static async ValueTask<KafkaRecord> Slowly(KafkaRecord record, CancellationToken ct)
        {
            if (record.Offset % 3 == 0) await Task.Yield();
            return record;
        }
    }

    [Test]
    public async Task Memory_stays_flat_behind_an_observer_that_is_slow()
    {
        const int PerRound = 50_000;
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, PerRound, perBatch: 500);
        var options = new ConsumeOptions { InFlightPartitionRecords = 2000, BufferedRecords = 2000, UntilEnd = true };
        var (sizes, seen) = (new List<long>(), 0L);
        for (var read = 0; read < SlowRecords; read += PerRound)
        {
            await stage.Topic.AsObservable(options)
                .SelectAsync(async (record, ct) =>
                {
                    // The work is slower than the reading, all the time.
                    if (Interlocked.Increment(ref seen) % 100 == 0) await Task.Delay(1, ct);
                    return record.Offset;
                }, maxConcurrency: 4)
                .Do(offset =>
                {
                    if (offset % (PerRound / 2) == PerRound / 4) sizes.Add(GC.GetTotalMemory(forceFullCollection: true));
                })
                .LastAsync();
        }

        TestContext.Out.WriteLine($"{seen} records; megabytes: {string.Join(' ', sizes.Select(size => size >> 20))}");
        Assert.That(seen, Is.EqualTo(SlowRecords));
        // What a hundred-thousandth record holds at most is what the first held, and frames that lie ready for the next answers.
        Assert.That(sizes.Skip(2).Max() - sizes.Take(2).Max(), Is.LessThan(16 << 20));
    }

    /// <summary>Records kept and let go at random, beside the plainest model there is.</summary>
    static bool Replay(Random random, AckMode mode)
    {
        var origin = new RecordOrigin(new("t", 0), mode);
        var batch = Batch(origin, 60);
        var (open, kept) = (new List<(long Offset, Lease Lease)>(), new SortedSet<long>());
        foreach (var entry in batch)
        {
            var record = new KafkaRecord(batch, entry);
            origin.Begin(record);
            if (mode == AckMode.Explicit) kept.Add(record.Offset);
            for (var leases = random.Next(3); leases > 0; leases--)
            {
                open.Add((record.Offset, record.Defer()));
                kept.Add(record.Offset);
            }

            if (!Holds(record.Offset)) return false;
            LetGo(random.Next(3));
            if (!Holds(record.Offset)) return false;
            origin.End(record.Offset);
            if (!Holds(record.Offset + 1)) return false;
        }

        origin.SkipTo(1000);
        LetGo(int.MaxValue);
        return Holds(1000) && (mode == AckMode.Explicit || origin.Position == 1000);

        bool Holds(long next) => origin.Position == Math.Min(next, kept.Count > 0 ? kept.Min : long.MaxValue);

        void LetGo(int count)
        {
            for (; count > 0 && open.Count > 0; count--)
            {
                var index = random.Next(open.Count);
                var (offset, lease) = open[index];
                open.RemoveAt(index);
                lease.Complete();
                if (open.TrueForAll(other => other.Offset != offset)) kept.Remove(offset);
            }
        }
    }

    static RecordBatch Batch(RecordOrigin origin, int records)
    {
        var reader = new RecordBatchReader(TestRecords.Batch([.. Enumerable.Range(0, records).Select(n => $"{n}")]));
        Assert.That(reader.TryRead(out var batch), Is.True);
        batch!.Tag = origin;
        return batch;
    }
}
