using System.Reactive;
using Samsa.Rx;

namespace Samsa.Tests.Connections;

/// <summary>How values reach observers: each in its own turn.</summary>
[TestFixture]
public sealed class TurnsTests
{
    [Test]
    public async Task Values_come_in_order_and_one_at_a_time_and_then_the_end()
    {
        var turns = new Turns<int>(10_000, replayLatest: false, _ => { });
        var seen = new List<int>();
        var (inside, overlaps) = (0, 0);
        var ended = new TaskCompletionSource();
        using var subscription = turns.Subscribe(Observer.Create<int>(value =>
        {
            if (Interlocked.Increment(ref inside) != 1) overlaps++;
            seen.Add(value);
            Interlocked.Decrement(ref inside);
        }, ended.SetResult).Checked());

        Parallel.For(0, 4, _ => Parallel.For(0, 1000, i => turns.Post(i)));
        turns.Post(-1);
        turns.Complete();
        turns.Post(-2);
        await ended.Task.Soon();

        Assert.That(overlaps, Is.Zero);
        Assert.That(seen, Has.Count.EqualTo(4001));
        Assert.That(seen[^1], Is.EqualTo(-1));
    }

    [Test]
    public async Task An_observer_that_blocks_holds_up_nobody_and_gets_the_newest_next()
    {
        var turns = new Turns<int>(1, replayLatest: true, _ => { });
        var (blocked, go) = (new List<int>(), new ManualResetEventSlim());
        var free = new List<int>();
        using var first = turns.Subscribe(Observer.Create<int>(value =>
        {
            lock (blocked) blocked.Add(value);
            go.Wait();
        }));
        turns.Post(1);
        await Eventually.True(() => blocked.Count == 1);
        using var second = turns.Subscribe(Observer.Create<int>(value => { lock (free) free.Add(value); }));
        for (var i = 2; i <= 50; i++) turns.Post(i);
        await Eventually.True(() => free.Count > 0 && free[^1] == 50);

        go.Set();
        await Eventually.True(() => blocked.Count == 2);

        Assert.That(blocked, Is.EqualTo([1, 50]));
    }

    [Test]
    public async Task An_observer_that_throws_is_told_of_and_hears_nothing_more_and_the_others_do()
    {
        var failed = new List<Exception>();
        var turns = new Turns<int>(10, replayLatest: false, failed.Add);
        var (bad, good) = (new List<int>(), new List<int>());
        using var first = turns.Subscribe(Observer.Create<int>(value =>
        {
            bad.Add(value);
            throw new InvalidOperationException("mine");
        }));
        using var second = turns.Subscribe(Observer.Create<int>(value => { lock (good) good.Add(value); }));

        turns.Post(1);
        await Eventually.True(() => failed.Count == 1);
        turns.Post(2);
        await Eventually.True(() => good.Count == 2);

        Assert.That(bad, Is.EqualTo([1]));
        Assert.That(failed[0].Message, Is.EqualTo("mine"));
    }

    [Test]
    public async Task Who_comes_late_begins_with_the_latest_and_who_comes_after_the_end_gets_it_and_the_end()
    {
        var turns = new Turns<int>(1, replayLatest: true, _ => { });
        turns.Post(1);
        turns.Post(2);
        turns.Complete();
        var said = new List<string>();
        using var late = turns.Subscribe(Observer.Create<int>(value => said.Add($"{value}"), () => said.Add("end")));

        await Eventually.True(() => said.Count == 2);

        Assert.That(said, Is.EqualTo(["2", "end"]));
    }

    [Test]
    public async Task A_slow_listener_to_events_is_told_how_many_it_missed()
    {
        var events = new KafkaEvents(TimeProvider.System);
        var (seen, go) = (new List<KafkaEvent>(), new ManualResetEventSlim());
        using var listening = events.Subscribe(Observer.Create<KafkaEvent>(happened =>
        {
            lock (seen) seen.Add(happened);
            go.Wait();
        }));
        events.Post(new TopicMissing(events.Now, "first", default));
        await Eventually.True(() => seen.Count == 1);
        for (var i = 0; i < 1500; i++) events.Post(new TopicMissing(events.Now, $"{i}", default));

        go.Set();
        await Eventually.True(() => seen.Count == 1 + 1 + 1024);

        Assert.That(seen.OfType<EventsDropped>().Single().Count, Is.EqualTo(1500 - 1024));
        Assert.That(((TopicMissing)seen[^1]).Topic, Is.EqualTo("1499"));
    }

    [Test]
    public async Task After_dispose_nothing_comes_and_disposing_again_is_nothing()
    {
        var turns = new Turns<int>(10, replayLatest: false, _ => { });
        var seen = 0;
        var subscription = turns.Subscribe(Observer.Create<int>(_ => seen++));
        subscription.Dispose();
        subscription.Dispose();

        turns.Post(1);
        await Task.Delay(20);

        Assert.That(seen, Is.Zero);
    }
}
