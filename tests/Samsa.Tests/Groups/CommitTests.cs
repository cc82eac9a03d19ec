using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.Topics;

namespace Samsa.Tests.Groups;

[TestFixture]
public sealed class CommitTests
{
    readonly TestScheduler scheduler = new();
    readonly Subject<PartitionPosition> positions = new();
    readonly List<string> commits = [];
    readonly List<CommittedPositions> told = [];

    [SetUp]
    public void Begin()
    {
        commits.Clear();
        told.Clear();
    }

    [Test]
    public void Positions_are_written_once_an_interval_and_at_the_end()
    {
        var completed = false;
        var positions = new Subject<PartitionPosition>();
        using var committing = positions.CommitEvery(TimeSpan.FromSeconds(5), Write, scheduler).Subscribe(told.Add, () => completed = true);

        At(1, () => positions.OnNext(new(new("t", 0), 1)));
        At(2, () => positions.OnNext(new(new("t", 0), 2)));
        At(3, () => positions.OnNext(new(new("t", 1), 9)));
        At(16, () => positions.OnNext(new(new("t", 0), 3)));
        At(17, positions.OnCompleted);
        scheduler.AdvanceBy(TimeSpan.FromSeconds(30).Ticks);

        Assert.That(commits, Is.EqualTo(new[] { "t 0@2, t 1@9", "t 0@3" }), "nothing is written when nothing has moved");
        Assert.That((told.Count, completed), Is.EqualTo((2, true)));

        void At(int second, Action act) => scheduler.Schedule(new object(), TimeSpan.FromSeconds(second), (_, _) =>
        {
            act();
            return System.Reactive.Disposables.Disposable.Empty;
        });
    }

    [Test]
    public void Positions_are_written_when_they_have_moved_far_enough()
    {
        using var committing = positions.CommitEvery(10, Write).Subscribe(told.Add);

        positions.OnNext(new(new("t", 0), 100));
        positions.OnNext(new(new("t", 1), 5));
        positions.OnNext(new(new("t", 0), 104));
        Assert.That(commits, Is.Empty, "six");
        positions.OnNext(new(new("t", 1), 9));

        Assert.That(commits, Is.EqualTo(new[] { "t 0@104, t 1@9" }));
    }

    [Test]
    public async Task One_commit_is_under_way_and_an_older_position_never_replaces_a_newer_one()
    {
        var answers = new Queue<TaskCompletionSource>();
        using var committing = positions.CommitEvery(1, (due, _) =>
        {
            commits.Add(string.Join(", ", due));
            answers.Enqueue(new());
            return new(answers.Peek().Task);
        }).Subscribe(told.Add);

        positions.OnNext(new(new("t", 0), 1));
        positions.OnNext(new(new("t", 1), 1));
        positions.OnNext(new(new("t", 0), 5));
        Assert.That(commits, Is.EqualTo(new[] { "t 0@1" }));
        answers.Dequeue().SetException(new TimeoutException("slow"));
        await Eventually.True(() => commits.Count == 2);

        Assert.That(commits[1], Is.EqualTo("t 1@1, t 0@5").Or.EqualTo("t 0@5, t 1@1"));
        Assert.That(told[0].Error, Is.TypeOf<TimeoutException>(), "it is told, and ends nothing");
    }

    [Test]
    public async Task What_a_commit_failed_to_write_while_the_end_came_is_written_at_the_end()
    {
        var (source, answers, completed) = (new Subject<PartitionPosition>(), new Queue<TaskCompletionSource>(), false);
        using var committing = source.CommitEvery(1, (due, _) =>
        {
            commits.Add(string.Join(", ", due));
            answers.Enqueue(new());
            return new(answers.Peek().Task);
        }).Subscribe(told.Add, () => completed = true);

        source.OnNext(new(new("t", 0), 7));
        source.OnCompleted();
        answers.Dequeue().SetException(new TimeoutException("slow"));
        await Eventually.True(() => commits.Count == 2);
        answers.Dequeue().SetException(new TimeoutException("slow again"));
        await Eventually.True(() => completed);

        Assert.That(commits, Is.EqualTo(new[] { "t 0@7", "t 0@7" }), "the last one is not tried for ever");
    }

    [Test]
    public void What_the_observer_of_commits_throws_goes_to_the_scheduler()
    {
        var source = new Subject<PartitionPosition>();
        using var committing = source.CommitEvery(TimeSpan.FromSeconds(5), Write, scheduler).Subscribe(_ => throw new FormatException("the observer"));
        source.OnNext(new(new("t", 0), 1));

        Assert.That(() => scheduler.AdvanceBy(TimeSpan.FromSeconds(20).Ticks), Throws.TypeOf<FormatException>());
        Assert.That((commits.Count, source.HasObservers), Is.EqualTo((1, false)));
    }

    [Test]
    public async Task At_most_once_a_record_passes_only_behind_its_commit()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        var order = new List<string>();

        await stage.Topic.AsObservable(new() { UntilEnd = true })
            .CommitBefore((due, _) =>
            {
                order.Add($"commit {due.Single().Offset}");
                return default;
            }, ahead: 3)
            .ForEachAsync(record => order.Add($"record {record.Offset}"));

        Assert.That(order, Is.EqualTo(new[]
        {
            "commit 4", "record 0", "record 1", "record 2", "record 3", "commit 8", "record 4", "record 5", "record 6", "record 7", "commit 12", "record 8", "record 9",
        }));
    }

    [Test]
    public async Task At_most_once_a_commit_that_fails_lets_nothing_pass()
    {
        await using var stage = await Stage.OpenAsync();
        stage.WriteNumbers(0, 0, 10);
        var watcher = new Watcher();

        using var subscription = stage.Topic.AsObservable().CommitBefore((due, _) => due.Single().Offset < 3 ? default : throw new TimeoutException("slow")).Subscribe(watcher);
        await watcher.Ends();

        Assert.That((watcher.Count, watcher.Error), Is.EqualTo((2, watcher.Error)));
        Assert.That(watcher.Error, Is.TypeOf<TimeoutException>());
    }

    ValueTask Write(IReadOnlyCollection<PartitionPosition> due, CancellationToken ct)
    {
        commits.Add(string.Join(", ", due));
        return default;
    }
}
