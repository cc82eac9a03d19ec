using Samsa.Rx;
using Samsa.Tests.Embedded;
using static Samsa.Tests.Partitions.FetchStage;

namespace Samsa.Tests.Partitions;

/// <summary>A session that is told which partitions to read by a test.</summary>
[TestFixture]
public sealed class FetchSessionTests
{
    [Test]
    public async Task F083_A_partition_that_is_taken_away_is_neither_asked_for_nor_delivered_any_more()
    {
        await using var stage = await FetchStage.OpenAsync(partitions: 2);
        using var answer = new ManualResetEventSlim();
        stage.OnFetch = (_, _) =>
        {
            switch (stage.Fetches.Count)
            {
                case 1: return Says(Batch(0, 0, "a"), Batch(1, 0, "b"));
                case 2:
                    answer.Wait();
                    return Says(Batch(0, 1, "c"), Batch(1, 1, "late"));
                case 3: return Says(Batch(0, 2, "d"));
                default: return null;
            }
        };
        await using var session = Open(stage);
        var readers = Add(session, 0, 1);
        Assert.That(await TakeAsync(session, 2), Is.EquivalentTo(new[] { (0, 0L), (1, 0L) }));
        await Eventually.Is(() => stage.Fetches.Count == 2, "two fetches come");

        session.Remove(readers[1]);
        answer.Set();

        Assert.That(await TakeAsync(session, 2), Is.EqualTo(new[] { (0, 1L), (0, 2L) }));
        Assert.That(stage.Fetches[2].Request.ForgottenTopicsData.SelectMany(topic => topic.Partitions), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public async Task A_sealed_session_ends_when_the_partitions_that_are_left_have_ended()
    {
        await using var stage = await FetchStage.OpenAsync(partitions: 2);
        stage.OffsetOf = time => time == -2 ? 0 : 1;
        stage.OnFetch = (_, _) => stage.Fetches.Count == 1 ? Says(Batch(0, 0, "a")) : null;
        await using var session = Open(stage, new() { UntilEnd = true });
        var readers = Add(session, 0, 1);

        Assert.That(await TakeAsync(session, 1), Is.EqualTo(new[] { (0, 0L) }));
        session.Seal();
        session.Remove(readers[1]);

        Assert.That(await session.WaitAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(20)), Is.False);
    }

    [TestCase(1, 2000)]
    [TestCase(100, 500)]
    public async Task A_broker_that_has_had_nothing_for_long_may_wait_longer_unless_it_gathers(int minBytes, int longest)
    {
        await using var stage = await FetchStage.OpenAsync(prepare: (_, options) => options with { Clock = new QuickClock() });
        var (isNews, told) = (false, 0);
        stage.OnFetch = (_, _) =>
        {
            // A broker that answers at once is asked less often, for another reason.
            Thread.Sleep(20);
            if (!isNews || told > 0) return Says();
            told = stage.Fetches.Count;
            return Says(Batch(0, 0, "news"));
        };
        await using var session = Open(stage, new() { MinBytes = minBytes });
        Add(session, 0);

        await Eventually.Is(() => stage.Fetches.Count > 50, "half a second is ten by this clock");
        Assert.That(stage.Fetches[0].Request.MaxWaitMs, Is.EqualTo(500));
        Assert.That(stage.Fetches[^1].Request.MaxWaitMs, Is.EqualTo(longest));
        isNews = true;
        await Eventually.Is(() => told > 0 && stage.Fetches.Count > told, "it goes on");
        Assert.That(stage.Fetches[told].Request.MaxWaitMs, Is.EqualTo(500), "there was news");
    }

    /// <summary>A clock that goes twenty times as fast as others; its timers do not.</summary>
    sealed class QuickClock : TimeProvider
    {
        public override long GetTimestamp() => 20 * base.GetTimestamp();
    }

    static FetchSession Make(FetchStage stage, ConsumeOptions? options = null)
    {
        var readers = stage.Kafka.Readers;
        return new(readers.Watch, readers.Connections, readers.Settings, readers.Events, options ?? new(), _ => { });
    }

    static FetchSession Open(FetchStage stage, ConsumeOptions? options = null)
    {
        var session = Make(stage, options);
        session.Start();
        return session;
    }

    static PartitionReader[] Add(FetchSession session, params int[] partitions)
    {
        using var together = session.Gather();
        return [.. partitions.Select(partition => session.Add(new("t", partition), StartFrom.Beginning))];
    }

    static async Task<List<(int Partition, long Offset)>> TakeAsync(FetchSession session, int count)
    {
        var taken = new List<(int, long)>();
        while (taken.Count < count && await session.WaitAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(20)))
        {
            while (session.TryTake(out var batch))
            {
                taken.Add((batch.Reader.Id.Partition, batch.Batch.BaseOffset));
                session.Return(batch);
            }
        }

        return taken;
    }
}
