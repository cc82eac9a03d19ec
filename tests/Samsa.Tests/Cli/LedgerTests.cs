using Samsa.Cli.Demo;
using Samsa.Cli.Demo.Machine;

namespace Samsa.Tests.Cli;

[TestFixture]
public sealed class LedgerTests
{
    [TestCase(new long[] { 0, 1, 2, 3, 4 }, 0, 0, 0)]
    [TestCase(new long[] { 0, 1, 3, 4 }, 1, 0, 0)]
    [TestCase(new long[] { 0, 1, 2, 3 }, 1, 0, 0)]
    [TestCase(new long[] { 0, 1, 1, 2, 3, 4 }, 0, 1, 0)]
    [TestCase(new long[] { 0, 2, 1, 3, 4 }, 0, 0, 1)]
    [TestCase(new long[] { 0, 1, 2, 0, 1, 2, 3, 4 }, 0, 3, 0)]
    [TestCase(new long[] { 1, 2, 3, 4, 0, 0 }, 0, 1, 1)]
    public void What_comes_back_is_told_apart(long[] received, int lost, int repeated, int displaced)
    {
        var ledger = new Ledger();
        var sent = Enumerable.Range(0, 5).Select(_ => ledger.Number(new Measurement("k", Unit.Count, 1))).ToList();

        foreach (var number in received) ledger.Enter(sent[(int)number]);

        Assert.That(ledger.Balance, Is.EqualTo(new Balance(5, 5 - lost, lost, repeated, displaced, 1)));
    }

    [Test]
    public void Keys_are_numbered_for_themselves()
    {
        var ledger = new Ledger();
        var numbers = new[] { "a", "b", "a", "b", "b" }.Select(key => ledger.Number(new Measurement(key, Unit.Count, 0)).Number);
        Assert.That(numbers, Is.EqualTo([0, 0, 1, 1, 2]));
    }

    [Test]
    public void The_verdict_is_good_only_if_everything_came_back_in_order()
    {
        var even = new Balance(10, 10, 0, 0, 0, 2);
        Assert.Multiple(() =>
        {
            Assert.That(new Verdict(even, 0, IsIdempotent: true).IsGood, Is.True);
            Assert.That(new Verdict(even with { Received = 9, Lost = 1 }, 0, IsIdempotent: true).IsGood, Is.False);
            Assert.That(new Verdict(even with { Displaced = 1 }, 0, IsIdempotent: true).IsGood, Is.False);
            Assert.That(new Verdict(even with { Repeated = 1 }, 0, IsIdempotent: true).IsGood, Is.False);
            Assert.That(new Verdict(even with { Repeated = 1 }, 0, IsIdempotent: false).IsGood, Is.True, "before 0.11 a retry may repeat");
            Assert.That(new Verdict(even, 1, IsIdempotent: true).IsGood, Is.False);
            Assert.That(new Verdict(default, 0, IsIdempotent: true).IsGood, Is.False, "nothing sent proves nothing");
        });
    }

    [Test]
    public void This_machine_can_be_measured()
    {
        using var machine = new ThisMachine(TimeProvider.System);
        _ = machine.Measure();
        var measured = machine.Measure();
        Assert.Multiple(() =>
        {
            Assert.That(measured.Select(one => one.Key), Is.Unique.And.SupersetOf(new[] { "cpu.samsa", "memory.used", "gc.heap", "pool.threads", "net.sent" }));
            Assert.That(measured.Select(one => one.Value), Has.All.GreaterThanOrEqualTo(0));
            Assert.That(measured.Single(one => one.Key is "memory.samsa").Value, Is.GreaterThan(1e6));
        });
    }
}
