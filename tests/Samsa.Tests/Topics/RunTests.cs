using Samsa.Rx;
using Samsa.Tests.Embedded;

namespace Samsa.Tests.Topics;

/// <summary>The faces that are tasks, and the one that is pulled.</summary>
[TestFixture]
public sealed class RunTests
{
    static readonly ConsumeOptions UntilEnd = new() { UntilEnd = true };

    [Test]
    public async Task The_task_ends_when_everything_is_handled()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        stage.WriteNumbers(0, 0, 50);
        stage.WriteNumbers(1, 50, 50);
        var (called, awaited, watcher) = (0, 0, new Watcher());

        await stage.Topic.RunAsync(_ => called++, UntilEnd);
        await stage.Topic.RunAsync(async (_, ct) =>
        {
            await Task.Yield();
            awaited++;
        }, UntilEnd);
        await stage.Topic.RunAsync(watcher, UntilEnd);

        Assert.That((called, awaited, watcher.Count), Is.EqualTo((100, 100, 100)));
        Assert.That((watcher.HasCompleted, watcher.Broken), Is.EqualTo((true, (string?)null)));
        await SubscriptionTests.Ended(stage);
    }

    [Test]
    public async Task Cancelling_ends_it_gracefully_after_the_record_at_hand()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 50);
        using var enough = new CancellationTokenSource();
        var watcher = new Watcher { Doing = r => { if (r.Offset == 6) enough.Cancel(); } };
        using var also = new CancellationTokenSource();
        var handled = 0;

        await stage.Topic.RunAsync(watcher, null, enough.Token);
        await stage.Topic.RunAsync(async (r, ct) =>
        {
            if (++handled == 4) await also.CancelAsync();
            ct.ThrowIfCancellationRequested();
        }, null, also.Token);

        Assert.That((watcher.Count, watcher.HasEnded, handled), Is.EqualTo((7, false, 4)));
        await SubscriptionTests.Ended(stage);
    }

    [Test]
    public async Task Cancelling_ends_it_while_it_waits()
    {
        await using var stage = await Stage.OpenAsync();
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await stage.Topic.RunAsync(_ => { }, null, enough.Token).WaitAsync(TimeSpan.FromSeconds(20));
        await stage.Topic.RunAsync((_, _) => default, null, enough.Token).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Test]
    public async Task The_task_fails_with_what_the_observer_throws()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 50);

        Assert.That(async () => await stage.Topic.RunAsync(_ => throw new InvalidDataException("one")), Throws.TypeOf<InvalidDataException>());
        Assert.That(async () => await stage.Topic.RunAsync((_, _) => throw new InvalidDataException("two")), Throws.TypeOf<InvalidDataException>());
        await stage.Tells<ObserverFailed>(failed => failed.Error.Message == "one");
        await stage.Tells<ObserverFailed>(failed => failed.Error.Message == "two");
    }

    [Test]
    public async Task The_observer_and_the_task_are_both_told_what_ended_the_reading_by_exceptions_of_their_own()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);
        var watcher = new Watcher();

        var error = await Assert.CatchAsync(() => stage.Topic.RunAsync(watcher, new() { TopicTimeout = TimeSpan.Zero }));

        Assert.That(error, Is.TypeOf<TopicNotFoundException>());
        Assert.That(watcher.Error, Is.TypeOf<TopicNotFoundException>());
        Assert.That(ReferenceEquals(watcher.Error, error), Is.False);
    }

    [Test]
    public async Task A_sequence_gives_every_record_and_ends()
    {
        await using var stage = await Stage.OpenAsync(partitions: 2);
        stage.WriteNumbers(0, 0, 50);
        stage.WriteNumbers(1, 50, 50);

        var texts = await stage.Topic.AsAsyncEnumerable(UntilEnd).Select(r => r.Text).ToListAsync();

        Assert.That(texts, Is.EquivalentTo(Enumerable.Range(0, 100).Select(n => $"{n}")));
        await SubscriptionTests.Ended(stage);
    }

    [Test]
    public async Task A_sequence_reads_nothing_before_it_is_asked_and_ends_when_it_is_left()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 50);
        var sequence = stage.Topic.AsAsyncEnumerable();
        await using (sequence.GetAsyncEnumerator())
            Assert.That(stage.Readings, Is.Zero);

        var offsets = new List<long>();
        await foreach (var record in sequence)
        {
            offsets.Add(record.Offset);
            if (record.Offset == 12) break;
        }

        Assert.That(offsets, Is.EqualTo(Enumerable.Range(0, 13)));
        await SubscriptionTests.Ended(stage);
    }

    [Test]
    public async Task A_sequence_is_cancelled_by_either_token()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 5);
        foreach (var isGiven in new[] { true, false })
        {
            using var source = new CancellationTokenSource();
            var sequence = isGiven ? stage.Topic.AsAsyncEnumerable(null, source.Token) : stage.Topic.AsAsyncEnumerable();
            var seen = 0;
            Assert.That(async () =>
            {
                await foreach (var _ in sequence.WithCancellation(isGiven ? default : source.Token))
                    if (++seen == 5)
                        source.CancelAfter(50);
            }, Throws.InstanceOf<OperationCanceledException>());
            Assert.That(seen, Is.EqualTo(5));
        }

        await SubscriptionTests.Ended(stage);
    }

    [Test]
    public async Task A_sequence_throws_what_ended_the_reading()
    {
        await using var stage = await Stage.OpenAsync(partitions: 0);

        Assert.That(async () => await stage.Topic.AsAsyncEnumerable(new() { TopicTimeout = TimeSpan.Zero }).CountAsync(),
            Throws.TypeOf<TopicNotFoundException>());
    }
}
