using Samsa.Rx;

namespace Samsa.Tests.Topics;

/// <summary>What a record costs: nothing on the heap.</summary>
[TestFixture]
public sealed class AllocationTests
{
    const int Records = 20_000;

    [Test]
    public async Task Nothing_is_allocated_between_the_records_of_a_batch()
    {
        await using var stage = await Stage.OpenAsync();
        // One batch; between its records nothing waits, so it is all one thread's.
        stage.WriteNumbers(0, 0, Records, perBatch: Records);
        var (first, last, bytes, sum) = (0L, 0L, 0L, 0L);

        await stage.Topic.RunAsync(record =>
        {
            if (record.Offset == 0) first = GC.GetAllocatedBytesForCurrentThread();
            bytes += record.Value.Length + record.Key.Length;
            foreach (var header in record.Headers) bytes += header.Value.Length;
            sum += record.Timestamp + record.Partition;
            if (record.Offset == Records - 1) last = GC.GetAllocatedBytesForCurrentThread();
        }, new() { UntilEnd = true });

        Assert.That((bytes, sum), Is.Not.EqualTo((0L, 0L)));
        Assert.That(last - first, Is.LessThan(Records / 10), "the runtime may note something for itself now and then");
    }

    [Test]
    public async Task Nothing_is_allocated_by_pulling_records_that_are_ready()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, Records, perBatch: Records);
        await using var records = stage.Topic.AsAsyncEnumerable(new() { UntilEnd = true }).GetAsyncEnumerator();
        Assert.That(await records.MoveNextAsync(), Is.True);

        var (allocated, pulled) = Pull(records);

        Assert.That(pulled, Is.EqualTo(Records - 1));
        Assert.That(allocated, Is.LessThan(Records / 10));
    }

    static (long Allocated, int Pulled) Pull(IAsyncEnumerator<KafkaRecord> records)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var pulled = 0;
        while (pulled < Records - 1)
        {
            var next = records.MoveNextAsync();
            if (!next.IsCompletedSuccessfully || !next.Result) break;
            pulled++;
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before, pulled);
    }
}
