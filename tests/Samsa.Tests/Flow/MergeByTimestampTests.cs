using System.Reactive.Linq;
using System.Reactive.Subjects;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class MergeByTimestampTests : ReactiveTest
{
    static readonly TimeSpan Idle = TimeSpan.FromTicks(100);

    readonly TestScheduler scheduler = new();

    [Test]
    public void The_smallest_is_told_once_each_source_has_one()
    {
        var p0 = scheduler.CreateHotObservable(OnNext(210, 1), OnNext(250, 4), OnCompleted<int>(320));
        var p1 = scheduler.CreateHotObservable(OnNext(230, 2), OnNext(290, 3), OnCompleted<int>(320));
        var seen = scheduler.Start(() => new[] { p0, p1 }.MergeByTimestamp(Time, Idle, 10, scheduler));
        seen.Messages.AssertEqual(OnNext(230, 1), OnNext(250, 2), OnNext(290, 3), OnNext(320, 4), OnCompleted<int>(320));
    }

    [Test]
    public void A_source_that_is_idle_does_not_hold_up_the_others_for_long()
    {
        var busy = scheduler.CreateHotObservable(OnNext(210, 5), OnNext(220, 6), OnNext(400, 9));
        var silent = scheduler.CreateHotObservable(OnNext(350, 2), OnNext(420, 10));
        var seen = scheduler.Start(() => new[] { busy, silent }.MergeByTimestamp(Time, Idle, 10, scheduler));
        // At 300 it has been silent for long enough; what it gives at 350 is older than what was told, and 9 waits for it again.
        seen.Messages.AssertEqual(OnNext(300, 5), OnNext(300, 6), OnNext(400, 2), OnNext(420, 9), OnNext(520, 10));
    }

    [Test]
    public void Equal_times_are_told_in_the_order_of_the_sources()
    {
        var sources = new[] { new Subject<string>(), new Subject<string>(), new Subject<string>() };
        var seen = new List<string>();
        using var _ = sources.MergeByTimestamp(_ => DateTimeOffset.UnixEpoch, Idle, 10, scheduler).Subscribe(seen.Add);
        foreach (var i in new[] { 2, 0, 1 }) sources[i].OnNext($"{i}");
        foreach (var source in sources) source.OnCompleted();
        Assert.That(seen, Is.EqualTo(new[] { "0", "1", "2" }));
    }

    [Test]
    public void An_error_or_a_timestamp_that_throws_ends_all_at_once()
    {
        var (sources, errors, ledger) = (new[] { new Subject<Ledger.Counted>(), new Subject<Ledger.Counted>() }, new List<string>(), new Ledger());
        using (sources.MergeByTimestamp(element => Time(element.Value), Idle, 10, scheduler)
            .Subscribe(_ => { }, error => errors.Add(error.Message)))
        {
            sources[0].OnNext(ledger.Element(1));
            sources[1].OnError(new InvalidOperationException("source"));
        }

        Assert.That((ledger[1], sources[0].HasObservers), Is.EqualTo(("failed", false)));
        var source = new Subject<Ledger.Counted>();
        using var _ = new[] { source }.MergeByTimestamp(_ => throw new InvalidOperationException("time"), Idle, 10, scheduler)
            .Subscribe(_ => { }, error => errors.Add(error.Message));
        source.OnNext(ledger.Element(2));
        Assert.That(errors, Is.EqualTo(new[] { "source", "time" }));
        Assert.That((ledger[2], source.HasObservers), Is.EqualTo(("failed", false)));
    }

    [Test]
    public void No_sources_are_an_end()
    {
        var seen = scheduler.Start(() => Array.Empty<IObservable<int>>().MergeByTimestamp(Time, Idle, 10, scheduler));
        seen.Messages.AssertEqual(OnCompleted<int>(200));
    }

    [Test]
    public void Disposing_fails_what_waits()
    {
        var (sources, ledger) = (new[] { new Subject<Ledger.Counted>(), new Subject<Ledger.Counted>() }, new Ledger());
        var subscription = sources.MergeByTimestamp(element => Time(element.Value), Idle, 10, scheduler).Subscribe();
        for (var i = 0; i < 3; i++) sources[0].OnNext(ledger.Element(i));
        subscription.Dispose();
        Assert.That(ledger.All, Is.EqualTo("failed failed failed"));
    }

    [Test]
    public void Sources_in_order_are_merged_to_one_in_order() => Prop.ForAll(Gen.Choose(0, 50).ArrayOf().ListOf().ToArbitrary(), lanes =>
    {
        var sorted = lanes.Select(lane => lane.Order().ToArray()).ToArray();
        var seen = new List<int>();
        using var _ = sorted.Select(lane => lane.ToObservable()).MergeByTimestamp(Time, Idle, 1000, new TestScheduler()).Subscribe(seen.Add);
        return seen.SequenceEqual(sorted.SelectMany(lane => lane).Order());
    }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    static DateTimeOffset Time(int seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}
