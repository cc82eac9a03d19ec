using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Partitions;

[TestFixture]
public sealed class ReadyQueueTests
{
    static readonly ConsumeOptions Options = new() { BufferedRecords = 100, BufferedBytes = 10_000, PartitionBytes = 1 };

    [Test]
    public void Two_answers_are_ahead_at_most()
    {
        var queue = new ReadyQueue(Options);
        var reader = Reader(0);

        queue.Put(reader, [Batch(reader), Batch(reader, endsAnswer: true)]);
        Assert.That(queue.HasRoom(reader), Is.True);
        queue.Put(reader, [Batch(reader, endsAnswer: true)]);
        Assert.That(queue.HasRoom(reader), Is.False);

        Assert.That(Deliver(queue), Is.EqualTo(Room.AsBefore), "the first answer is not through");
        Assert.That(Deliver(queue), Is.EqualTo(Room.ForThePartition));
        Assert.That(queue.HasRoom(reader), Is.True);
    }

    [Test]
    public void A_partition_that_was_full_comes_back_when_half_of_it_is_delivered()
    {
        var queue = new ReadyQueue(Options);
        var reader = Reader(0);
        queue.Put(reader, [.. Enumerable.Range(0, 11).Select(i => Batch(reader, records: 10, endsAnswer: i == 10))]);

        var rooms = Enumerable.Range(0, 11).Select(_ => Deliver(queue)).ToList();

        Assert.That(rooms.IndexOf(Room.ForThePartition), Is.EqualTo(5), "110 records were too many; six batches later 50 are left");
        Assert.That(rooms.Count(room => room == Room.ForThePartition), Is.EqualTo(1));
    }

    [Test]
    public void The_bytes_of_all_partitions_have_a_limit_too()
    {
        var queue = new ReadyQueue(Options) { Partitions = 1 };
        var (one, other) = (Reader(0), Reader(1));

        queue.Put(one, [Batch(one, bytes: 6000), Batch(one, bytes: 6000, endsAnswer: true)]);
        Assert.That(queue.HasRoom(other), Is.False);
        Assert.That(Deliver(queue), Is.EqualTo(Room.AsBefore));
        Assert.That(Deliver(queue), Is.EqualTo(Room.ForAll));
        Assert.That((queue.HasRoom(other), queue.Bytes), Is.EqualTo((true, 0L)));
    }

    [Test]
    public void Partitions_take_turns_and_a_dropped_one_is_not_in_the_way()
    {
        var queue = new ReadyQueue(Options);
        var readers = Enumerable.Range(0, 3).Select(Reader).ToArray();
        foreach (var reader in readers) queue.Put(reader, [Batch(reader), Batch(reader), Batch(reader, endsAnswer: true)]);
        var turns = new List<int>();

        for (var i = 0; i < 4; i++) Take();
        queue.Drop(readers[1]);
        while (!queue.IsEmpty) Take();

        Assert.That(turns, Is.EqualTo(new[] { 0, 1, 2, 0, 2, 0, 2 }));
        Assert.That((queue.Bytes, readers.Sum(r => r.Ready.Batches)), Is.EqualTo((0L, 0)));

        void Take()
        {
            Assert.That(queue.TryTake(out var batch), Is.True);
            turns.Add(batch.Reader.Id.Partition);
            queue.Return(batch);
        }
    }

    static Room Deliver(ReadyQueue queue) => queue.TryTake(out var batch) ? queue.Return(batch) : throw new InvalidOperationException("Nothing is ready.");

    static PartitionReader Reader(int partition) => new(new("t", partition), default, 1);

    static ReadyBatch Batch(PartitionReader reader, int records = 1, long bytes = 1, bool endsAnswer = false)
    {
        var bytesOnTheWire = new RecordBatchReader(TestRecords.Batch([.. Enumerable.Range(0, records).Select(n => $"{n}")]));
        Assert.That(bytesOnTheWire.TryRead(out var batch), Is.True);
        return new(reader, batch!, 0, long.MaxValue, records, bytes, endsAnswer);
    }
}
