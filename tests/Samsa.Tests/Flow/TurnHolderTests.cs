using System.Reactive;
using System.Reactive.Disposables;
using System.Reactive.Subjects;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

/// <summary>A source with many values at hand has the turn of the merge for all of them.</summary>
[TestFixture]
public sealed class TurnHolderTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly Dictionary<int, IObserver<string>> inner = [];

    [SetUp]
    public void Forget() => inner.Clear();

    [Test]
    public void An_assignment_that_comes_while_the_turn_is_held_is_attended_to_between_two_values()
    {
        var (assignments, seen) = (new Subject<int[]>(), new List<string>());
        using var subscription = Merged(assignments).Subscribe(seen.Add);
        assignments.OnNext([0, 1]);
        var turn = (ITurnHolder)inner[0];
        Assert.That(turn.Hold(), Is.True);

        inner[0].OnNext("one");
        Task.Run(() => assignments.OnNext([1])).Wait();
        Assert.That(inner, Has.Count.EqualTo(2), "whoever has the turn has not attended to it");
        inner[0].OnNext("lost");
        turn.LetGo();
        inner[1].OnNext("other");

        Assert.That(seen, Is.EqualTo(new[] { "one", "other" }));
    }

    [Test]
    public void An_assignment_that_came_last_is_attended_to_when_the_turn_is_given_back()
    {
        var (assignments, seen) = (new Subject<int[]>(), new List<string>());
        using var subscription = Merged(assignments).Subscribe(seen.Add);
        assignments.OnNext([0]);
        var turn = (ITurnHolder)inner[0];
        turn.Hold();

        Task.Run(() => assignments.OnNext([0, 1])).Wait();
        Assert.That(inner.Keys, Is.EqualTo(new[] { 0 }));
        turn.LetGo();

        Assert.That(inner.Keys, Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void Others_wait_while_the_turn_is_held()
    {
        var (assignments, seen) = (new Subject<int[]>(), new List<string>());
        using var subscription = Merged(assignments).Subscribe(seen.Add);
        assignments.OnNext([0, 1]);
        var turn = (ITurnHolder)inner[0];
        turn.Hold();
        using var isGiving = new ManualResetEventSlim();

        var other = Task.Run(() =>
        {
            isGiving.Set();
            inner[1].OnNext("other");
        });
        isGiving.Wait();
        for (var i = 0; i < 1000; i++) inner[0].OnNext($"{i}");
        turn.LetGo();

        Assert.That(other.Wait(Patience), Is.True);
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 1000).Select(i => $"{i}").Append("other")));
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
        var turn = (ITurnHolder)inner[0];
        turn.Hold();

        Assert.That(() => inner[0].OnNext("bad"), Throws.TypeOf<InvalidDataException>());
        turn.LetGo();
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
        var turn = (ITurnHolder)inner[0];
        turn.Hold();
        foreach (var value in new[] { "1", "2", "3" }) inner[0].OnNext(value);
        turn.LetGo();

        Assert.That(seen, Is.EqualTo(new[] { "1", "2" }));
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
