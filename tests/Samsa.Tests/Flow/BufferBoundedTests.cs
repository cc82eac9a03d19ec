using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[WithoutSynchronizationContext]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class BufferBoundedTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void A_batch_that_was_acknowledged_cannot_be_deferred_however_often_that_is_tried()
    {
        var (source, kept) = (new Subject<int>(), default(IReadOnlyList<int>));
        using var _ = source.BufferBounded(1).Subscribe(batch => kept = batch);
        source.OnNext(1);
        Assert.That(() => ((IDeferrable)kept!).Defer(), Throws.InvalidOperationException);
        Assert.That(() => ((IDeferrable)kept!).Defer(), Throws.InvalidOperationException);
    }

    [Test]
    public void To_complete_a_lease_of_a_batch_twice_changes_nothing()
    {
        var (source, ledger, leases) = (new Subject<Ledger.Counted>(), new Ledger(), new List<Lease>());
        using var _ = source.BufferBounded(1).Subscribe(batch =>
        {
            leases.Add(((IDeferrable)batch).Defer());
            leases.Add(((IDeferrable)batch).Defer());
        });
        source.OnNext(ledger.Element(1));
        leases[0].Complete();
        leases[0].Complete();
        leases[0].Fail(new InvalidOperationException("too late"));
        Assert.That(ledger.All, Is.EqualTo("open"), "the other one has it");
        leases[1].Complete();
        Assert.That(ledger.All, Is.EqualTo("completed"));
    }

    [Test]
    public void A_batch_is_full_or_its_time_is_over_or_the_source_ends()
    {
        var source = scheduler.CreateHotObservable(
            OnNext(210, 'a'), OnNext(220, 'b'), OnNext(230, 'c'), OnNext(240, 'd'), OnNext(300, 'e'), OnCompleted<char>(310));
        var seen = scheduler.Start(() => source.BufferBounded(3, TimeSpan.FromTicks(50), scheduler).Select(batch => string.Concat(batch)));
        seen.Messages.AssertEqual(OnNext(230, "abc"), OnNext(290, "d"), OnNext(310, "e"), OnCompleted<string>(310));
    }

    [Test]
    public void Time_begins_with_the_first_of_a_batch_and_silence_tells_nothing()
    {
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnNext(500, 'b'), OnNext(540, 'c'), OnNext(560, 'd'));
        var seen = scheduler.Start(() => source.BufferBounded(3, TimeSpan.FromTicks(50), scheduler).Select(batch => string.Concat(batch)));
        seen.Messages.AssertEqual(OnNext(260, "a"), OnNext(550, "bc"), OnNext(610, "d"));
    }

    [Test]
    public void Without_a_time_only_full_batches_and_the_rest_are_told()
    {
        var seen = new List<string>();
        using var _ = "abcde".ToObservable().BufferBounded(2).Subscribe(batch => seen.Add(string.Concat(batch)));
        Assert.That(seen, Is.EqualTo(new[] { "ab", "cd", "e" }));
    }

    [Test]
    public void An_error_comes_at_once()
    {
        var source = scheduler.CreateHotObservable(OnNext(210, 'a'), OnError<char>(220, new InvalidOperationException()));
        var seen = scheduler.Start(() => source.BufferBounded(3, TimeSpan.FromTicks(50), scheduler).Select(batch => string.Concat(batch)));
        seen.Messages.AssertEqual(OnError<string>(220, error => error is InvalidOperationException));
    }

    [Test]
    public void The_leases_of_a_batch_end_when_nobody_has_it_any_more()
    {
        var (source, ledger, work) = (new Subject<Ledger.Counted>(), new Ledger(), new TaskCompletionSource<int>());
        var subscription = source.BufferBounded(2)
            .SelectAsync((batch, _) => batch[0].Value == 1 ? new(work.Task) : new ValueTask<int>(0), maxConcurrency: 4).Subscribe();
        for (var i = 1; i <= 5; i++) source.OnNext(ledger.Element(i));
        Assert.That(ledger.All, Is.EqualTo("open open open open open"), "the results are told in order");
        work.SetResult(1);
        Assert.That(ledger.All, Is.EqualTo("completed completed completed completed open"));
        subscription.Dispose();
        Assert.That(ledger[5], Is.EqualTo("failed"));
    }

    [Test]
    public async Task The_source_waits_while_the_observer_has_a_batch_and_another_is_full()
    {
        var (source, given) = (new Subject<int>(), 0);
        using var entered = new SemaphoreSlim(0);
        using var free = new SemaphoreSlim(0);
        using var _ = source.BufferBounded(2, TimeSpan.FromTicks(10), scheduler).Subscribe(_ =>
        {
            entered.Release();
            free.Wait();
        });
        source.OnNext(1);
        var observing = Task.Run(() => scheduler.AdvanceBy(20));
        await entered.WaitAsync();
        var producing = Task.Run(() =>
        {
            for (; given < 3; given++) source.OnNext(given);
        });
        while (Volatile.Read(ref given) < 1) await Task.Yield();
        Assert.That(await Task.WhenAny(producing, Task.Delay(50)), Is.Not.SameAs(producing));
        Assert.That(given, Is.EqualTo(1), "one place was left beside the one that the observer has");
        free.Release(10);
        await Task.WhenAll(producing, observing).WaitAsync(TimeSpan.FromSeconds(20));
    }
}
