using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[WithoutSynchronizationContext]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ForEachAsyncTests : ReactiveTest
{
    [Test]
    public async Task It_ends_when_the_source_has_ended_and_nothing_runs_any_more()
    {
        var (source, work, ledger) = (new Subject<Ledger.Counted>(), new TaskCompletionSource(), new Ledger());
        var all = source.ForEachAsync((_, _) => new ValueTask(work.Task), maxConcurrency: 2);
        source.OnNext(ledger.Element(1));
        source.OnCompleted();
        Assert.That((all.IsCompleted, ledger[1]), Is.EqualTo((false, "open")));
        work.SetResult();
        await all.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(ledger[1], Is.EqualTo("completed"));
    }

    [Test]
    public void The_first_error_is_that_of_the_task()
    {
        var source = new Subject<int>();
        var all = source.ForEachAsync((i, _) => i == 2 ? throw new InvalidOperationException("two") : default, maxConcurrency: 2);
        source.OnNext(1);
        source.OnNext(2);
        Assert.That(async () => await all.WaitAsync(TimeSpan.FromSeconds(20)), Throws.InvalidOperationException.With.Message.EqualTo("two"));
        Assert.That(source.HasObservers, Is.False);
    }

    [Test]
    public void Cancelling_cancels_the_work_and_waits_for_it()
    {
        using var stop = new CancellationTokenSource();
        var (source, work, cancelled) = (new Subject<int>(), new TaskCompletionSource(), false);
        var all = source.ForEachAsync(async (_, token) =>
        {
            token.Register(() => cancelled = true);
            await work.Task;
        }, maxConcurrency: 2, stop.Token);
        source.OnNext(1);
        stop.Cancel();
        Assert.That((cancelled, source.HasObservers, all.IsCompleted), Is.EqualTo((true, false, false)));
        work.SetResult();
        Assert.That(async () => await all.WaitAsync(TimeSpan.FromSeconds(20)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(all.IsCanceled, Is.True);
    }

    [Test]
    public void A_token_that_is_cancelled_already_subscribes_to_nothing()
    {
        var source = new Subject<int>();
        var all = source.ForEachAsync((_, _) => default, 1, new CancellationToken(canceled: true));
        Assert.That((all.IsCanceled, source.HasObservers), Is.EqualTo((true, false)));
    }

    [Test]
    public void An_error_ends_a_source_that_gives_while_it_is_being_subscribed_to()
    {
        var given = 0;
        var all = Observable.Range(0, 10_000_000).Do(_ => given++).ForEachAsync((_, _) => throw new InvalidOperationException("one"), maxConcurrency: 1);
        Assert.That(async () => await all.WaitAsync(TimeSpan.FromSeconds(20)), Throws.InvalidOperationException.With.Message.EqualTo("one"));
        Assert.That(given, Is.EqualTo(1));
    }

    [Test]
    public async Task All_are_worked_on_at_most_so_many_at_once()
    {
        var (running, most, sum) = (0, 0, 0);
        await Observable.Range(1, 1000).ForEachAsync(async (i, _) =>
        {
            var now = Interlocked.Increment(ref running);
            for (var seen = most; now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen; seen = most) { }
            await Task.Yield();
            Interlocked.Add(ref sum, i);
            Interlocked.Decrement(ref running);
        }, maxConcurrency: 4).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(sum, Is.EqualTo(500_500));
        Assert.That(most, Is.InRange(1, 4));
    }
}
