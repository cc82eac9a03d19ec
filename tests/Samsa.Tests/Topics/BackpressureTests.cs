using Samsa.Protocol.Compression;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

[TestFixture]
public sealed class BackpressureTests
{
    [Test]
    public async Task F081_An_observer_that_blocks_stops_the_fetches_and_misses_nothing()
    {
        await using var stage = await Stage.OpenAsync(partitions: 3);
        for (var partition = 0; partition < 3; partition++) stage.WriteNumbers(partition, 0, 2000, perBatch: 50);
        using var open = new ManualResetEventSlim();
        // An answer holds about ten batches of a partition.
        var options = new ConsumeOptions { PartitionBytes = 8 * 1024, MaxWait = TimeSpan.FromMilliseconds(100), UntilEnd = true };
        var watcher = stage.Watch(new Watcher { Doing = _ => open.Wait() }, options);
        await watcher.Sees(1);

        // Two answers are ahead; then there is silence, for several times the longest wait.
        await Task.Delay(500);
        var fetches = stage.Fetches;
        await Task.Delay(1000);
        Assert.That(stage.Fetches, Is.EqualTo(fetches), "no fetch while the observer blocks");
        Assert.That(fetches, Is.LessThanOrEqualTo(4), "two answers, and a question or two for partitions that had room");

        open.Set();
        await watcher.Ends();
        Assert.That(watcher.HasCompleted, Is.True, $"{watcher.Error}");
        for (var partition = 0; partition < 3; partition++)
            Assert.That(watcher.Sights.Where(s => s.Partition == partition).Select(s => s.Offset), Is.EqualTo(Enumerable.Range(0, 2000)));
    }

    [Test]
    public async Task A_full_partition_does_not_keep_the_others_from_being_asked_while_it_is_delivered()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        stage.WriteNumbers(0, 0, 3000, perBatch: 10);
        var options = new ConsumeOptions { PartitionBytes = 4 * 1024, MaxWait = TimeSpan.FromMilliseconds(100) };
        // Slow, but never standing still: there is always something ready in partition 0.
        var watcher = stage.Watch(new Watcher { Doing = r => Thread.Sleep(r.Offset % 10 == 0 ? 2 : 0) }, options);
        await watcher.Sees(300);

        stage.Write(1, "in between");
        await Eventually.Is(() => watcher.Sights.Any(s => s.Partition == 1), "the other partition has its turn");

        Assert.That(watcher.Count, Is.LessThan(3000), "before the full one was read to its end");
    }

    [Test]
    public async Task Partitions_take_turns()
    {
        await using var stage = await Stage.OpenAsync(partitions: 3);
        for (var partition = 0; partition < 3; partition++) stage.WriteNumbers(partition, 0, 300, perBatch: 10);
        using var open = new ManualResetEventSlim();
        var watcher = stage.Watch(new Watcher { Doing = _ => open.Wait() }, new() { UntilEnd = true });
        await watcher.Sees(1);
        // Each batch is accounted for with 256 bytes at least.
        await Eventually.Is(() => stage.ReadyBytes >= 90 * 256, "everything is ready");
        open.Set();
        await watcher.Ends();

        // After the first batch all partitions have something ready: from then on nobody comes twice before the others came once.
        var turns = watcher.Sights.Where(s => s.Offset % 10 == 0).Select(s => s.Partition).Skip(1).ToList();
        for (var i = 3; i + 3 < turns.Count - 3; i += 3)
            Assert.That(turns.Skip(i).Take(3), Is.Unique, $"turn {i} of {string.Join(' ', turns)}");
    }

    [Test]
    public async Task What_is_ready_is_bounded_by_records_and_by_inflated_bytes()
    {
        await using var stage = await Stage.OpenAsync(partitions: 1);
        // 200 batches of 100 KiB, a few hundred bytes each on the wire: one answer could hold all of them.
        var large = new string('x', 100 * 1024);
        for (var i = 0; i < 200; i++) stage.Write(0, CompressionCodec.Gzip, large);
        using var open = new ManualResetEventSlim();
        var watcher = stage.Watch(new Watcher { Doing = _ => open.Wait() }, new() { BufferedBytes = 1024 * 1024, PartitionBytes = 64 * 1024, UntilEnd = true });
        await watcher.Sees(1);
        await Task.Delay(300);

        var ready = stage.ReadyBytes;
        open.Set();
        await watcher.Ends();

        Assert.That(ready, Is.GreaterThan(0).And.LessThan(3 * 1024 * 1024), "the limit, and an answer that was under way");
        Assert.That((watcher.Count, watcher.HasCompleted), Is.EqualTo((200, true)));
    }
}
