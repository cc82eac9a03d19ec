using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Runtime.CompilerServices;
using Microsoft.Reactive.Testing;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[WithoutSynchronizationContext]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ToObservableTests : ReactiveTest
{
    readonly TestScheduler scheduler = new();

    [Test]
    public void The_next_is_asked_for_when_the_observer_has_returned()
    {
        var happened = new List<string>();
        using var _ = Three().ToObservable(ImmediateScheduler.Instance)
            .Subscribe(value => happened.Add($"told {value}"), () => happened.Add("end"));
        Assert.That(happened, Is.EqualTo(new[] { "asked 1", "told 1", "asked 2", "told 2", "asked 3", "told 3", "disposed", "end" }));

        async IAsyncEnumerable<int> Three()
        {
            try
            {
                for (var i = 1; i <= 3; i++)
                {
                    happened.Add($"asked {i}");
                    yield return i;
                }
            }
            finally
            {
                happened.Add("disposed");
            }

            await Task.CompletedTask;
        }
    }

    [Test]
    public void It_begins_on_the_scheduler_and_each_subscription_enumerates_anew()
    {
        var source = Ticks(2).ToObservable(scheduler);
        var again = scheduler.CreateObserver<long>();
        scheduler.ScheduleAbsolute(0, 300, (_, _) => source.Subscribe(again));
        var seen = scheduler.Start(() => source);
        seen.Messages.AssertEqual(OnNext(211, 211L), OnNext(221, 221L), OnCompleted<long>(221));
        again.Messages.AssertEqual(OnNext(311, 311L), OnNext(321, 321L), OnCompleted<long>(321));
    }

    [Test]
    public void Disposing_cancels_the_enumeration()
    {
        var seen = scheduler.Start(() => Ticks(100).ToObservable(scheduler), 100, 200, 225);
        Assert.That(seen.Messages, Has.Count.EqualTo(2));
        Assert.That(ended, Is.EqualTo(225));
    }

    [Test]
    public void The_error_of_the_enumeration_is_told()
    {
        var seen = scheduler.Start(() => Ticks(1, throws: true).ToObservable(scheduler));
        seen.Messages.AssertEqual(OnNext(211, 211L), OnError<long>(211, error => error.Message == "ticks"));
    }

    [Test]
    public void What_the_observer_throws_ends_the_enumeration_and_goes_to_the_scheduler()
    {
        using var _ = Ticks(100).ToObservable(scheduler).Subscribe(
            _ => throw new InvalidOperationException("observer"), _ => Assert.Fail("not an error of the source"));
        Assert.That(scheduler.Start, Throws.InvalidOperationException.With.Message.EqualTo("observer"));
        Assert.That(ended, Is.EqualTo(11));
    }

    [Test]
    public async Task There_and_back_again_is_the_same()
    {
        var numbers = await Observable.Range(0, 10_000).ToAsyncEnumerable(16).ToObservable().ToList().ToTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(numbers, Is.EqualTo(Enumerable.Range(0, 10_000)));
    }

    long ended = -1;

    async IAsyncEnumerable<long> Ticks(int count, bool throws = false, [EnumeratorCancellation] CancellationToken stop = default)
    {
        try
        {
            for (var i = 0; i < count; i++)
            {
                await scheduler.After(10, 0, stop);
                yield return scheduler.Clock;
            }

            if (throws) throw new InvalidOperationException("ticks");
        }
        finally
        {
            ended = scheduler.Clock;
        }
    }
}
