using System.Collections.Concurrent;
using System.Reactive.Linq;
using Samsa.Flow;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Topics;

/// <summary>Records that are kept beyond OnNext, and how far everything is.</summary>
[TestFixture]
public sealed class LeaseTests
{
    static readonly ConsumeOptions UntilEnd = new() { UntilEnd = true };

    [Test]
    public async Task What_plain_LINQ_has_seen_or_filtered_out_is_dealt_with()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 100);
        var reading = stage.Topic.Read(UntilEnd);
        var positions = Positions(reading);

        await reading.Where(record => record.Offset % 3 == 0).Select(record => record.Text).LastAsync();

        Assert.That(await positions, Is.EqualTo(100));
    }

    [Test]
    public async Task The_position_waits_for_the_oldest_record_that_is_kept()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 100);
        var reading = stage.Topic.Read();
        var (leases, seen) = (new ConcurrentDictionary<long, Lease>(), new ConcurrentQueue<long>());
        using var positions = reading.Positions.Subscribe(position => seen.Enqueue(position.Offset));
        var count = 0;
        using var records = reading.Subscribe(record =>
        {
            if (record.Offset % 10 == 5) leases[record.Offset] = record.Defer();
            Interlocked.Increment(ref count);
        });

        await Eventually.True(() => count == 100 && seen.LastOrDefault() == 5, "everything is delivered, and 5 is kept");
        leases[15].Complete();
        leases[25].Complete();
        leases[5].Complete();
        await Eventually.True(() => seen.Last() == 35);
        foreach (var lease in leases.Values) lease.Complete();
        await Eventually.True(() => seen.Last() == 100);

        Assert.That(seen, Is.Ordered, "a position never goes back");
    }

    [Test]
    public async Task Each_branch_has_a_lease_of_its_own()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "one");
        var reading = stage.Topic.Read();
        var (leases, last) = (new ConcurrentQueue<Lease>(), -1L);
        using var positions = reading.Positions.Subscribe(position => Volatile.Write(ref last, position.Offset));
        var shared = reading.Publish();
        using var one = shared.Subscribe(record => leases.Enqueue(record.Defer()));
        using var other = shared.Subscribe(record => leases.Enqueue(record.Defer()));
        using var connected = shared.Connect();
        await Eventually.True(() => leases.Count == 2 && Volatile.Read(ref last) == 0);

        leases.TryDequeue(out var lease);
        lease.Complete();
        lease.Complete();
        await Task.Delay(50);
        Assert.That(Volatile.Read(ref last), Is.Zero, "the other branch still has it");
        leases.TryDequeue(out lease);
        lease.Complete();

        await Eventually.True(() => Volatile.Read(ref last) == 1);
    }

    [Test]
    public async Task Keeping_a_record_too_late_is_answered_with_what_to_do()
    {
        await using var stage = await Stage.OpenAsync();
        stage.Write(0, "one", "two");

        var records = await stage.Topic.AsObservable(UntilEnd).ToList();

        Assert.That(() => records[0].Defer(), Throws.InvalidOperationException.With.Message.EqualTo(
            "t 0@0 was acknowledged when OnNext returned. Call Defer inside OnNext, or use the operators that do: ObserveOnBounded instead of ObserveOn, " +
            "BufferBounded instead of Buffer, SelectAsync instead of SelectMany; or read with AckMode.Explicit."));
    }

    [Test]
    public async Task With_explicit_acknowledgement_stock_operators_may_keep_records()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 30);
        var reading = stage.Topic.Read(new() { AckMode = AckMode.Explicit });
        var (buffers, last) = (new ConcurrentQueue<IList<KafkaRecord>>(), -1L);
        using var positions = reading.Positions.Subscribe(position => Volatile.Write(ref last, position.Offset));
        using var records = reading.Buffer(10).Subscribe(buffers.Enqueue);
        await Eventually.True(() => buffers.Count == 3 && Volatile.Read(ref last) == 0);

        var all = buffers.SelectMany(buffer => buffer).ToList();
        foreach (var record in all.Skip(10)) record.Defer().Complete();
        await Task.Delay(50);
        Assert.That(Volatile.Read(ref last), Is.Zero);
        foreach (var record in all.Take(9)) record.Defer().Complete();
        await Eventually.True(() => Volatile.Read(ref last) == 9);
        all[9].Defer().Complete();

        await Eventually.True(() => Volatile.Read(ref last) == 30);
        Assert.That(() => all[9].Defer(), Throws.InvalidOperationException.With.Message.EqualTo("t 0@9 is acknowledged already."));
    }

    [Test]
    public async Task Without_acknowledgement_nothing_is_tracked()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);

        var records = await stage.Topic.AsObservable(UntilEnd with { AckMode = AckMode.None }).ToList();

        Assert.That(records[3].Defer(), Is.EqualTo(default(Lease)));
    }

    [Test]
    public async Task A_lease_that_fails_ends_the_reading_and_the_position_stays()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 20);
        var reading = stage.Topic.Read();
        var position = Positions(reading);
        var watcher = new Watcher
        {
            Doing = record =>
            {
                if (record.Offset != 7) return;
                var lease = record.Defer();
                _ = Task.Run(() => Fail(lease));
            },
        };

        using var subscription = reading.Subscribe(watcher);
        await watcher.Ends();

        Assert.That(watcher.Error, Is.TypeOf<RecordFailedException>().With.Message.EqualTo("t 0@7 was kept and not dealt with: no room"));
        Assert.That(await position, Is.EqualTo(7));

        static void Fail(Lease lease) => lease.Fail(new InvalidOperationException("no room"));
    }

    [Test]
    public async Task A_record_that_is_pulled_is_dealt_with_when_the_next_one_is_asked_for()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        var kept = new List<Lease>();

        await foreach (var record in stage.Topic.AsAsyncEnumerable(UntilEnd))
        {
            if (kept.Count == 0) kept.Add(record.Defer());
            Assert.That(record.Origin.Position, Is.Zero);
            Assert.That(record.Origin.InFlight.Records, Is.EqualTo(1));
            if (record.Offset != 9) continue;
            kept[0].Complete();
            Assert.That(record.Origin.Position, Is.EqualTo(9), "the last one is not dealt with");
        }
    }

    [Test]
    public async Task Operators_that_keep_records_can_be_put_behind_one_another()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        for (var partition = 0; partition < 2; partition++) stage.WriteNumbers(partition, 0, 500, perBatch: 50);
        var reading = stage.Topic.Read(UntilEnd);
        var last = new ConcurrentDictionary<int, long>();
        var done = new TaskCompletionSource();
        using var positions = reading.Positions.Subscribe(position => last[position.Partition.Partition] = position.Offset, done.SetResult);

        var count = await reading
            .ObserveOnBounded(16, System.Reactive.Concurrency.TaskPoolScheduler.Default)
            .SelectAsyncByKey(record => record.Offset % 7, async (record, ct) =>
            {
                await Task.Yield();
                return record;
            }, 8)
            .BufferBounded(10, TimeSpan.FromMilliseconds(50))
            .Select(batch => batch.Count)
            .Sum();
        await done.Task.Soon();

        Assert.That(count, Is.EqualTo(1000));
        Assert.That(last.OrderBy(pair => pair.Key).Select(pair => pair.Value), Is.EqualTo(new[] { 500L, 500L }));
    }

    /// <summary>The last position of the one partition.</summary>
    static Task<long> Positions(Reading reading)
    {
        var last = new TaskCompletionSource<long>();
        var newest = -1L;
        reading.Positions.Subscribe(position => newest = position.Offset, () => last.SetResult(newest));
        return last.Task.Soon();
    }
}
