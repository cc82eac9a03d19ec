using Samsa.Rx;

namespace Samsa.Tests.Partitions;

[TestFixture]
public sealed class PartitionAcksTests
{
    [Test]
    public void What_is_dealt_with_out_of_order_counts_when_everything_before_it_is([Values(1, 2, 3, 4, 5, 6, 7, 8)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var history = 0; history < 300; history++) Replay(random);
    }

    [Test]
    public void A_lease_ends_once()
    {
        var acks = new PartitionAcks();
        acks.Keep(7, 10);
        Assert.That(acks.TryLease(7, out var one) && acks.TryLease(7, out var other) && one != other, Is.True);
        acks.TryLease(7, out var third);

        Assert.That(acks.Complete(one), Is.EqualTo(-1));
        Assert.That(acks.Complete(one), Is.EqualTo(-1), "the same once more is not another one");
        Assert.That(acks.Complete(third), Is.EqualTo(-1));
        Assert.That((acks.Oldest, acks.InFlight, acks.InFlightBytes), Is.EqualTo(((long?)7, 1, 10L)));
    }

    [Test]
    public void A_record_that_was_let_go_while_it_is_still_delivered_can_be_kept_again()
    {
        var acks = new PartitionAcks();
        acks.Keep(1, 1);
        acks.TryLease(1, out _);
        acks.Keep(2, 5);
        acks.TryLease(2, out var first);
        Assert.That(acks.Complete(first), Is.EqualTo(5));

        acks.Keep(2, 5);
        acks.TryLease(2, out var second);

        Assert.That((second == first, acks.InFlight), Is.EqualTo((false, 2)));
        Assert.That(acks.Complete(first), Is.EqualTo(-1));
        Assert.That(acks.Complete(second), Is.EqualTo(5));
    }

    [Test]
    public void A_record_has_a_limited_number_of_leases()
    {
        var acks = new PartitionAcks();
        acks.Keep(1, 1);
        for (var i = 0; i < 64; i++) Assert.That(acks.TryLease(1, out _), Is.True);

        Assert.That(() => acks.TryLease(1, out _), Throws.InvalidOperationException.With.Message.Contains("64 times"));
    }

    [Test]
    public void What_a_cut_log_does_not_have_any_more_is_waited_for_no_longer()
    {
        var acks = new PartitionAcks();
        var tickets = Enumerable.Range(0, 10).Select(offset => Keep(acks, offset)).ToList();

        acks.Forget(4);
        Assert.That((acks.Oldest, acks.InFlight), Is.EqualTo(((long?)0, 4)));
        var again = Keep(acks, 4);
        Assert.That(acks.TryLease(3, out var more) && acks.TryLease(4, out _), Is.True);
        Assert.That(acks.TryLease(5, out _), Is.False);
        foreach (var ticket in tickets) acks.Complete(ticket);
        acks.Complete(more);

        Assert.That((acks.Oldest, acks.InFlight), Is.EqualTo(((long?)4, 1)));
        Assert.That(acks.OffsetOf(again), Is.EqualTo(4));
    }

    [Test]
    public void A_record_that_stands_where_one_was_that_was_cut_away_counts_with_its_own_size()
    {
        var acks = new PartitionAcks();
        acks.Keep(1, 10);
        acks.Keep(2, 10);
        acks.Forget(2);
        acks.Keep(2, 100);
        acks.TryLease(2, out var ticket);
        acks.Complete(ticket);

        Assert.That((acks.InFlight, acks.InFlightBytes), Is.EqualTo((1, 10L)));
    }

    /// <summary>Records with gaps between their offsets, one to three leases each, ended in any order; beside it the plainest model there is.</summary>
    static void Replay(Random random)
    {
        var acks = new PartitionAcks();
        var model = new SortedDictionary<long, (int Bytes, HashSet<long> Open)>();
        var open = new List<(long Offset, long Ticket)>();
        var offset = (long)random.Next(100);
        for (var step = 0; step < 200; step++)
        {
            if (open.Count == 0 || random.Next(5) < 3)
            {
                offset += 1 + (random.Next(4) == 0 ? random.Next(1000) : 0);
                var bytes = random.Next(1, 100);
                acks.Keep(offset, bytes);
                model[offset] = (bytes, []);
                for (var leases = random.Next(1, 4); leases > 0; leases--)
                {
                    Assert.That(acks.TryLease(offset, out var ticket), Is.True);
                    model[offset].Open.Add(ticket);
                    open.Add((offset, ticket));
                }
            }
            else
            {
                var index = random.Next(open.Count);
                var (at, ticket) = open[index];
                open.RemoveAt(index);
                model[at].Open.Remove(ticket);
                var isDone = model[at].Open.Count == 0;
                Assert.That(acks.Complete(ticket), Is.EqualTo(isDone ? model[at].Bytes : -1));
                Assert.That(acks.TryLease(at, out var another), Is.EqualTo(!isDone), "a record can be kept as long as somebody keeps it");
                if (!isDone)
                {
                    model[at].Open.Add(another);
                    open.Add((at, another));
                }
                else
                {
                    model.Remove(at);
                }
            }

            Assert.That(acks.Oldest, Is.EqualTo(model.Count == 0 ? null : (long?)model.First().Key));
            Assert.That((acks.InFlight, acks.InFlightBytes), Is.EqualTo((model.Count, (long)model.Values.Sum(kept => kept.Bytes))));
        }
    }

    static long Keep(PartitionAcks acks, long offset)
    {
        acks.Keep(offset, 1);
        Assert.That(acks.TryLease(offset, out var ticket), Is.True);
        return ticket;
    }
}
