using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class RetryWithBackoffTests : ReactiveTest
{
    static readonly RetryPolicy Policy = new() { MaxAttempts = 3, First = TimeSpan.FromTicks(20), Jitter = 0, ResetOnNext = false };

    readonly TestScheduler scheduler = new();

    [Test]
    public void Each_attempt_waits_longer_and_the_last_error_is_told()
    {
        var source = scheduler.CreateColdObservable(OnNext(10, 'a'), OnError<char>(30, new InvalidOperationException()));
        var seen = scheduler.Start(() => source.RetryWithBackoff(Policy, scheduler));
        seen.Messages.AssertEqual(
            OnNext(210, 'a'), OnNext(260, 'a'), OnNext(330, 'a'), OnError<char>(350, error => error is InvalidOperationException));
        source.Subscriptions.AssertEqual(Subscribe(200, 230), Subscribe(250, 280), Subscribe(320, 350));
    }

    [Test]
    public void A_value_begins_the_count_anew()
    {
        var attempts = 0;
        var source = Observable.Defer(() => ++attempts == 7 ? Observable.Return('z') : Observable.Return('a')
            .Concat(Observable.Throw<char>(new InvalidOperationException())));
        var seen = scheduler.Start(() => source.RetryWithBackoff(Policy with { ResetOnNext = true }, scheduler));
        Assert.That(string.Concat(seen.Messages.SkipLast(1).Select(message => message.Value.Value)), Is.EqualTo("aaaaaaz"));
        Assert.That(seen.Messages[^1], Is.EqualTo(OnCompleted<char>(320)));
    }

    [Test]
    public void What_is_not_worth_trying_again_is_an_error_at_once()
    {
        var source = scheduler.CreateColdObservable(OnError<char>(30, new InvalidOperationException()));
        var seen = scheduler.Start(() => source.RetryWithBackoff(Policy with { When = error => error is TimeoutException }, scheduler));
        seen.Messages.AssertEqual(OnError<char>(230, error => error is InvalidOperationException));
    }

    [Test]
    public void A_judge_that_throws_is_an_error()
    {
        var source = scheduler.CreateColdObservable(OnError<char>(30, new InvalidOperationException()));
        var seen = scheduler.Start(() => source.RetryWithBackoff(Policy with { When = _ => throw new NotSupportedException() }, scheduler));
        seen.Messages.AssertEqual(OnError<char>(230, error => error is NotSupportedException));
    }

    [Test]
    public void Disposing_while_it_waits_begins_nothing_more()
    {
        var source = scheduler.CreateColdObservable(OnError<char>(30, new InvalidOperationException()));
        scheduler.Start(() => source.RetryWithBackoff(Policy, scheduler), 100, 200, 240);
        scheduler.AdvanceBy(10_000);
        source.Subscriptions.AssertEqual(Subscribe(200, 230));
    }

    [Test]
    public void Ten_thousand_failures_at_once_make_no_deep_stack()
    {
        var (attempts, deepest) = (0, 0);
        var source = Observable.Defer(() =>
        {
            deepest = Math.Max(deepest, new System.Diagnostics.StackTrace().FrameCount);
            return ++attempts < 10_000
                ? Observable.Throw<int>(new InvalidOperationException(), ImmediateScheduler.Instance)
                : Observable.Return(1, ImmediateScheduler.Instance);
        });
        var seen = 0;
        using var _ = source.RetryWithBackoff(new() { MaxAttempts = int.MaxValue, First = TimeSpan.Zero }, ImmediateScheduler.Instance)
            .Subscribe(value => seen += value);
        Assert.That((attempts, seen), Is.EqualTo((10_000, 1)));
        Assert.That(deepest, Is.LessThan(200));
    }

    [Test]
    public void Times_grow_to_their_longest_and_chance_stays_in_its_bounds()
    {
        var policy = new RetryPolicy { First = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(10), Jitter = 0 };
        Assert.That(Enumerable.Range(1, 6).Select(attempts => policy.TimeAfter(attempts).TotalSeconds), Is.EqualTo(new[] { 1, 2, 4, 8, 10, 10.0 }));
        Assert.That(policy.TimeAfter(int.MaxValue), Is.EqualTo(policy.Max));
        var chance = policy with { Jitter = 0.5, Random = new(17) };
        var times = Enumerable.Range(0, 1000).Select(_ => chance.TimeAfter(2).TotalSeconds).ToList();
        Assert.That(times, Is.All.InRange(1.0, 3.0));
        Assert.That((times.Min() < 1.1, times.Max() > 2.9), Is.EqualTo((true, true)));
    }

    [Test]
    public void A_policy_checks_itself() => Assert.Multiple(() =>
    {
        Assert.That(() => new RetryPolicy { MaxAttempts = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new RetryPolicy { First = TimeSpan.FromTicks(-1) }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new RetryPolicy { Factor = 0.5 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new RetryPolicy { Jitter = 1.5 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
    });
}
