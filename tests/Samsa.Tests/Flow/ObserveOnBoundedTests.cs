using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Reactive.Threading.Tasks;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ObserveOnBoundedTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void Elements_and_their_end_are_observed_on_the_scheduler()
    {
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnNext(220, 'b'), OnError<char>(220, new InvalidOperationException()));
        var seen = scheduler.Start(() => source.ObserveOnBounded(4, scheduler));
        seen.Messages.AssertEqual(OnNext(211, 'a'), OnNext(221, 'b'), OnError<char>(221, error => error is InvalidOperationException));
        source.Subscriptions.AssertEqual(Subscribe(200, 221));
    }

    [TestCase(BufferOverflow.DropNewest, "ab", "c")]
    [TestCase(BufferOverflow.DropOldest, "bc", "a")]
    public void One_more_than_may_be_on_their_way_is_dropped(BufferOverflow overflow, string expected, string expectedDropped)
    {
        var (source, seen, dropped, ledger) = (new Subject<Ledger.Counted>(), "", "", new Ledger());
        using var _ = source.ObserveOnBounded(2, overflow, scheduler, element => dropped += (char)element.Value)
            .Subscribe(element => seen += (char)element.Value);
        foreach (var letter in "abc") source.OnNext(ledger.Element(letter));
        scheduler.Start();
        Assert.That((seen, dropped), Is.EqualTo((expected, expectedDropped)));
        Assert.That(ledger.All, Is.EqualTo("completed completed completed"));
    }

    [Test]
    public void One_more_than_may_be_on_their_way_is_an_error_behind_them()
    {
        var source = new Subject<char>();
        var seen = scheduler.CreateObserver<char>();
        using var _ = source.ObserveOnBounded(2, BufferOverflow.Fail, scheduler).Subscribe(seen);
        foreach (var letter in "abc") source.OnNext(letter);
        scheduler.Start();
        seen.Messages.AssertEqual(OnNext(1, 'a'), OnNext(1, 'b'), OnError<char>(1, error => error is BufferFullException { Capacity: 2 }));
        Assert.That(source.HasObservers, Is.False);
    }

    [Test]
    public async Task A_slow_observer_holds_up_the_source_and_no_more_than_so_many_are_inside()
    {
        const int Capacity = 8;
        var (given, seen, most) = (0, 0, 0);
        var all = Observable.Range(0, 2_000).Do(_ => Interlocked.Increment(ref given)).ObserveOnBounded(Capacity, TaskPoolScheduler.Default)
            .Do(_ =>
            {
                if (seen % 100 == 0) Thread.Yield();
                most = Math.Max(most, Volatile.Read(ref given) - seen);
                seen++;
            }).ToTask();
        await all.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(seen, Is.EqualTo(2_000));
        // The one that waits in OnNext has been given, too.
        Assert.That(most, Is.LessThanOrEqualTo(Capacity + 1));
    }

    [Test]
    public void Leases_end_when_the_observer_returns_or_nobody_listens_any_more()
    {
        var (source, ledger, during) = (new Subject<Ledger.Counted>(), new Ledger(), "");
        IDisposable subscription = null!;
        subscription = source.ObserveOnBounded(4, scheduler).Subscribe(element =>
        {
            during += ledger[element.Number] + " ";
            if (element.Value == 2) subscription.Dispose();
        });
        for (var i = 1; i <= 3; i++) source.OnNext(ledger.Element(i));
        scheduler.Start();
        Assert.That((during, ledger.All), Is.EqualTo(("open open ", "completed completed failed")));
    }

    [Test]
    public void What_the_observer_throws_goes_to_the_scheduler()
    {
        var (source, ledger) = (new Subject<Ledger.Counted>(), new Ledger());
        using var _ = source.ObserveOnBounded(4, scheduler).Subscribe(_ => throw new InvalidOperationException("observer"));
        source.OnNext(ledger.Element(1));
        Assert.That(scheduler.Start, Throws.InvalidOperationException.With.Message.EqualTo("observer"));
        Assert.That((ledger[1], source.HasObservers), Is.EqualTo(("failed", false)));
    }

    [Test]
    public void An_observer_that_would_wait_for_itself_is_an_error()
    {
        var source = new Subject<int>();
        Exception? error = null;
        using var _ = source.ObserveOnBounded(2, scheduler).Subscribe(_ =>
        {
            source.OnNext(1);
            source.OnNext(2);
        }, thrown => error = thrown);
        source.OnNext(0);
        scheduler.Start();
        Assert.That(error?.Message, Does.Contain("wait for itself"));
    }
}
