using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ConflateByKeyTests : ReactiveTest
{
    static readonly TimeSpan Period = TimeSpan.FromTicks(50);

    readonly TestScheduler scheduler = new();

    [Test]
    public void The_latest_of_each_key_is_told_once_in_a_period()
    {
        var source = scheduler.CreateHotObservable(
            OnNext(210, 'a'), OnNext(220, 'b'), OnNext(230, 'A'), OnNext(300, 'B'), OnCompleted<char>(310));
        var seen = scheduler.Start(() => source.ConflateByKey(char.ToLowerInvariant, Period, 10, scheduler).Select(batch => string.Concat(batch)));
        seen.Messages.AssertEqual(OnNext(260, "Ab"), OnNext(310, "B"), OnCompleted<string>(310));
    }

    [Test]
    public void One_more_key_than_there_is_room_for_ends_the_period()
    {
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnNext(220, 'b'), OnNext(230, 'A'), OnNext(235, 'c'));
        var seen = scheduler.Start(() => source.ConflateByKey(char.ToLowerInvariant, Period, 2, scheduler).Select(batch => string.Concat(batch)));
        seen.Messages.AssertEqual(OnNext(235, "Ab"), OnNext(285, "c"));
    }

    [Test]
    public void While_the_observer_is_busy_newer_elements_replace_older_ones()
    {
        var (source, seen) = (new Subject<string>(), new List<string>());
        using var _ = source.ConflateByKey(text => text[0], Period, 10, scheduler).Subscribe(batch =>
        {
            seen.Add(string.Join(' ', batch));
            if (seen.Count == 1) for (var i = 1; i <= 1000; i++) source.OnNext($"a{i}");
        });
        source.OnNext("a0");
        scheduler.Start();
        Assert.That(seen, Is.EqualTo(new[] { "a0", "a1000" }));
    }

    [Test]
    public void What_is_replaced_is_acknowledged_and_the_rest_when_it_has_been_told()
    {
        var (source, ledger) = (new Subject<Ledger.Counted>(), new Ledger());
        var subscription = source.ConflateByKey(element => element.Value, Period, 10, scheduler).Subscribe();
        foreach (var key in new[] { 1, 2, 1 }) source.OnNext(ledger.Element(key));
        Assert.That(ledger.All, Is.EqualTo("completed open open"));
        scheduler.AdvanceBy(60);
        source.OnNext(ledger.Element(1));
        subscription.Dispose();
        Assert.That(ledger.All, Is.EqualTo("completed completed completed failed"));
    }

    [Test]
    public void A_key_selector_that_throws_and_an_error_of_the_source_come_at_once()
    {
        var (source, broken, errors) = (new Subject<int>(), new Subject<int>(), new List<string>());
        using var one = source.ConflateByKey<int, int>(_ => throw new InvalidOperationException("key"), Period, 10, scheduler)
            .Subscribe(_ => { }, error => errors.Add(error.Message));
        using var other = broken.ConflateByKey(i => i, Period, 10, scheduler)
            .Subscribe(_ => Assert.Fail("too late"), error => errors.Add(error.Message));
        source.OnNext(1);
        broken.OnNext(1);
        broken.OnError(new InvalidOperationException("source"));
        Assert.That(errors, Is.EqualTo(new[] { "key", "source" }));
        Assert.That(source.HasObservers, Is.False);
    }

    [Test]
    public void What_a_key_selector_makes_nothing_of_has_failed()
    {
        var (source, ledger) = (new Subject<Ledger.Counted>(), new Ledger());
        using var _ = source.ConflateByKey<Ledger.Counted, int>(_ => throw new InvalidOperationException("key"), Period, 10, scheduler)
            .Subscribe(_ => { }, _ => { });
        source.OnNext(ledger.Element(1));
        Assert.That(ledger.All, Is.EqualTo("failed"));
    }

    [Test]
    public async Task A_source_with_too_many_keys_waits_for_a_busy_observer()
    {
        var source = new Subject<int>();
        using var entered = new SemaphoreSlim(0);
        using var free = new SemaphoreSlim(0);
        var seen = new List<int>();
        using var _ = source.ConflateByKey(i => i, Period, 1, scheduler).Subscribe(batch =>
        {
            seen.AddRange(batch);
            entered.Release();
            free.Wait();
        });
        var producing = Task.Run(() =>
        {
            for (var i = 0; i < 4; i++) source.OnNext(i);
        });
        await entered.WaitAsync();
        Assert.That(await Task.WhenAny(producing, Task.Delay(50)), Is.Not.SameAs(producing));
        free.Release(10);
        await producing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(seen, Is.EqualTo(new[] { 0, 1, 2 }));
    }
}
