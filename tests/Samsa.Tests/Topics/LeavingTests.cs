using System.Collections.Concurrent;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Samsa.Flow;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Topics;

/// <summary>How far everything is dealt with when somebody leaves in the middle: nothing may count that did not come through.</summary>
[TestFixture]
public sealed class LeavingTests
{
    [Test]
    public async Task What_an_observer_leaves_of_a_batch_is_not_dealt_with()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        await using var session = stage.Kafka.Readers.Open(new());
        var taking = new TakesThree();
        var reader = session.Add(new("t", 0), StartFrom.Beginning, taking);
        _ = new RecordDelivery(session, "t", _ => { }).RunAsync();

        // The output has been closed by then, and the partition is given up a moment later.
        await Eventually.True(() => taking.Has == 3 && session.ReadyBytes == 0);

        Assert.That(reader.Origin.Position, Is.EqualTo(3));
    }

    [Test]
    public async Task Disposing_under_way_lets_nothing_count_that_was_not_delivered()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 20_000, perBatch: 20_000);
        for (var time = 0; time < 20; time++)
        {
            var reading = stage.Topic.Read();
            var (last, seen) = (LastPosition(reading), -1L);
            var subscription = reading.Subscribe(record => Volatile.Write(ref seen, record.Offset));
            SpinWait.SpinUntil(() => Volatile.Read(ref seen) > 100, TimeSpan.FromSeconds(20));
            subscription.Dispose();

            Assert.That(await last, Is.LessThanOrEqualTo(seen + 1));
        }
    }

    [Test]
    public async Task A_record_that_disposing_keeps_from_coming_through_is_not_dealt_with()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        var reading = stage.Topic.Read();
        var (last, seen) = (LastPosition(reading), new ConcurrentQueue<long>());
        using var isThere = new SemaphoreSlim(0);
        using var mayGoOn = new SemaphoreSlim(0);
        var subscription = reading.Do(record =>
        {
            if (record.Offset != 5) return;
            isThere.Release();
            mayGoOn.Wait(TimeSpan.FromSeconds(20));
        }).Subscribe(record => seen.Enqueue(record.Offset));

        Assert.That(await isThere.WaitAsync(TimeSpan.FromSeconds(20)), Is.True);
        subscription.Dispose();
        mayGoOn.Release();

        Assert.That(await last, Is.EqualTo(5));
        Assert.That(seen, Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
    }

    [Test]
    public async Task A_record_of_which_a_stock_operator_could_make_nothing_is_not_dealt_with()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        var reading = stage.Topic.Read();
        var last = LastPosition(reading);

        var parsed = reading.Select(record => record.Offset == 5 ? throw new FormatException("five") : record.Offset);

        Assert.That(async () => await parsed.LastAsync().ToTask().Soon(), Throws.TypeOf<FormatException>());
        Assert.That(await last, Is.EqualTo(5));
    }

    [Test]
    public async Task The_record_at_hand_is_dealt_with_when_a_reading_is_cancelled()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        var reading = stage.Topic.Read();
        var last = LastPosition(reading);
        using var stop = new CancellationTokenSource();
        var watcher = new Watcher { Doing = record => { if (record.Offset == 5) stop.Cancel(); } };

        await reading.RunAsync(watcher, stop.Token).Soon();

        Assert.That((await last, watcher.Count), Is.EqualTo((6L, 6)));
    }

    [TestCase(AckMode.OnReturn)]
    [TestCase(AckMode.Explicit)]
    public void A_record_that_is_kept_when_its_partition_is_gone_is_not_dealt_with(AckMode mode)
    {
        var origin = new RecordOrigin(new("t", 0), mode);
        var record = new ProducerRecord("v").AsRead("t", 0, 7);
        origin.SkipTo(7);
        if (mode is AckMode.Explicit) origin.Close();
        origin.Begin(record);
        origin.Close();
        var lease = origin.Defer(record);
        origin.End(7);
        lease.Complete();

        Assert.That(origin.Position, Is.EqualTo(7));
    }

    [Test]
    public async Task A_record_that_a_table_makes_nothing_of_is_not_dealt_with()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        var reading = stage.Topic.Read();
        var last = LastPosition(reading);
        var shared = reading.Select(record => new CatchUp<KafkaRecord>(CatchUpKind.Live, record)).Publish();
        await using var table = shared.ToTable(record => record.Offset == 3 ? throw new FormatException() : $"{record.Offset}", _ => 0);
        using var other = shared.Subscribe(_ => { }, _ => { });
        using var connected = shared.Connect();

        Assert.That(await last, Is.EqualTo(3));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task What_ends_a_reading_is_told_however_much_there_is_to_read(bool isLease)
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 200, perBatch: 1);
        await using var session = stage.Kafka.Readers.Open(new() { PartitionBytes = 1, FetchBytes = 1 });
        session.Add(new("t", 0), StartFrom.Beginning);
        var taken = 0;

        Assert.That(async () => await Take(), Throws.TypeOf(isLease ? typeof(RecordFailedException) : typeof(FormatException)));
        Assert.That(taken, Is.LessThanOrEqualTo(3), "what was ready");

        async Task Take()
        {
            while (taken < 100)
            {
                ReadyBatch batch = default;
                // There is another one soon, if it is still asked for.
                if (!SpinWait.SpinUntil(() => session.TryTake(out batch), TimeSpan.FromSeconds(1)))
                {
                    await session.WaitAsync(CancellationToken.None).AsTask().Soon();
                    continue;
                }

                var feed = new RecordFeed(batch);
                if (taken++ == 0 && feed.TryNext(out var record))
                {
                    record.Origin.Begin(record);
                    if (isLease) record.Defer().Fail(new FormatException());
                    else session.Fail(() => new FormatException());
                }

                session.Return(batch);
            }
        }
    }

    [Test]
    public async Task No_position_comes_after_they_were_disposed_of_inside_a_call()
    {
        await using var stage = await Stage.OpenAsync(partitions: 4);
        for (var partition = 0; partition < 4; partition++) stage.WriteNumbers(partition, 0, 10);
        var (reading, watcher) = (stage.Topic.Read(), new Watcher());
        using var records = reading.Subscribe(watcher);
        await watcher.Sees(40);
        using var isThere = new ManualResetEventSlim();
        using var disposed = new SemaphoreSlim(0);
        var (told, positions) = (0, new SingleAssignmentDisposable());
        // All four are known when it subscribes, and told in one go.
        await Eventually.True(() => Known(reading) == 4);
        positions.Disposable = reading.Positions.Subscribe(_ =>
        {
            Interlocked.Increment(ref told);
            isThere.Wait(TimeSpan.FromSeconds(20));
            positions.Dispose();
            disposed.Release();
        });
        isThere.Set();

        Assert.That(await disposed.WaitAsync(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That(await disposed.WaitAsync(TimeSpan.FromMilliseconds(50)), Is.False);
        Assert.That(told, Is.EqualTo(1));
    }

    static int Known(Reading reading)
    {
        var known = new ConcurrentDictionary<TopicPartition, long>();
        using var positions = reading.Positions.Subscribe(position => known[position.Partition] = position.Offset);
        SpinWait.SpinUntil(() => known.Count == 4, TimeSpan.FromMilliseconds(100));
        return known.Count;
    }

    static Task<long> LastPosition(Reading reading)
    {
        var (last, newest) = (new TaskCompletionSource<long>(), -1L);
        reading.Positions.Subscribe(position => newest = position.Offset, () => last.SetResult(newest));
        return last.Task.Soon();
    }

    sealed class TakesThree : IFeedObserver<KafkaRecord>
    {
        public int Has { get; private set; }

        public void OnAll<TFeed>(ref TFeed feed)
            where TFeed : struct, IFeed<KafkaRecord>
        {
            while (Has < 3 && feed.TryNext(out var record)) OnNext(record);
        }

        public void OnNext(KafkaRecord value)
        {
            value.Origin.End(value.Origin.Begin(value));
            Has++;
        }

        public void OnError(Exception error) { }

        public void OnCompleted() { }
    }
}
