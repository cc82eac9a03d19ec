using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

/// <summary>The table of idempotent producing (KIP-98): what is stored, what was stored before, what is refused.</summary>
public class SequenceTests
{
    EmbeddedKafka kafka = null!;
    RawClient client = null!;

    [SetUp]
    public async Task Start()
    {
        kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t");
        client = await RawClient.ConnectAsync(kafka.Brokers[0]);
    }

    [TearDown]
    public async Task Stop()
    {
        client.Dispose();
        await kafka.DisposeAsync();
    }

    [Test]
    public async Task Every_producer_gets_a_number_of_its_own()
    {
        var first = await client.AskAsync(new InitProducerId.Request(), 4);
        var bumped = await client.AskAsync(new InitProducerId.Request { ProducerId = first.ProducerId, ProducerEpoch = first.ProducerEpoch }, 4);
        Assert.That(bumped.ProducerId, Is.GreaterThan(first.ProducerId));
        Assert.That((first.ErrorCode, first.ProducerEpoch, bumped.ProducerEpoch), Is.EqualTo((ErrorCode.None, (short)0, (short)0)));
        Assert.That((await client.AskAsync(new InitProducerId.Request { TransactionalId = "" }, 4)).ErrorCode, Is.EqualTo(ErrorCode.InvalidRequest));
        Assert.That((await client.AskAsync(new InitProducerId.Request { TransactionalId = "x" }, 4)).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
    }

    [Test]
    public async Task The_last_five_batches_are_remembered_with_their_offsets()
    {
        for (var i = 0; i < 6; i++) Assert.That(await Send(0, 3 * i, 3), Is.EqualTo((ErrorCode.None, 3L * i)));
        for (var i = 1; i < 6; i++) Assert.That(await Send(0, 3 * i, 3), Is.EqualTo((ErrorCode.None, 3L * i)), "the same batch again");
        Assert.That(await Send(0, 0, 3), Is.EqualTo((ErrorCode.OutOfOrderSequence, -1L)), "too long ago");
        Assert.That(kafka.Log("t", 0).EndOffset, Is.EqualTo(18));
    }

    [Test]
    public async Task What_does_not_follow_is_out_of_order()
    {
        await Send(0, 0, 3);
        Assert.That(await Send(0, 4, 1), Is.EqualTo((ErrorCode.OutOfOrderSequence, -1L)), "a gap");
        Assert.That(await Send(0, 2, 2), Is.EqualTo((ErrorCode.OutOfOrderSequence, -1L)), "an overlap");
        Assert.That(await Send(0, 0, 2), Is.EqualTo((ErrorCode.OutOfOrderSequence, -1L)), "the same beginning, another end");
        Assert.That(await Send(0, 3, 1), Is.EqualTo((ErrorCode.None, 3L)));
    }

    [Test]
    public async Task A_new_epoch_begins_at_0_and_the_old_one_is_over()
    {
        await Send(3, 0, 1);
        Assert.That(await Send(4, 1, 1), Is.EqualTo((ErrorCode.OutOfOrderSequence, -1L)));
        Assert.That(await Send(4, 0, 1), Is.EqualTo((ErrorCode.None, 1L)));
        Assert.That(await Send(3, 1, 1), Is.EqualTo((ErrorCode.InvalidProducerEpoch, -1L)));
        Assert.That(await Send(4, 1, 1), Is.EqualTo((ErrorCode.None, 2L)));
    }

    [Test]
    public async Task A_producer_nobody_knows_may_begin_anywhere()
    {
        Assert.That(await Send(5, 1234, 1), Is.EqualTo((ErrorCode.None, 0L)));
        Assert.That(await Send(5, 1235, 1), Is.EqualTo((ErrorCode.None, 1L)));
    }

    [Test]
    public async Task After_the_largest_number_comes_0()
    {
        Assert.That(await Send(0, int.MaxValue - 1, 3), Is.EqualTo((ErrorCode.None, 0L)), "it wraps inside the batch");
        Assert.That(await Send(0, int.MaxValue - 1, 3), Is.EqualTo((ErrorCode.None, 0L)));
        Assert.That(await Send(0, 1, 1), Is.EqualTo((ErrorCode.None, 3L)));
    }

    [Test]
    public async Task Partitions_and_producers_count_by_themselves()
    {
        kafka.AddPartitions("t", 2);
        await Send(0, 0, 5);
        Assert.That((await client.ProduceAsync("t", TestRecords.Sequenced(7, 0, 0), partition: 1)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await client.ProduceAsync("t", TestRecords.Sequenced(8, 0, 0))).BaseOffset, Is.EqualTo(5));
    }

    [Test]
    public async Task A_batch_outside_the_open_transaction_of_its_producer_is_refused()
    {
        kafka.AppendRaw("t", 0, TestRecords.Sequenced(7, 0, 0, transactional: true));
        Assert.That(await Send(0, 1, 1), Is.EqualTo((ErrorCode.InvalidTxnState, -1L)));
    }

    async Task<(ErrorCode, long)> Send(short epoch, int sequence, int count)
    {
        var answer = await client.ProduceAsync("t", TestRecords.Sequenced(7, epoch, sequence, count));
        return (answer.ErrorCode, answer.BaseOffset);
    }
}
