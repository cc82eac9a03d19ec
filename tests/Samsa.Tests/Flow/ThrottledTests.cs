using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ThrottledTests : ReactiveTest
{
    // One in thirty ticks.
    const double Rate = TimeSpan.TicksPerSecond / 30.0;

    readonly TestScheduler scheduler = new();

    [Test]
    public void Elements_come_no_faster_than_the_rate_and_silence_gives_no_credit()
    {
        var source = scheduler.CreateHotObservable(
            OnNext(210, 'a'), OnNext(211, 'b'), OnNext(212, 'c'), OnNext(400, 'd'), OnNext(401, 'e'), OnCompleted<char>(402));
        var seen = scheduler.Start(() => source.Throttled(Rate, 10, scheduler: scheduler));
        seen.Messages.AssertEqual(OnNext(210, 'a'), OnNext(240, 'b'), OnNext(270, 'c'), OnNext(400, 'd'), OnNext(430, 'e'), OnCompleted<char>(430));
    }

    [Test]
    public void An_element_keeps_the_next_waiting_for_what_it_costs()
    {
        var source = scheduler.CreateHotObservable(OnNext(210, 3), OnNext(211, 1), OnNext(212, 0), OnNext(213, 2));
        var seen = scheduler.Start(() => source.Throttled(Rate, 10, value => value, scheduler: scheduler));
        seen.Messages.AssertEqual(OnNext(210, 3), OnNext(300, 1), OnNext(330, 0), OnNext(330, 2));
    }

    [TestCase(BufferOverflow.DropNewest, "abc")]
    [TestCase(BufferOverflow.DropOldest, "abd")]
    public void One_more_than_may_wait_is_dropped(BufferOverflow overflow, string expected)
    {
        // The head is what the rate holds up: it has its place, but is not in the queue any more.
        var (source, seen) = (new Subject<char>(), "");
        using var _ = source.Throttled(Rate, 2, overflow: overflow, scheduler: scheduler).Subscribe(letter => seen += letter);
        foreach (var letter in "abcd") source.OnNext(letter);
        scheduler.Start();
        Assert.That(seen, Is.EqualTo(expected));
    }

    [Test]
    public void A_cost_that_throws_or_is_negative_is_an_error()
    {
        var (source, errors, ledger) = (new Subject<Ledger.Counted>(), new List<Exception>(), new Ledger());
        using var one = source.Throttled(Rate, 2, _ => throw new InvalidOperationException(), scheduler: scheduler).Subscribe(_ => { }, errors.Add);
        using var other = source.Throttled(Rate, 2, _ => -1, scheduler: scheduler).Subscribe(_ => { }, errors.Add);
        source.OnNext(ledger.Element(1));
        Assert.That(errors.Select(error => error.GetType()),
            Is.EqualTo(new[] { typeof(InvalidOperationException), typeof(ArgumentOutOfRangeException) }));
        Assert.That((ledger[1], source.HasObservers), Is.EqualTo(("failed", false)));
    }

    [Test]
    public void Disposing_fails_what_waits_and_an_error_comes_at_once()
    {
        var (source, ledger, error) = (new Subject<Ledger.Counted>(), new Ledger(), (Exception?)null);
        var subscription = source.Throttled(Rate, 10, scheduler: scheduler).Subscribe();
        for (var i = 0; i < 3; i++) source.OnNext(ledger.Element(i));
        subscription.Dispose();
        Assert.That(ledger.All, Is.EqualTo("completed failed failed"));
        using var _ = source.Throttled(Rate, 10, scheduler: scheduler).Subscribe(_ => { }, thrown => error = thrown);
        for (var i = 0; i < 2; i++) source.OnNext(ledger.Element(i));
        source.OnError(new InvalidOperationException());
        Assert.That((error is InvalidOperationException, ledger[5]), Is.EqualTo((true, "failed")));
    }
}
