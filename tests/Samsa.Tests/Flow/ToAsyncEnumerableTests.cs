using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ToAsyncEnumerableTests
{
    [Test]
    public async Task A_source_that_gives_faster_than_is_taken_waits()
    {
        var (given, taken, most) = (0, 0, 0);
        await foreach (var value in Observable.Range(0, 5_000).Do(_ => Interlocked.Increment(ref given)).ToAsyncEnumerable(capacity: 4))
        {
            Assert.That(value, Is.EqualTo(taken));
            most = Math.Max(most, Volatile.Read(ref given) - taken);
            taken++;
            if (taken % 100 == 0) await Task.Yield();
        }

        Assert.That(taken, Is.EqualTo(5_000));
        // The one that waits in OnNext has been given, too.
        Assert.That(most, Is.LessThanOrEqualTo(5));
    }

    [TestCase(BufferOverflow.DropNewest, "ab", "c")]
    [TestCase(BufferOverflow.DropOldest, "bc", "a")]
    public async Task One_more_than_may_wait_is_dropped(BufferOverflow overflow, string expected, string expectedDropped)
    {
        var (seen, dropped) = ("", "");
        await foreach (var letter in "abc".ToObservable(ImmediateScheduler.Instance)
            .ToAsyncEnumerable(2, overflow, letter => dropped += letter)) seen += letter;
        Assert.That((seen, dropped), Is.EqualTo((expected, expectedDropped)));
    }

    [Test]
    public async Task One_more_than_may_wait_is_an_error_behind_them()
    {
        var taken = "";
        Exception? error = null;
        try
        {
            await foreach (var letter in "abc".ToObservable(ImmediateScheduler.Instance).ToAsyncEnumerable(2, BufferOverflow.Fail)) taken += letter;
        }
        catch (BufferFullException full)
        {
            error = full;
        }

        Assert.That((taken, error is null), Is.EqualTo(("ab", false)));
    }

    [Test]
    public async Task The_error_of_the_source_comes_behind_its_elements()
    {
        var source = Observable.Range(1, 2, ImmediateScheduler.Instance).Concat(Observable.Throw<int>(new InvalidOperationException("source")));
        await using var elements = source.ToAsyncEnumerable(10, BufferOverflow.Fail).GetAsyncEnumerator();
        Assert.That(await elements.MoveNextAsync(), Is.True);
        Assert.That(await elements.MoveNextAsync(), Is.True);
        Assert.That(async () => await elements.MoveNextAsync(), Throws.InvalidOperationException.With.Message.EqualTo("source"));
    }

    [Test]
    public async Task A_lease_ends_when_the_next_element_is_asked_for()
    {
        var (source, ledger) = (new Subject<Ledger.Counted>(), new Ledger());
        await using (var elements = source.ToAsyncEnumerable(10, BufferOverflow.Fail).GetAsyncEnumerator())
        {
            var first = elements.MoveNextAsync();
            for (var i = 0; i < 3; i++) source.OnNext(ledger.Element(i));
            await first;
            Assert.That(ledger.All, Is.EqualTo("open open open"));
            await elements.MoveNextAsync();
            Assert.That(ledger.All, Is.EqualTo("completed open open"));
        }

        Assert.That((ledger.All, source.HasObservers), Is.EqualTo(("completed failed failed", false)));
    }

    [Test]
    public async Task Cancelling_ends_the_wait_and_the_subscription()
    {
        var source = new Subject<int>();
        using var stop = new CancellationTokenSource();
        var elements = source.ToAsyncEnumerable(10, BufferOverflow.Fail).GetAsyncEnumerator(stop.Token);
        var first = elements.MoveNextAsync();
        await stop.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        await elements.DisposeAsync();
        Assert.That(source.HasObservers, Is.False);
    }

    [Test]
    public async Task Ending_the_enumeration_ends_a_source_that_gives_while_it_is_being_subscribed_to()
    {
        var given = 0;
        await foreach (var _ in Observable.Range(0, int.MaxValue).Do(_ => Interlocked.Increment(ref given)).ToAsyncEnumerable(4)) break;
        var before = -1;
        // It has stopped when nothing is given for a while.
        var stopped = SpinWait.SpinUntil(() =>
        {
            var now = Volatile.Read(ref given);
            Thread.Sleep(20);
            return now == Interlocked.Exchange(ref before, Volatile.Read(ref given)) && now == before;
        }, TimeSpan.FromSeconds(2));
        Assert.That((stopped, given), Is.EqualTo((true, given)));
        Assert.That(given, Is.LessThan(1000));
    }

    [Test]
    public async Task Ending_the_enumeration_lets_go_of_a_source_that_waits()
    {
        var source = new Subject<int>();
        var elements = source.ToAsyncEnumerable(1, BufferOverflow.Wait, ImmediateScheduler.Instance).GetAsyncEnumerator();
        var first = elements.MoveNextAsync();
        var producing = Task.Run(() =>
        {
            for (var i = 0; i < 3; i++) source.OnNext(i);
        });
        Assert.That(await first, Is.True);
        await elements.DisposeAsync();
        await producing.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
