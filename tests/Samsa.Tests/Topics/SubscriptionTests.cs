using System.Diagnostics;
using System.Reactive.Linq;
using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

/// <summary>What Rx wants of a source.</summary>
[TestFixture]
public sealed class SubscriptionTests
{
    [Test]
    public async Task Subscribing_returns_at_once_whatever_the_observer_does()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        using var blocked = new ManualResetEventSlim();
        var watcher = new Watcher { Doing = _ => blocked.Wait() };

        using var subscription = stage.Topic.AsObservable().Subscribe(watcher);
        // If that had waited for the observer, nobody would come here.
        await watcher.Sees(1);
        blocked.Set();
        await watcher.Sees(10);

        Assert.That(watcher.Broken, Is.Null);
    }

    [Test]
    public async Task A_source_is_cold_and_two_subscriptions_are_two_readings()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 20);
        var source = stage.Topic.AsObservable(new() { UntilEnd = true });
        Assert.That(stage.Brokers.Requests.Count(r => r.Api is "Fetch" or "ListOffsets"), Is.Zero);

        var (one, other) = (new Watcher(), new Watcher());
        source.Subscribe(one);
        source.Subscribe(other);
        await one.Ends();
        await other.Ends();

        Assert.That((one.Count, other.Count), Is.EqualTo((20, 20)));
    }

    [Test]
    public async Task Nothing_comes_after_it_was_disposed_inside_a_call()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 100, perBatch: 50);
        IDisposable? subscription = null;
        var ready = new TaskCompletionSource();
        var watcher = new Watcher
        {
            Doing = record =>
            {
                ready.Task.Wait();
                if (record.Offset != 4) return;
                subscription!.Dispose();
                subscription.Dispose();
            },
        };
        subscription = stage.Topic.AsObservable().Subscribe(watcher);
        ready.SetResult();
        await watcher.Sees(5);
        stage.WriteNumbers(0, 100, 10);
        await Ended(stage);

        Assert.That((watcher.Count, watcher.HasEnded), Is.EqualTo((5, false)));
    }

    [Test]
    public async Task Operators_that_have_enough_end_the_reading()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 1000);

        var texts = await stage.Topic.AsObservable().Where(r => r.Offset % 2 == 1).Select(r => r.Text).Take(3).ToList();
        await Ended(stage);

        Assert.That(texts, Is.EqualTo(new[] { "1", "3", "5" }));
    }

    [Test]
    public async Task An_observer_that_throws_ends_its_reading_and_everybody_is_told()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 100);
        var bad = stage.Watch(new Watcher { Doing = r => _ = r.Offset == 3 ? throw new InvalidDataException("enough") : 0 });
        var good = stage.Watch(new ConsumeOptions { UntilEnd = true });

        await stage.Tells<ObserverFailed>(failed => failed.Observed == "t" && failed.Error is InvalidDataException);
        await good.Ends();
        await Ended(stage);

        Assert.That((bad.Count, bad.HasEnded), Is.EqualTo((4, false)), "no further call after it threw");
        Assert.That((good.Count, good.HasCompleted), Is.EqualTo((100, true)));
    }

    [Test]
    public async Task An_error_that_nobody_takes_is_told_as_an_event()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);

        // Rx throws an error that has no handler out of OnError.
        using var subscription = stage.Topic.AsObservable(new() { TopicTimeout = TimeSpan.Zero }).Subscribe(_ => { });

        await stage.Tells<ObserverFailed>(failed => failed.Error is TopicNotFoundException);
    }

    [Test]
    public async Task Closing_the_client_ends_its_readings_with_an_error()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        var seen = stage.Watch();
        await seen.Sees(10);

        await stage.Kafka.DisposeAsync();
        await seen.Ends();
        var late = stage.Watch();

        Assert.That(seen.Error, Is.TypeOf<ObjectDisposedException>());
        Assert.That(late.Error, Is.TypeOf<ObjectDisposedException>());
        Assert.That(() => stage.Topic.RunAsync(_ => { }), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Disposing_does_not_wait_for_an_observer_that_blocks()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        using var blocked = new ManualResetEventSlim();
        var watcher = new Watcher { Doing = _ => blocked.Wait() };
        var subscription = stage.Topic.AsObservable().Subscribe(watcher);
        await watcher.Sees(1);

        var watch = Stopwatch.StartNew();
        subscription.Dispose();
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
        blocked.Set();
        await Ended(stage);

        Assert.That(watcher.Count, Is.EqualTo(1));
    }

    /// <summary>No reading of the client is left.</summary>
    internal static Task Ended(Stage stage) => Eventually.Is(() => stage.Readings == 0, "no reading is left");
}
