using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class PauseWhenTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void What_comes_while_it_is_paused_is_dropped()
    {
        var seen = scheduler.Start(() => Source().PauseWhen(Paused(), PauseMode.Drop));
        seen.Messages.AssertEqual(OnNext(210, 'a'), OnNext(280, 'd'), OnCompleted<char>(290));
    }

    [Test]
    public void What_comes_while_it_is_paused_is_kept_and_told_when_it_goes_on()
    {
        var seen = scheduler.Start(() => Source().PauseWhen(Paused(), PauseMode.Hold(16)));
        seen.Messages.AssertEqual(OnNext(210, 'a'), OnNext(260, 'b'), OnNext(260, 'c'), OnNext(280, 'd'), OnCompleted<char>(290));
    }

    [Test]
    public void The_end_comes_behind_what_is_kept()
    {
        var paused = scheduler.CreateHotObservable(OnNext(220, true), OnNext(400, false));
        var seen = scheduler.Start(() => Source().PauseWhen(paused, PauseMode.Hold(16)));
        seen.Messages.AssertEqual(OnNext(210, 'a'), OnNext(400, 'b'), OnNext(400, 'c'), OnNext(400, 'd'), OnCompleted<char>(400));
    }

    [Test]
    public void An_error_of_either_comes_at_once()
    {
        var paused = scheduler.CreateHotObservable(OnNext(220, true));
        var source = scheduler.CreateHotObservable(OnNext(230, 'a'), OnError<char>(240, new InvalidOperationException("source")));
        var broken = scheduler.CreateHotObservable(OnNext(220, true), OnError<bool>(240, new InvalidOperationException("signal")));
        var first = scheduler.CreateObserver<char>();
        var second = scheduler.CreateObserver<char>();
        scheduler.ScheduleAbsolute(0, 200, (_, _) => StableCompositeDisposable.Create(
            source.PauseWhen(paused, PauseMode.Hold(16)).Subscribe(first), Observable.Never<char>().PauseWhen(broken).Subscribe(second)));
        scheduler.Start();
        first.Messages.AssertEqual(OnError<char>(240, error => error.Message == "source"));
        second.Messages.AssertEqual(OnError<char>(240, error => error.Message == "signal"));
        paused.Subscriptions.AssertEqual(Subscribe(200, 240));
    }

    [TestCase(BufferOverflow.DropNewest, "12")]
    [TestCase(BufferOverflow.DropOldest, "23")]
    public void One_more_than_may_be_kept_is_dropped(BufferOverflow overflow, string expected)
    {
        var (source, paused, seen, ledger) = (new Subject<Ledger.Counted>(), new BehaviorSubject<bool>(true), new List<int>(), new Ledger());
        using var _ = source.PauseWhen(paused, PauseMode.Hold(2, overflow)).Subscribe(element => seen.Add(element.Value));
        for (var i = 1; i <= 3; i++) source.OnNext(ledger.Element(i));
        Assert.That(ledger.Open, Is.EqualTo(2));
        paused.OnNext(false);
        Assert.That(string.Concat(seen), Is.EqualTo(expected));
        Assert.That(ledger.All, Is.EqualTo("completed completed completed"), "what is dropped is dropped on purpose");
    }

    [Test]
    public void One_more_than_may_be_kept_is_an_error()
    {
        var (source, ledger) = (new Subject<Ledger.Counted>(), new Ledger());
        Exception? error = null;
        using var _ = source.PauseWhen(Observable.Return(true), PauseMode.Hold(1, BufferOverflow.Fail))
            .Subscribe(_ => { }, thrown => error = thrown);
        source.OnNext(ledger.Element(1));
        source.OnNext(ledger.Element(2));
        Assert.That(error, Is.InstanceOf<BufferFullException>());
        Assert.That(ledger.All, Is.EqualTo("failed failed"));
    }

    [Test]
    public async Task A_source_waits_until_it_goes_on_or_nobody_listens()
    {
        var (source, paused, seen) = (new Subject<int>(), new BehaviorSubject<bool>(true), new List<int>());
        var subscription = source.PauseWhen(paused).Subscribe(seen.Add);
        var producing = Task.Run(() => source.OnNext(1));
        Assert.That(await Task.WhenAny(producing, Task.Delay(50)), Is.Not.SameAs(producing));
        paused.OnNext(false);
        await producing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(seen, Is.EqualTo(new[] { 1 }));
        paused.OnNext(true);
        producing = Task.Run(() => source.OnNext(2));
        subscription.Dispose();
        await producing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(seen, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void A_source_that_can_be_paused_is_told()
    {
        var (source, paused) = (new Pausable(), new Subject<bool>());
        var subscription = source.PauseWhen(paused).Subscribe();
        var pauses = new List<int>();
        foreach (var isPaused in new[] { true, true, false, true })
        {
            paused.OnNext(isPaused);
            pauses.Add(source.Pauses);
        }

        subscription.Dispose();
        Assert.That(pauses, Is.EqualTo(new[] { 1, 1, 0, 1 }));
        Assert.That(source.Pauses, Is.Zero);
    }

    [Test]
    public void An_observer_may_pause_while_what_was_kept_is_told()
    {
        var (source, paused, seen) = (new Subject<int>(), new BehaviorSubject<bool>(true), new List<int>());
        using var _ = source.PauseWhen(paused, PauseMode.Hold(10)).Subscribe(value =>
        {
            seen.Add(value);
            if (value == 2) paused.OnNext(true);
        });
        for (var i = 1; i <= 4; i++) source.OnNext(i);
        paused.OnNext(false);
        Assert.That(seen, Is.EqualTo(new[] { 1, 2 }));
        paused.OnNext(false);
        Assert.That(seen, Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public async Task Nothing_is_lost_or_out_of_order_when_it_is_switched_while_the_source_runs()
    {
        const int Count = 100_000;
        var (source, paused, seen) = (new Subject<int>(), new BehaviorSubject<bool>(false), new List<int>());
        using var _ = source.PauseWhen(paused, PauseMode.Hold(64)).Subscribe(seen.Add);
        using var enough = new CancellationTokenSource();
        var switching = Task.Run(() =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++) paused.OnNext(i % 2 == 0);
            paused.OnNext(false);
        });
        await Task.Run(() =>
        {
            for (var i = 0; i < Count; i++) source.OnNext(i);
        }).WaitAsync(TimeSpan.FromMinutes(1));
        await enough.CancelAsync();
        await switching;
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, Count)));
    }

    ITestableObservable<char> Source() => scheduler.CreateHotObservable(
        OnNext(210, 'a'), OnNext(230, 'b'), OnNext(250, 'c'), OnNext(280, 'd'), OnCompleted<char>(290));

    ITestableObservable<bool> Paused() => scheduler.CreateHotObservable(OnNext(201, false), OnNext(220, true), OnNext(260, false));

    sealed class Pausable : IObservable<int>, IPausable
    {
        public int Pauses { get; private set; }

        public IDisposable Subscribe(IObserver<int> observer) => Disposable.Empty;

        public IDisposable Pause()
        {
            Pauses++;
            return Disposable.Create(() => Pauses--);
        }
    }
}
