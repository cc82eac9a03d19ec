using Samsa.Protocol.Records;
using Samsa.Wire;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Tests.Protocol.Records;

[TestFixture]
public sealed class AbortedTransactionsTests
{
    const short Transactional = 0x10;

    static RecordBatch Data(long offset, long producer, short attributes = Transactional) =>
        Seen.Batches(Simple(1, offset, attributes, producer))[0];

    static RecordBatch Marker(long offset, long producer, ControlType type) =>
        Seen.Batches(ControlBatch.Write(type, offset, 1000, producer, 0))[0];

    static long[] Delivered((long ProducerId, long FirstOffset)[] aborted, params RecordBatch[] batches)
    {
        var transactions = new AbortedTransactions(aborted);
        return [.. batches.Where(transactions.ShouldDeliver).Select(batch => batch.BaseOffset)];
    }

    [Test]
    public void What_was_aborted_is_left_out_up_to_its_marker() =>
        Assert.That(
            Delivered([(7, 1)], Data(0, 8), Data(1, 7), Data(2, 8), Data(3, 7), Marker(4, 7, ControlType.Abort), Data(5, 7), Marker(6, 7, ControlType.Commit)),
            Is.EqualTo(new[] { 0L, 2, 5 }));

    [Test]
    public void A_marker_is_never_delivered_and_a_commit_ends_nothing() =>
        Assert.That(Delivered([(7, 0)], Data(0, 7), Marker(1, 7, ControlType.Commit), Data(2, 7)), Is.Empty);

    [Test]
    public void What_is_not_transactional_is_delivered_whoever_wrote_it() =>
        Assert.That(Delivered([(7, 0)], Data(0, 7, attributes: 0), Data(1, 7)), Is.EqualTo(new[] { 0L }));

    [Test]
    public void I055_The_list_may_come_in_any_order() =>
        Assert.That(
            Delivered([(7, 4), (8, 0), (7, 0)],
                Data(0, 7), Data(1, 8), Marker(2, 7, ControlType.Abort), Data(3, 7), Data(4, 7), Marker(5, 7, ControlType.Abort), Marker(6, 8, ControlType.Abort), Data(7, 8)),
            Is.EqualTo(new[] { 3L, 7 }));

    [Test]
    public void A_transaction_may_begin_in_the_middle_of_a_batch()
    {
        var batch = Seen.Batches(Simple(5, baseOffset: 10, attributes: Transactional, producerId: 7))[0];
        Assert.That(new AbortedTransactions([(7, 14)]).ShouldDeliver(batch), Is.False);
        Assert.That(new AbortedTransactions([(7, 15)]).ShouldDeliver(batch), Is.True, "beyond the batch");
    }

    [Test]
    public void I055_Negative_producers_in_the_list_hide_nothing() =>
        Assert.That(Delivered([(-1, 0), (long.MinValue, -5)], Data(0, -1), Data(1, 3)), Is.EqualTo(new[] { 0L, 1 }));

    [Test]
    public void I055_An_absurd_list_is_refused_instead_of_believed_in_part() =>
        Assert.That(() => new AbortedTransactions(Enumerable.Range(0, AbortedTransactions.MaxCount + 1).Select(i => ((long)i, 0L))),
            Throws.InstanceOf<ProtocolException>());

    [Test]
    public void I055_Exactly_the_aborted_is_left_out_of_random_histories()
    {
        var seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            // The oracle knows how each transaction ended; the list is what a broker would send, shuffled.
            var open = new Dictionary<long, List<long>>();
            var expected = new List<long>();
            var aborted = new List<(long, long)>();
            var batches = new List<RecordBatch>();
            for (long offset = 0; offset < 60 || open.Count > 0; offset++)
            {
                var producer = open.Count > 0 && (offset >= 60 || random.Next(4) == 0) ? open.Keys.First() : random.Next(4);
                if (open.TryGetValue(producer, out var written) && (offset >= 60 || random.Next(3) == 0))
                {
                    var commits = random.Next(2) == 0;
                    if (commits) expected.AddRange(written);
                    else aborted.Add((producer, written[0]));
                    batches.Add(Marker(offset, producer, commits ? ControlType.Commit : ControlType.Abort));
                    open.Remove(producer);
                }
                else if (random.Next(5) == 0)
                {
                    expected.Add(offset);
                    batches.Add(Data(offset, producer, attributes: 0));
                }
                else
                {
                    if (!open.ContainsKey(producer)) open[producer] = [];
                    open[producer].Add(offset);
                    batches.Add(Data(offset, producer));
                }
            }

            expected.Sort();
            Assert.That(Delivered([.. aborted.OrderBy(_ => random.Next())], [.. batches]), Is.EqualTo(expected), $"round {round}");
        }
    }
}
