using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class MergeByAssignmentTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void A_kept_key_keeps_its_subscription_and_a_revoked_one_is_unsubscribed()
    {
        var p0 = scheduler.CreateHotObservable(OnNext(210, '0'), OnNext(240, '1'), OnNext(270, '2'), OnNext(300, '3'), OnNext(330, '4'));
        var p1 = scheduler.CreateHotObservable(OnNext(235, 'k'), OnNext(265, 'l'), OnNext(295, 'm'), OnNext(325, 'n'), OnNext(355, 'o'));
        var assignments = scheduler.CreateHotObservable(
            OnNext<IReadOnlyCollection<int>>(220, [0]), OnNext<IReadOnlyCollection<int>>(280, [0, 1]),
            OnNext<IReadOnlyCollection<int>>(340, [1]), OnCompleted<IReadOnlyCollection<int>>(380));

        var seen = scheduler.Start(() => assignments.MergeByAssignment(key => key == 0 ? p0 : p1));

        seen.Messages.AssertEqual(
            OnNext(240, '1'), OnNext(270, '2'), OnNext(295, 'm'), OnNext(300, '3'), OnNext(325, 'n'), OnNext(330, '4'), OnNext(355, 'o'),
            OnCompleted<char>(380));
        p0.Subscriptions.AssertEqual(Subscribe(220, 340));
        p1.Subscriptions.AssertEqual(Subscribe(280, 380));
    }

    [Test]
    public void What_is_revoked_is_unsubscribed_before_anything_is_begun()
    {
        var happened = new List<string>();
        var assignments = new Subject<IReadOnlyCollection<int>>();
        using var _ = assignments.MergeByAssignment(key => Observable.Defer(() =>
        {
            happened.Add($"+{key}");
            return Observable.Never<int>().Finally(() => happened.Add($"-{key}"));
        })).Subscribe();
        assignments.OnNext([1, 2, 3]);
        assignments.OnNext([4, 3, 5]);
        Assert.That(happened, Is.EqualTo(new[] { "+1", "+2", "+3", "-1", "-2", "+4", "+5" }));
    }

    [Test]
    public void A_stream_that_completes_frees_its_place_for_the_next_assignment()
    {
        var begun = 0;
        var assignments = new Subject<IReadOnlyCollection<int>>();
        using var _ = assignments.MergeByAssignment(_ => Observable.Return(++begun)).Subscribe();
        for (var i = 0; i < 3; i++) assignments.OnNext([7]);
        Assert.That(begun, Is.EqualTo(3));
    }

    [Test]
    public void The_error_of_a_stream_ends_everything()
    {
        var (good, bad, error) = (new Subject<int>(), new Subject<int>(), new InvalidOperationException("bad"));
        Exception? seen = null;
        var assignments = new BehaviorSubject<IReadOnlyCollection<int>>([0, 1]);
        using var _ = assignments.MergeByAssignment(key => key == 0 ? good : bad).Subscribe(_ => { }, thrown => seen = thrown);
        bad.OnError(error);
        Assert.That(seen, Is.SameAs(error));
        Assert.That((good.HasObservers, assignments.HasObservers), Is.EqualTo((false, false)));
    }

    [Test]
    public void The_error_of_a_stream_can_be_that_stream_s_own_affair()
    {
        var (good, failed, values) = (new Subject<int>(), new List<int>(), new List<int>());
        var assignments = new BehaviorSubject<IReadOnlyCollection<int>>([0, 1]);
        var attempts = 0;
        using var _ = assignments.MergeByAssignment(
            (key, _) => key == 0 ? good : attempts++ == 0 ? Observable.Throw<int>(new InvalidOperationException()) : Observable.Return(10),
            new MergeByAssignmentOptions<int> { PartitionFailed = (key, _) => failed.Add(key) }).Subscribe(values.Add);
        good.OnNext(1);
        assignments.OnNext([0, 1]);
        good.OnNext(2);
        Assert.That(failed, Is.EqualTo(new[] { 1 }));
        Assert.That(values, Is.EqualTo(new[] { 1, 10, 2 }));
    }

    [Test]
    public void The_error_of_the_assignments_wins()
    {
        var stream = new Subject<int>();
        var assignments = new Subject<IReadOnlyCollection<int>>();
        Exception? seen = null;
        using var _ = assignments.MergeByAssignment(_ => stream).Subscribe(_ => { }, error => seen = error);
        assignments.OnNext([0]);
        assignments.OnError(new InvalidOperationException("no more"));
        Assert.That((seen?.Message, stream.HasObservers), Is.EqualTo(("no more", false)));
    }

    [Test]
    public void A_function_that_throws_or_gives_nothing_is_an_error()
    {
        var assignments = new BehaviorSubject<IReadOnlyCollection<int>>([3]);
        Exception? seen = null;
        using var first = assignments.MergeByAssignment<int, int>(_ => throw new InvalidOperationException("no such partition"))
            .Subscribe(_ => { }, error => seen = error);
        Assert.That(seen?.Message, Is.EqualTo("no such partition"));
        using var second = assignments.MergeByAssignment<int, int>(_ => null!).Subscribe(_ => { }, error => seen = error);
        Assert.That(seen?.Message, Does.StartWith("There is no stream for 3"));
    }

    [Test]
    public void An_assignment_from_inside_OnNext_takes_effect_when_it_returns()
    {
        var streams = new[] { new Subject<string>(), new Subject<string>() };
        var assignments = new BehaviorSubject<IReadOnlyCollection<int>>([0]);
        var seen = new List<string>();
        using var _ = assignments.MergeByAssignment(key => streams[key]).Subscribe(value =>
        {
            seen.Add(value);
            if (value != "move") return;
            assignments.OnNext([1]);
            Assert.That(streams[0].HasObservers, Is.True, "not while the observer runs");
        });
        streams[0].OnNext("move");
        Assert.That((streams[0].HasObservers, streams[1].HasObservers), Is.EqualTo((false, true)));
        streams[0].OnNext("lost");
        streams[1].OnNext("found");
        Assert.That(seen, Is.EqualTo(new[] { "move", "found" }));
    }

    [Test]
    public void What_an_observer_gives_to_a_stream_comes_after_it_returns()
    {
        var stream = new Subject<int>();
        var (seen, depth) = (new List<int>(), 0);
        using var _ = Observable.Return<IReadOnlyCollection<int>>([0]).Concat(Observable.Never<IReadOnlyCollection<int>>())
            .MergeByAssignment(_ => stream).Subscribe(value =>
            {
                Assert.That(++depth, Is.EqualTo(1), "calls do not overlap");
                seen.Add(value);
                if (value < 1000) stream.OnNext(value + 1);
                depth--;
            });
        stream.OnNext(0);
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 1001)));
    }

    [Test]
    public void Ten_thousand_changes_in_a_row_make_no_deep_stack()
    {
        var assignments = new Subject<IReadOnlyCollection<int>>();
        var (seen, deepest) = (0, 0);
        using var _ = assignments.MergeByAssignment(Observable.Return).Subscribe(value =>
        {
            seen++;
            deepest = Math.Max(deepest, new System.Diagnostics.StackTrace().FrameCount);
            if (value < 10_000) assignments.OnNext([value + 1]);
        });
        assignments.OnNext([1]);
        Assert.That(seen, Is.EqualTo(10_000));
        Assert.That(deepest, Is.LessThan(200));
    }

    [Test]
    public async Task A_value_waits_for_the_observer_and_an_assignment_does_not()
    {
        var streams = new[] { new Subject<int>(), new Subject<int>() };
        var assignments = new BehaviorSubject<IReadOnlyCollection<int>>([0, 1]);
        using var entered = new SemaphoreSlim(0);
        using var free = new SemaphoreSlim(0);
        var seen = new List<int>();
        using var subscription = assignments.MergeByAssignment(key => streams[key]).Subscribe(value =>
        {
            seen.Add(value);
            if (value != 1) return;
            entered.Release();
            free.Wait();
        });
        var first = Task.Run(() => streams[0].OnNext(1));
        await entered.WaitAsync();
        // Whoever gives a value may take the return of OnNext for an acknowledgement.
        var waits = Task.Run(() =>
        {
            streams[1].OnNext(2);
            return seen.Contains(2);
        });
        await Task.Run(() => assignments.OnNext([1])).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(waits.IsCompleted, Is.False);
        free.Release();
        await Task.WhenAll(first, waits).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That((await waits, streams[0].HasObservers), Is.EqualTo((true, false)));
        Assert.That(seen, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task Disposing_lets_go_of_whoever_waits()
    {
        var streams = new[] { new Subject<int>(), new Subject<int>() };
        var assignments = new BehaviorSubject<IReadOnlyCollection<int>>([0, 1]);
        using var entered = new SemaphoreSlim(0);
        using var free = new SemaphoreSlim(0);
        var seen = 0;
        var subscription = assignments.MergeByAssignment(key => streams[key]).Subscribe(_ =>
        {
            seen++;
            entered.Release();
            free.Wait();
        });
        var first = Task.Run(() => streams[0].OnNext(1));
        await entered.WaitAsync();
        var waits = Task.Run(() => streams[1].OnNext(2));
        subscription.Dispose();
        await waits.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That((streams[0].HasObservers, streams[1].HasObservers, assignments.HasObservers), Is.EqualTo((false, false, false)));
        free.Release();
        await first.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(seen, Is.EqualTo(1));
    }

    [Test]
    public async Task Whoever_waits_is_not_overtaken_for_ever()
    {
        var (greedy, modest) = (new Subject<int>(), new Subject<int>());
        using var _ = Observable.Never<IReadOnlyCollection<int>>().StartWith([0, 1])
            .MergeByAssignment(key => key == 0 ? greedy : modest).Subscribe();
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(50));
        var busy = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested) greedy.OnNext(0);
        });
        await Task.Run(() =>
        {
            for (var i = 0; i < 100; i++) modest.OnNext(i);
        }).WaitAsync(TimeSpan.FromSeconds(20));
        await enough.CancelAsync();
        await busy;
    }

    [Test]
    public async Task A_key_that_was_taken_and_given_back_while_the_observer_ran_begins_anew()
    {
        var begun = new List<int>();
        var streams = new[] { new Subject<int>(), new Subject<int>() };
        var assignments = new BehaviorSubject<IReadOnlyCollection<int>>([0, 1]);
        using var _ = assignments.MergeByAssignment(key => Observable.Defer(() =>
        {
            begun.Add(key);
            return streams[key];
        })).Subscribe(_ =>
        {
            assignments.OnNext([1]);
            assignments.OnNext([]);
            assignments.OnNext([1, 0]);
            assignments.OnNext([0]);
        });
        await Task.Run(() => streams[0].OnNext(1)).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(begun, Is.EqualTo(new[] { 0, 1, 0 }));
        Assert.That((streams[0].HasObservers, streams[1].HasObservers), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_stream_that_has_ended_is_not_begun_again_by_the_trouble_of_others()
    {
        var (begun, other) = (0, new Subject<int>());
        using var _ = Observable.Never<IReadOnlyCollection<int>>().StartWith([0, 1])
            .MergeByAssignment(key => key == 0 ? Observable.Return(++begun) : other).Subscribe(value =>
            {
                if (value == 10) other.OnNext(11);
            });
        other.OnNext(10);
        other.OnCompleted();
        Assert.That(begun, Is.EqualTo(1));
    }

    [Test]
    public void An_assignment_is_what_it_was_when_it_came()
    {
        var (begun, set) = (new List<string>(), new List<string> { "b", "a", "B", "b" });
        var assignments = new Subject<IReadOnlyCollection<string>>();
        using var _ = assignments.MergeByAssignment((key, _) => Observable.Return(key), new MergeByAssignmentOptions<string>
        {
            Comparer = StringComparer.OrdinalIgnoreCase,
            StartOrder = StringComparer.Ordinal,
        }).Subscribe(key =>
        {
            begun.Add(key);
            set.Clear();
        });
        assignments.OnNext(set);
        Assert.That(begun, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void An_order_that_throws_or_no_assignment_at_all_is_an_error()
    {
        var assignments = new Subject<IReadOnlyCollection<int>>();
        var errors = new List<string>();
        var broken = new MergeByAssignmentOptions<int>
        {
            StartOrder = Comparer<int>.Create((_, _) => throw new InvalidOperationException("no order")),
        };
        using var ordered = assignments.MergeByAssignment((_, _) => Observable.Never<int>(), broken)
            .Subscribe(_ => { }, error => errors.Add(error.InnerException!.Message));
        assignments.OnNext([1, 2]);
        using var none = assignments.MergeByAssignment(_ => Observable.Never<int>()).Subscribe(_ => { }, error => errors.Add(error.Message));
        assignments.OnNext(null!);
        Assert.That(errors, Is.EqualTo(new[] { "no order", "An assignment was null; an empty one says that nothing is assigned." }));
        Assert.That(assignments.HasObservers, Is.False);
    }

    [Test]
    public void What_the_observer_throws_comes_to_whoever_made_it_run()
    {
        var assignments = new Subject<IReadOnlyCollection<int>>();
        // A subject that gives its value in Subscribe, where Rx would keep the exception to itself.
        using var stream = new BehaviorSubject<int>(1);
        using var _ = assignments.MergeByAssignment(_ => stream)
            .Subscribe(_ => throw new InvalidOperationException("observer"), _ => Assert.Fail("not an error of the stream"));
        Assert.That(() => assignments.OnNext([0]), Throws.InvalidOperationException.With.Message.EqualTo("observer"));
        Assert.That(assignments.HasObservers, Is.False);
    }

    [Test]
    public void A_stream_that_drains_and_is_assigned_again_begins_when_it_has_ended()
    {
        var (open, most) = (0, 0);
        var assignments = new Subject<IReadOnlyCollection<int>>();
        var ends = new Subject<int>();
        using var _ = assignments.MergeByAssignment(
            (_, _) => Observable.Create<int>(observer =>
            {
                most = Math.Max(most, ++open);
                return StableCompositeDisposable.Create(ends.Subscribe(_ => observer.OnCompleted()), Disposable.Create(() => open--));
            }),
            new MergeByAssignmentOptions<int> { Drain = TimeSpan.FromTicks(50), Scheduler = scheduler }).Subscribe();
        assignments.OnNext([0]);
        assignments.OnNext([]);
        assignments.OnNext([0]);
        Assert.That((open, most), Is.EqualTo((1, 1)));
        ends.OnNext(0);
        Assert.That((open, most), Is.EqualTo((1, 1)));
        scheduler.AdvanceBy(1000);
        Assert.That(open, Is.EqualTo(1), "the patience for the first is over, not for the second");
    }

    [Test]
    public void The_end_of_the_assignments_drains_and_then_completes()
    {
        var assignments = scheduler.CreateHotObservable(OnNext<IReadOnlyCollection<int>>(210, [0]), OnCompleted<IReadOnlyCollection<int>>(300));
        var stream = scheduler.CreateHotObservable(OnNext(310, 'x'), OnCompleted<char>(320));
        var seen = scheduler.Start(() => assignments.MergeByAssignment(
            (_, _) => stream, new MergeByAssignmentOptions<int> { Drain = TimeSpan.FromTicks(50), Scheduler = scheduler }));
        seen.Messages.AssertEqual(OnNext(310, 'x'), OnCompleted<char>(320));
    }

    [Test]
    public void Revoked_streams_may_drain_before_anything_is_begun()
    {
        var begun = new List<int>();
        var assignments = scheduler.CreateHotObservable(
            OnNext<IReadOnlyCollection<int>>(210, [0, 1]), OnNext<IReadOnlyCollection<int>>(300, [1, 2]));
        var kept = scheduler.CreateHotObservable(OnNext(310, 100));

        var seen = scheduler.Start(() => assignments.MergeByAssignment(
            (key, revoked) =>
            {
                begun.Add(key);
                return key switch
                {
                    0 => Observable.Timer(TimeSpan.FromTicks(5), TimeSpan.FromTicks(5), scheduler).Select(_ => 0)
                        .TakeUntil(Observable.Create<int>(observer =>
                            revoked.Register(() => scheduler.Schedule(TimeSpan.FromTicks(12), () => observer.OnNext(0))))),
                    1 => kept,
                    _ => Observable.Return(key, scheduler),
                };
            },
            new MergeByAssignmentOptions<int> { Drain = TimeSpan.FromTicks(50), Scheduler = scheduler }));

        var after = seen.Messages.Where(message => message.Time >= 300).Select(message => (message.Time, message.Value.Value));
        Assert.That(after, Is.EqualTo(new[] { (300L, 0), (305, 0), (310, 100), (310, 0), (313, 2) }));
        Assert.That(begun, Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public void Draining_has_an_end()
    {
        var assignments = scheduler.CreateHotObservable(
            OnNext<IReadOnlyCollection<int>>(210, [0]), OnNext<IReadOnlyCollection<int>>(300, [1]));
        var stubborn = scheduler.CreateHotObservable(OnNext(320, 'x'), OnNext(360, 'y'));

        var seen = scheduler.Start(() => assignments.MergeByAssignment(
            (key, _) => key == 0 ? stubborn : Observable.Return('z'),
            new MergeByAssignmentOptions<int> { Drain = TimeSpan.FromTicks(50), Scheduler = scheduler }));

        seen.Messages.AssertEqual(OnNext(320, 'x'), OnNext(350, 'z'));
        stubborn.Subscriptions.AssertEqual(Subscribe(210, 350));
    }
}
