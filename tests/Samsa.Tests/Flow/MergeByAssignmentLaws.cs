using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using FsCheck;
using FsCheck.Fluent;
using Samsa.Flow;

namespace Samsa.Tests.Flow;

/// <summary>What holds for every history of assignments.</summary>
public class MergeByAssignmentLaws
{
    const int Keys = 6;

    static readonly Config Quiet = Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true);

    [Test]
    public void A_constant_set_is_a_merge() => Prop.ForAll(Histories, history =>
    {
        var streams = Enumerable.Range(0, Keys).Select(_ => new Subject<int>()).ToArray();
        var (merged, assigned) = (new List<int>(), new List<int>());
        using var one = streams.Merge().Subscribe(merged.Add);
        using var other = Observable.Never<IReadOnlyCollection<int>>().StartWith([.. Enumerable.Range(0, Keys)])
            .MergeByAssignment(key => streams[key]).Subscribe(assigned.Add);
        foreach (var step in history)
        {
            if (step.Does is Kind.Value) streams[step.Key].OnNext(step.Value);
            if (step.Does is Kind.End) streams[step.Key].OnCompleted();
        }

        return merged.SequenceEqual(assigned);
    }).Check(Quiet);

    [Test]
    public void Every_history_is_what_a_plain_model_says() => Prop.ForAll(Histories, history => Agrees(history, _ => false)).Check(Quiet);

    [Test]
    public void Every_history_that_the_observer_makes_is_what_a_plain_model_says() =>
        Prop.ForAll(Histories, history => Agrees(history, step => step.Value % 3 == 0)).Check(Quiet);

    // Keys of even number begin with two values, as a cold stream does. Some steps are taken by the observer, from inside OnNext of
    // a value of a stream that is always there: they take effect when it returns, one at a time.
    static bool Agrees(Step[] history, Func<Step, bool> isTakenInside)
    {
        const int Always = Keys + 1;
        var rows = Enumerable.Range(0, Keys + 2).Select(key => new Row(key)).ToArray();
        var (seen, expected, failed, model) = (new List<int>(), new List<int>(), new List<int>(), new Model());
        var assignments = new Subject<IReadOnlyCollection<int>>();
        Step? inside = null;
        var subscription = assignments
            .MergeByAssignment((key, _) => rows[key].Open(), new MergeByAssignmentOptions<int> { PartitionFailed = (key, _) => failed.Add(key) })
            .Subscribe(value =>
            {
                if (value != Row.Signal) seen.Add(value);
                else Take(inside!);
            });
        assignments.OnNext([Always]);

        foreach (var step in history)
        {
            model.Take(step, expected);
            if (isTakenInside(step))
            {
                inside = step;
                rows[Always].Hot.OnNext(Row.Signal);
            }
            else
            {
                Take(step);
            }

            if (rows.Take(Keys).Any(row => row.IsOpen != model.Live.Contains(row.Key))) return false;
        }

        subscription.Dispose();
        return seen.SequenceEqual(expected) && failed.SequenceEqual(model.Failed) && rows.All(row => !row.IsOpen && row.Begun == row.Ended)
            && rows[Always].Begun == 1;

        void Take(Step step)
        {
            switch (step.Does)
            {
                case Kind.Assign: assignments.OnNext([.. step.Set, Always]); break;
                case Kind.Value: rows[step.Key].Hot.OnNext(step.Value); break;
                case Kind.End: rows[step.Key].Hot.OnNext(Row.End); break;
                default: rows[step.Key].Hot.OnNext(Row.Fail); break;
            }
        }
    }

    [Test]
    public async Task Streams_of_many_threads_lose_and_overlap_nothing()
    {
        const int Each = 20_000;
        var streams = Enumerable.Range(0, Keys).Select(_ => new Subject<(int Key, int Number)>()).ToArray();
        var assignments = new BehaviorSubject<IReadOnlyCollection<int>>([.. Enumerable.Range(0, Keys)]);
        var (next, inside) = (new int[Keys], 0);
        using var _ = assignments.MergeByAssignment(key => streams[key]).Subscribe(value =>
        {
            Assert.That(Interlocked.Increment(ref inside), Is.EqualTo(1));
            Assert.That(value.Number, Is.EqualTo(next[value.Key]++));
            Interlocked.Decrement(ref inside);
        });
        var changes = Task.Run(() =>
        {
            // The set stays the same: nothing may be lost by that.
            for (var i = 0; i < 500; i++) assignments.OnNext([.. Enumerable.Range(0, Keys)]);
        });
        await Task.WhenAll(streams.Select((stream, key) => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++) stream.OnNext((key, i));
        })).Append(changes)).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(next, Is.All.EqualTo(Each));
    }

    [Test]
    public async Task Assignments_while_streams_run_on_many_threads_open_no_key_twice()
    {
        var rows = Enumerable.Range(0, Keys).Select(key => new Row(key)).ToArray();
        var assignments = new Subject<IReadOnlyCollection<int>>();
        var (inside, seen) = (0, 0);
        var subscription = assignments.MergeByAssignment(key => rows[key].Open()).Subscribe(_ =>
        {
            Assert.That(Interlocked.Increment(ref inside), Is.EqualTo(1));
            seen++;
            Interlocked.Decrement(ref inside);
        });
        using var enough = new CancellationTokenSource();
        var values = rows.Select(row => Task.Run(() =>
        {
            for (var i = 1; !enough.IsCancellationRequested; i++) row.Hot.OnNext(i);
        })).ToArray();
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++) assignments.OnNext([.. Enumerable.Range(0, Keys).Where(_ => random.Next(2) == 0)]);
        }).WaitAsync(TimeSpan.FromMinutes(1));
        subscription.Dispose();
        await enough.CancelAsync();
        await Task.WhenAll(values).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(rows.Select(row => (row.IsOpen, row.Begun - row.Ended)), Is.All.EqualTo((false, 0)));
        Assert.That(seen, Is.Positive);
    }

    [Test]
    public async Task What_is_left_at_the_moment_the_turn_is_given_back_is_not_forgotten()
    {
        // One gives a value, the other an assignment, at the same time; when both have returned it has taken
        // effect, and nobody comes later to make up for it.
        const int Rounds = 5_000;
        var (stream, other) = (new Subject<int>(), new Subject<int>());
        var assignments = new Subject<IReadOnlyCollection<int>>();
        using var _ = assignments.MergeByAssignment(key => key == 0 ? stream : other).Subscribe();
        assignments.OnNext([0]);
        var (round, ready, forgotten) = (0, 0, 0);
        var giving = Task.Run(() =>
        {
            for (var i = 1; i <= Rounds; i++)
            {
                while (Volatile.Read(ref round) < i) Thread.Yield();
                stream.OnNext(i);
                Volatile.Write(ref ready, i);
            }
        });
        await Task.Run(() =>
        {
            for (var i = 1; i <= Rounds; i++)
            {
                Volatile.Write(ref round, i);
                assignments.OnNext(i % 2 == 0 ? [0] : [0, 1]);
                while (Volatile.Read(ref ready) < i) Thread.Yield();
                if (other.HasObservers != (i % 2 == 1)) forgotten++;
            }
        }).WaitAsync(TimeSpan.FromMinutes(1));
        await giving;
        Assert.That(forgotten, Is.Zero);
    }

    static Arbitrary<Step[]> Histories { get; } = Gen.Frequency(
        (6, from key in Gen.Choose(0, Keys - 1) from value in Gen.Choose(0, 999) select new Step(Kind.Value, key, value, [])),
        (3, from set in Gen.SubListOf(Enumerable.Range(0, Keys)) from value in Gen.Choose(0, 2) select new Step(Kind.Assign, 0, value, [.. set])),
        (1, from key in Gen.Choose(0, Keys - 1) from value in Gen.Choose(0, 2) select new Step(Kind.End, key, value, [])),
        (1, from key in Gen.Choose(0, Keys - 1) from value in Gen.Choose(0, 2) select new Step(Kind.Fail, key, value, []))).ArrayOf().ToArbitrary();

    enum Kind { Value, Assign, End, Fail }

    sealed record Step(Kind Does, int Key, int Value, int[] Set);

    /// <summary>The same without threads, subscriptions or turns.</summary>
    sealed class Model
    {
        public HashSet<int> Live { get; private set; } = [];

        public List<int> Failed { get; } = [];

        public void Take(Step step, List<int> seen)
        {
            switch (step.Does)
            {
                case Kind.Assign:
                    foreach (var key in step.Set.Where(key => !Live.Contains(key) && key % 2 == 0)) seen.AddRange(Row.FirstOf(key));
                    Live = [.. step.Set];
                    break;
                case Kind.Value when Live.Contains(step.Key): seen.Add(step.Value); break;
                case Kind.End: Live.Remove(step.Key); break;
                case Kind.Fail when Live.Remove(step.Key): Failed.Add(step.Key); break;
            }
        }
    }

    /// <summary>A stream that counts its subscriptions.</summary>
    sealed class Row(int key)
    {
        public const int Signal = int.MaxValue, End = int.MaxValue - 1, Fail = int.MaxValue - 2;
        int open;

        public Subject<int> Hot { get; } = new();

        public int Key => key;

        public int Begun { get; private set; }

        public int Ended { get; private set; }

        public bool IsOpen => open > 0;

        public static int[] FirstOf(int key) => [-2 * key - 1, -2 * key - 2];

        public IObservable<int> Open() => Observable.Create<int>(observer =>
        {
            Begun++;
            if (Interlocked.Increment(ref open) > 1) throw new InvalidOperationException("two subscriptions to a key at once");
            if (key % 2 == 0)
                foreach (var value in FirstOf(key)) observer.OnNext(value);
            return StableCompositeDisposable.Create(Hot.Subscribe(Pass), Disposable.Create(() =>
            {
                Interlocked.Decrement(ref open);
                Ended++;
            }));

            void Pass(int value)
            {
                if (value == End) observer.OnCompleted();
                else if (value == Fail) observer.OnError(new InvalidOperationException("made up"));
                else observer.OnNext(value);
            }
        });
    }
}
