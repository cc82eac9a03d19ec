using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Reactive.Threading.Tasks;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[WithoutSynchronizationContext]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class SelectAsyncTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void Results_come_in_the_order_of_the_source()
    {
        var seen = scheduler.Start(() => Source().SelectAsync(Slow, maxConcurrency: 3));
        seen.Messages.AssertEqual(OnNext(251, 'A'), OnNext(251, 'B'), OnNext(311, 'C'), OnCompleted<char>(311));
    }

    [Test]
    public void Results_come_as_they_are_done()
    {
        var seen = scheduler.Start(() => Source().SelectAsync(Slow, maxConcurrency: 3, AsyncOrder.Completion));
        seen.Messages.AssertEqual(OnNext(230, 'B'), OnNext(251, 'A'), OnNext(311, 'C'), OnCompleted<char>(311));
    }

    [Test]
    public void No_more_than_so_many_run_at_once_and_the_others_wait_for_their_place()
    {
        var (running, most) = (0, 0);
        var source = scheduler.CreateHotObservable([.. Enumerable.Range(1, 10).Select(i => OnNext(200 + i, i)), OnCompleted<int>(215)]);
        var seen = scheduler.Start(() => source.SelectAsync(
            async (i, stop) =>
            {
                most = Math.Max(most, ++running);
                var result = await scheduler.After(20, i, stop);
                running--;
                return result;
            }, maxConcurrency: 3, capacity: 10));
        Assert.That(most, Is.EqualTo(3));
        Assert.That(seen.Messages.SkipLast(1).Select(message => message.Value.Value), Is.EqualTo(Enumerable.Range(1, 10)));
    }

    [Test]
    public async Task The_source_waits_when_all_places_are_taken()
    {
        var (source, seen) = (new Subject<int>(), new List<int>());
        using var begun = new SemaphoreSlim(0);
        var work = new TaskCompletionSource<int>[3];
        for (var i = 0; i < 3; i++) work[i] = new();
        using var _ = source.SelectAsync(async (i, _) =>
        {
            begun.Release();
            return await work[i].Task;
        }, maxConcurrency: 2).Subscribe(seen.Add);
        var producing = Task.Run(() =>
        {
            for (var i = 0; i < 3; i++) source.OnNext(i);
            source.OnCompleted();
        });
        await begun.WaitAsync();
        await begun.WaitAsync();
        Assert.That(await begun.WaitAsync(TimeSpan.FromMilliseconds(50)), Is.False);
        Assert.That(producing.IsCompleted, Is.False);
        work[0].SetResult(10);
        await begun.WaitAsync();
        work[2].SetResult(12);
        work[1].SetResult(11);
        await producing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(seen, Is.EqualTo(new[] { 10, 11, 12 }));
    }

    [Test]
    public void The_error_of_work_comes_behind_the_results_before_it_and_when_nothing_runs_any_more()
    {
        var stopped = 0L;
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnNext(220, 'x'), OnNext(230, 'c'), OnNext(400, 'd'));
        var seen = scheduler.Start(() => source.SelectAsync(
            async (letter, stop) =>
            {
                if (letter == 'x')
                {
                    await scheduler.After(15, letter, CancellationToken.None);
                    throw new InvalidOperationException("x");
                }

                if (letter == 'c') stop.Register(() => stopped = scheduler.Clock);
                // It takes no notice of the token.
                return await scheduler.After(letter == 'c' ? 100 : 40, letter, CancellationToken.None);
            }, maxConcurrency: 3));
        seen.Messages.AssertEqual(OnNext(250, 'a'), OnError<char>(330, error => error.Message == "x"));
        source.Subscriptions.AssertEqual(Subscribe(200, 250));
        Assert.That(stopped, Is.EqualTo(250));
    }

    [Test]
    public void The_error_of_the_source_comes_behind_the_results_of_what_came_before_it()
    {
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnError<char>(220, new InvalidOperationException("source")));
        var seen = scheduler.Start(() => source.SelectAsync(Slow, maxConcurrency: 3));
        seen.Messages.AssertEqual(OnNext(251, 'A'), OnError<char>(251, error => error.Message == "source"));
    }

    [Test]
    public void Disposing_ends_the_source_and_cancels_the_work()
    {
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnNext(220, 'b'));
        var cancelled = 0L;
        var seen = scheduler.Start(() => source.SelectAsync(async (letter, stop) =>
        {
            stop.Register(() => cancelled = scheduler.Clock);
            return await scheduler.After(1000, letter, stop);
        }, maxConcurrency: 2), 100, 200, 230);
        Assert.That((seen.Messages.Count, cancelled), Is.EqualTo((0, 230L)));
        source.Subscriptions.AssertEqual(Subscribe(200, 230));
    }

    [Test]
    public async Task Disposing_lets_go_of_a_source_that_waits()
    {
        var source = new Subject<int>();
        using var begun = new SemaphoreSlim(0);
        var subscription = source.SelectAsync((_, _) =>
        {
            begun.Release();
            return new ValueTask<int>(new TaskCompletionSource<int>().Task);
        }, maxConcurrency: 1).Subscribe();
        var producing = Task.Run(() =>
        {
            source.OnNext(1);
            source.OnNext(2);
        });
        await begun.WaitAsync();
        subscription.Dispose();
        await producing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(source.HasObservers, Is.False);
    }

    [Test]
    public void An_observer_that_would_wait_for_itself_is_an_error()
    {
        var source = new Subject<int>();
        Exception? seen = null;
        var never = new TaskCompletionSource<int>();
        using var _ = source.SelectAsync((i, _) => i == 0 ? new(0) : new ValueTask<int>(never.Task), maxConcurrency: 2)
            .Subscribe(_ =>
            {
                source.OnNext(1);
                source.OnNext(2);
            }, error => seen = error);
        source.OnNext(0);
        never.SetResult(1);
        Assert.That(seen?.Message, Does.Contain("wait for itself"));
    }

    [Test]
    public void Work_that_fails_may_be_tried_again_later()
    {
        var (source, tried) = (scheduler.CreateHotObservable(OnNext(210, 'a'), OnNext(220, 'b'), OnCompleted<char>(230)), new List<(long, char)>());
        var seen = scheduler.Start(() => source.SelectAsync(
            (letter, _) =>
            {
                tried.Add((scheduler.Clock, letter));
                return letter == 'a' && tried.Count < 4 ? throw new InvalidOperationException() : new ValueTask<char>(letter);
            }, maxConcurrency: 2, retry: new() { First = TimeSpan.FromTicks(20), Jitter = 0 }, scheduler: scheduler));
        Assert.That(tried, Is.EqualTo(new[] { (210L, 'a'), (220, 'b'), (230, 'a'), (270, 'a') }));
        seen.Messages.AssertEqual(OnNext(270, 'a'), OnNext(270, 'b'), OnCompleted<char>(270));
    }

    [Test]
    public void Leases_end_when_the_result_has_been_told()
    {
        var (ledger, during) = (new Ledger(), new List<string>());
        var work = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<int>()).ToArray();
        var source = new Subject<Ledger.Counted>();
        Exception? error = null;
        using var _ = source.SelectAsync((element, _) => new ValueTask<int>(work[element.Value].Task), maxConcurrency: 3)
            .Subscribe(_ => during.Add(ledger.All), thrown => error = thrown);
        for (var i = 0; i < 3; i++) source.OnNext(ledger.Element(i));
        work[0].SetResult(0);
        Assert.That(ledger[1], Is.EqualTo("completed"));
        work[2].SetResult(2);
        Assert.That((ledger[2], ledger[3]), Is.EqualTo(("open", "open")));
        work[1].SetException(new InvalidOperationException("bad"));
        Assert.That((ledger[2], ledger[3], error?.Message), Is.EqualTo(("failed", "failed", "bad")));
        Assert.That(during, Is.EqualTo(new[] { "open open open" }));
    }

    [Test]
    public void Each_lease_ends_exactly_once_whatever_happens() => Prop.ForAll(Gen.Choose(0, 5).ArrayOf().ToArbitrary(), Gen.Choose(0, 40)
        .ToArbitrary(), (steps, cut) =>
    {
        // A step below 3 gives an element, above it ends or fails the oldest or newest work; the subscription ends after `cut` steps.
        var (ledger, source) = (new Ledger(), new Subject<Ledger.Counted>());
        var open = new List<TaskCompletionSource<int>>();
        var subscription = source.SelectAsync((_, _) =>
        {
            open.Add(new());
            return new ValueTask<int>(open[^1].Task);
        }, maxConcurrency: 2, AsyncOrder.Completion, capacity: 1000).Subscribe(_ => { }, _ => { });
        foreach (var (step, i) in steps.Select((step, i) => (step, i)))
        {
            if (i == cut) subscription.Dispose();
            if (step < 3) source.OnNext(ledger.Element(i));
            else if (open.Count > 0)
            {
                var work = open[step == 3 ? 0 : open.Count - 1];
                open.Remove(work);
                if (step == 5 && i % 3 == 0) work.SetException(new InvalidOperationException());
                else work.SetResult(0);
            }
        }

        subscription.Dispose();
        while (open.Count > 0)
        {
            var work = open[0];
            open.RemoveAt(0);
            work.SetResult(0);
        }

        return ledger.Open == 0;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithQuietOnSuccess(true));

    [Test]
    public void One_at_a_time_is_Select() => Prop.ForAll(Gen.Choose(0, 100).ArrayOf().ToArbitrary(), values =>
    {
        var (seen, expected) = (new List<int>(), new List<int>());
        using var one = values.ToObservable().SelectAsync((i, _) => new ValueTask<int>(i * 2), maxConcurrency: 1).Subscribe(seen.Add);
        using var other = values.ToObservable().Select(i => i * 2).Subscribe(expected.Add);
        return seen.SequenceEqual(expected);
    }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Test]
    public async Task A_hundred_thousand_on_many_threads_keep_their_order()
    {
        const int Count = 100_000;
        var seen = await Observable.Range(0, Count).SelectAsync(async (i, _) =>
        {
            if (i % 3 == 0) await Task.Yield();
            return i;
        }, maxConcurrency: 16).ToList().ToTask().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, Count)));
    }

    ITestableObservable<char> Source() => scheduler.CreateHotObservable(
        OnNext(210, 'a'), OnNext(220, 'b'), OnNext(270, 'c'), OnCompleted<char>(280));

    // a and c take 41 ticks, b takes 10.
    async ValueTask<char> Slow(char letter, CancellationToken stop) =>
        char.ToUpperInvariant(await scheduler.After(letter == 'b' ? 10 : 41, letter, stop));
}
