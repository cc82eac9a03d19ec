using System.Reactive;
using System.Reactive.Disposables;
using System.Reactive.Subjects;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

/// <summary>A source with many values at hand gives them in one turn of the merge.</summary>
[TestFixture]
public sealed class FeedTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly Dictionary<int, IObserver<string>> inner = [];

    [SetUp]
    public void Forget() => inner.Clear();

    [Test]
    public void An_assignment_that_comes_meanwhile_is_attended_to_between_two_values()
    {
        var (assignments, seen) = (new Subject<int[]>(), new List<string>());
        using var subscription = Merged(assignments).Subscribe(seen.Add);
        assignments.OnNext([0]);

        Give(0, "one", "two", "three", before: value =>
        {
            if (value != "two") return;
            Task.Run(() => assignments.OnNext([1])).Wait();
            Assert.That(inner.Keys, Is.EqualTo(new[] { 0 }), "whoever has the turn has not attended to it");
        });
        inner[1].OnNext("other");

        Assert.That(seen, Is.EqualTo(new[] { "one", "two", "other" }));
    }

    [Test]
    public void An_assignment_that_came_with_the_last_value_is_attended_to_when_the_turn_is_given_back()
    {
        var (assignments, seen) = (new Subject<int[]>(), new List<string>());
        using var subscription = Merged(assignments).Subscribe(value =>
        {
            seen.Add(value);
            Task.Run(() => assignments.OnNext([0, 1])).Wait();
        });
        assignments.OnNext([0]);

        Give(0, "one");

        Assert.That(inner.Keys, Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void Others_wait_for_their_turn()
    {
        var (assignments, seen) = (new Subject<int[]>(), new List<string>());
        using var subscription = Merged(assignments).Subscribe(seen.Add);
        assignments.OnNext([0, 1]);
        using var isGiving = new ManualResetEventSlim();
        var other = new Task(() =>
        {
            isGiving.Set();
            inner[1].OnNext("other");
        });
        var values = Enumerable.Range(0, 1000).Select(i => $"{i}").ToArray();

        Give(0, values, value =>
        {
            if (value != "0") return;
            other.Start();
            isGiving.Wait();
        });

        Assert.That(other.Wait(Patience), Is.True);
        Assert.That(seen, Is.EqualTo(values.Append("other")));
    }

    [Test]
    public void What_the_observer_throws_comes_to_who_gave_the_value_and_the_turn_is_free()
    {
        var assignments = new Subject<int[]>();
        using var subscription = Merged(assignments).Subscribe(Observer.Create<string>(value =>
        {
            if (value == "bad") throw new InvalidDataException(value);
        }));
        assignments.OnNext([0]);

        Assert.That(() => Give(0, "good", "bad", "worse"), Throws.TypeOf<InvalidDataException>());
        inner[0].OnNext("late");

        Assert.That(assignments.HasObservers, Is.False);
    }

    [Test]
    public void A_disposal_from_inside_OnNext_is_the_end_of_it()
    {
        var (assignments, seen) = (new Subject<int[]>(), new List<string>());
        IDisposable? subscription = null;
        subscription = Merged(assignments).Subscribe(value =>
        {
            seen.Add(value);
            if (value == "2") subscription!.Dispose();
        });
        assignments.OnNext([0]);

        Give(0, "1", "2", "3");

        Assert.That(seen, Is.EqualTo(new[] { "1", "2" }));
    }

    [Test]
    public void What_the_observer_itself_gives_meanwhile_comes_next()
    {
        var (assignments, seen) = (new Subject<int[]>(), new List<string>());
        using var subscription = Merged(assignments).Subscribe(value =>
        {
            seen.Add(value);
            if (value == "1") inner[1].OnNext("own");
        });
        assignments.OnNext([0, 1]);

        Give(0, "1", "2");

        Assert.That(seen, Is.EqualTo(new[] { "1", "own", "2" }));
    }

    [Test]
    public void Values_that_are_at_hand_while_a_stream_is_subscribed_to_come_at_once()
    {
        var (assignments, seen) = (new Subject<int[]>(), new List<string>());
        using var subscription = assignments.MergeByAssignment(key => new Shown(observer =>
        {
            inner[key] = observer;
            Give(key, $"{key}a", $"{key}b");
        })).Subscribe(seen.Add);

        assignments.OnNext([0, 1]);

        Assert.That(seen, Is.EqualTo(new[] { "0a", "0b", "1a", "1b" }));
    }

    void Give(int key, params string[] values) => Give(key, values, _ => { });

    void Give(int key, string first, string second, string third, Action<string> before) => Give(key, [first, second, third], before);

    void Give(int key, string[] values, Action<string> before)
    {
        var feed = new Feed(values, before);
        ((IFeedObserver<string>)inner[key]).OnAll(ref feed);
    }

    struct Feed(string[] values, Action<string> before) : IFeed<string>
    {
        int given;

        public bool TryNext(out string value)
        {
            value = given < values.Length ? values[given] : "";
            if (given < values.Length) before(value);
            return given++ < values.Length;
        }
    }

    IObservable<string> Merged(IObservable<int[]> assignments) => assignments.MergeByAssignment(key => new Shown(observer => inner[key] = observer));

    /// <summary>A stream that shows who subscribes to it, without what Rx puts around him.</summary>
    sealed class Shown(Action<IObserver<string>> show) : IObservable<string>
    {
        public IDisposable Subscribe(IObserver<string> observer)
        {
            show(observer);
            return Disposable.Empty;
        }
    }
}
