using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ShareTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void There_is_one_subscription_from_the_first_to_come_to_the_last_to_leave()
    {
        var source = scheduler.CreateColdObservable(OnNext(20, 'a'), OnNext(40, 'b'), OnNext(60, 'c'), OnNext(80, 'd'));
        var shared = source.Share();
        var first = Listen(shared, 200, 250);
        var second = Listen(shared, 230, 270);
        var third = Listen(shared, 300, 330);
        scheduler.Start();
        first.Messages.AssertEqual(OnNext(220, 'a'), OnNext(240, 'b'));
        second.Messages.AssertEqual(OnNext(240, 'b'), OnNext(260, 'c'));
        third.Messages.AssertEqual(OnNext(320, 'a'));
        source.Subscriptions.AssertEqual(Subscribe(200, 270), Subscribe(300, 330));
    }

    [Test]
    public void The_end_is_told_to_all_and_who_comes_later_begins_anew()
    {
        var source = scheduler.CreateColdObservable(OnNext(20, 'a'), OnError<char>(40, new InvalidOperationException()));
        var shared = source.Share();
        var (first, second, third) = (Listen(shared, 200, 900), Listen(shared, 210, 900), Listen(shared, 241, 900));
        scheduler.Start();
        first.Messages.AssertEqual(OnNext(220, 'a'), OnError<char>(240, error => error is InvalidOperationException));
        second.Messages.AssertEqual(OnNext(220, 'a'), OnError<char>(240, error => error is InvalidOperationException));
        third.Messages.AssertEqual(OnNext(261, 'a'), OnError<char>(281, error => error is InvalidOperationException));
        source.Subscriptions.AssertEqual(Subscribe(200, 240), Subscribe(241, 281));
    }

    [Test]
    public void Counting_down_and_up_again_keeps_working()
    {
        // What RefCount of System.Reactive 6.0.1 gets wrong when it has a minimum.
        var (connections, open) = (0, 0);
        var shared = Observable.Create<int>(_ =>
        {
            connections++;
            open++;
            return Disposable.Create(() => open--);
        }).Share();
        for (var i = 0; i < 3; i++)
        {
            var (one, other) = (shared.Subscribe(), shared.Subscribe());
            one.Dispose();
            one = shared.Subscribe();
            Assert.That(open, Is.EqualTo(1));
            one.Dispose();
            other.Dispose();
            other.Dispose();
            Assert.That(open, Is.Zero);
        }

        Assert.That(connections, Is.EqualTo(3));
    }

    [Test]
    public void A_source_that_gives_while_it_is_being_subscribed_to_is_heard()
    {
        var seen = new List<int>();
        var shared = Observable.Create<int>(observer =>
        {
            observer.OnNext(1);
            observer.OnNext(2);
            observer.OnCompleted();
            return Disposable.Empty;
        }).Share();
        using var repeated = shared.Repeat(3).Subscribe(seen.Add);
        Assert.That(seen, Is.EqualTo(new[] { 1, 2, 1, 2, 1, 2 }));
    }

    [Test]
    public void Who_comes_or_leaves_while_a_value_is_told_does_so_behind_it()
    {
        var (source, seen) = (new Subject<int>(), new List<string>());
        var shared = source.Share();
        IDisposable? late = null;
        IDisposable second = Disposable.Empty;
        using var first = shared.Subscribe(value =>
        {
            seen.Add($"first {value}");
            late ??= shared.Subscribe(value => seen.Add($"late {value}"));
            if (value == 2) second.Dispose();
        });
        second = shared.Subscribe(value => seen.Add($"second {value}"));
        source.OnNext(1);
        source.OnNext(2);
        Assert.That(seen, Is.EqualTo(new[] { "first 1", "second 1", "first 2", "late 2" }));
        late!.Dispose();
    }

    [Test]
    public void What_one_observer_throws_is_the_error_of_the_others()
    {
        var (source, errors) = (new Subject<int>(), new List<string>());
        var shared = source.Share();
        using var good = shared.Subscribe(_ => { }, error => errors.Add(error.Message));
        using var bad = shared.Subscribe(_ => throw new InvalidOperationException("bad"), _ => Assert.Fail("it threw itself"));
        Assert.That(() => source.OnNext(1), Throws.InvalidOperationException);
        Assert.That(errors, Is.EqualTo(new[] { "bad" }));
        Assert.That(source.HasObservers, Is.False);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void An_observer_that_throws_at_the_end_does_not_keep_it_from_the_others(bool isError)
    {
        var (source, ends) = (new Subject<int>(), new List<string>());
        var shared = source.Share();
        using var bad = shared.Subscribe(_ => { }, _ => throw new FormatException("bad"), () => throw new FormatException("bad"));
        using var good = shared.Subscribe(_ => { }, error => ends.Add(error.Message), () => ends.Add("completed"));
        Assert.That(() => { if (isError) source.OnError(new InvalidOperationException("source")); else source.OnCompleted(); }, Throws.TypeOf<FormatException>());
        Assert.That(ends, Is.EqualTo(new[] { isError ? "source" : "completed" }));
    }

    [Test]
    public async Task Many_threads_that_come_and_go_leave_nothing_behind()
    {
        var (open, most, connections) = (0, 0, 0);
        var shared = Observable.Create<int>(observer =>
        {
            Interlocked.Increment(ref connections);
            var now = Interlocked.Increment(ref open);
            for (var seen = most; now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen; seen = most) { }
            observer.OnNext(1);
            return Disposable.Create(() => Interlocked.Decrement(ref open));
        }).Share();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++) shared.Subscribe().Dispose();
        }))).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(open, Is.Zero);
        TestContext.Out.WriteLine($"{connections} connections, at most {most} at once");
    }

    ITestableObserver<char> Listen(IObservable<char> shared, long from, long to)
    {
        var observer = scheduler.CreateObserver<char>();
        IDisposable subscription = Disposable.Empty;
        scheduler.ScheduleAbsolute(0, from, (_, _) => subscription = shared.Subscribe(observer));
        scheduler.ScheduleAbsolute(0, to, (_, _) =>
        {
            subscription.Dispose();
            return Disposable.Empty;
        });
        return observer;
    }
}
