using System.Collections.Concurrent;
using System.Reactive.Subjects;
using Samsa.Flow;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Topics;

/// <summary>What may be delivered and not dealt with.</summary>
[TestFixture]
public sealed class CreditTests
{
    const int PerBatch = 10;

    [Test]
    public async Task A_partition_of_which_too_much_is_kept_waits_and_the_others_go_on()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        foreach (var partition in new[] { 0, 1 }) stage.WriteNumbers(partition, 0, 1000, PerBatch);
        var (leases, counts) = (new ConcurrentQueue<Lease>(), new int[2]);
        using var records = stage.Topic.AsObservable(new() { InFlightPartitionRecords = 100 }).Subscribe(record =>
        {
            Interlocked.Increment(ref counts[record.Partition]);
            if (record.Partition == 0) leases.Enqueue(record.Defer());
        });

        await Eventually.True(() => counts[1] == 1000, "nobody keeps anything of it");
        await stage.Tells<PartitionHeld>(held => held is { Partition: 0, Records: >= 100 and < 100 + PerBatch });
        Assert.That(counts[0], Is.InRange(100, 100 + PerBatch - 1), "the limit, and what was left of one batch");

        // Half of them must be dealt with before it goes on.
        Complete(leases, counts[0] - 51);
        await Task.Delay(100);
        Assert.That(counts[0], Is.LessThan(100 + PerBatch));
        Complete(leases, 1);
        await Eventually.True(() => counts[0] >= 150);

        while (counts[0] < 1000 || !leases.IsEmpty)
        {
            Complete(leases, 1);
            if (leases.IsEmpty) await Task.Delay(1);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Everything_waits_when_too_much_is_kept_in_all(bool inBytes)
    {
        await using var stage = await Stage.OpenAsync(partitions: 4);
        for (var partition = 0; partition < 4; partition++) stage.WriteNumbers(partition, 0, 300, PerBatch);
        var leases = new ConcurrentQueue<Lease>();
        var options = inBytes ? new ConsumeOptions { InFlightBytes = 100 * 64 } : new ConsumeOptions { InFlightRecords = 100 };
        var count = 0;
        using var records = stage.Topic.AsObservable(options).Subscribe(record =>
        {
            leases.Enqueue(record.Defer());
            Interlocked.Increment(ref count);
        });

        await Eventually.True(() => count >= 90);
        await Task.Delay(200);
        var (seen, fetches) = (count, stage.Fetches);
        Assert.That(seen, Is.LessThan(100 + PerBatch));
        await Task.Delay(700);
        Assert.That((count, stage.Fetches), Is.EqualTo((seen, fetches)), "nothing is delivered, and nothing is asked");

        while (count < 1200 || !leases.IsEmpty)
        {
            Complete(leases, 1);
            if (leases.IsEmpty) await Task.Delay(1);
        }
    }

    [Test]
    public async Task What_is_kept_of_a_partition_that_was_taken_away_holds_up_nobody()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        foreach (var partition in new[] { 0, 1 }) stage.WriteNumbers(partition, 0, 300, PerBatch);
        var (assignments, counts) = (new Subject<PartitionAssignment>(), new int[2]);
        using var records = stage.Kafka.AsObservable(assignments, new() { InFlightRecords = 100 }).Subscribe(record =>
        {
            if (record.Partition == 0) record.Defer();
            Interlocked.Increment(ref counts[record.Partition]);
        });
        assignments.OnNext(new(1, "t", 0));
        await Eventually.True(() => counts[0] >= 100, "nothing more is delivered then");

        assignments.OnNext(new(2, "t", 1));

        await Eventually.True(() => counts[1] == 300);
        Assert.That(counts[0], Is.LessThan(100 + PerBatch));
    }

    [Test]
    public async Task A_record_that_is_kept_for_ever_does_not_let_the_rest_be_remembered_without_bound()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 2000, PerBatch);
        var first = default(Lease);
        var count = 0;
        using var records = stage.Topic.AsObservable(new() { InFlightPartitionRecords = 50 }).Subscribe(record =>
        {
            var lease = record.Defer();
            if (record.Offset == 0) first = lease;
            else lease.Complete();
            Interlocked.Increment(ref count);
        });

        await stage.Tells<PartitionHeld>(held => held.Records == 1);
        await Task.Delay(100);
        Assert.That(count, Is.InRange(200, 200 + PerBatch));
        first.Complete();

        await Eventually.True(() => count == 2000);
    }

    [Test]
    public async Task Leases_that_end_on_many_threads_lose_nobody_a_wakeup([Values(1, 2, 3)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        const int Records = 20_000;
        await using var stage = await Stage.OpenAsync(partitions: 3);
        for (var partition = 0; partition < 3; partition++) stage.WriteNumbers(partition, 0, Records, perBatch: 100);
        var random = new Random(seed);
        var options = new ConsumeOptions { InFlightPartitionRecords = 60, InFlightRecords = 120, UntilEnd = true };
        var reading = stage.Topic.Read(options);
        var kept = new BlockingCollection<Lease>(1000);
        var last = new ConcurrentDictionary<int, long>();
        using var positions = reading.Positions.Subscribe(position => last[position.Partition.Partition] = position.Offset);
        var enders = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            foreach (var lease in kept.GetConsumingEnumerable()) lease.Complete();
        })).ToList();
        var watcher = new Watcher { Doing = record => { if (random.Next(3) > 0) kept.Add(record.Defer()); } };

        using var subscription = reading.Subscribe(watcher);
        await watcher.Sees(3 * Records);
        kept.CompleteAdding();
        await Task.WhenAll(enders).Soon();
        await watcher.Ends();

        Assert.That(watcher.HasCompleted && watcher.Broken is null, Is.True, $"{watcher.Error} {watcher.Broken}");
        await Eventually.True(() => last.Count == 3 && last.Values.All(position => position == Records), "all is dealt with");
    }

    static void Complete(ConcurrentQueue<Lease> leases, int count)
    {
        for (; count > 0 && leases.TryDequeue(out var lease); count--) lease.Complete();
    }
}
