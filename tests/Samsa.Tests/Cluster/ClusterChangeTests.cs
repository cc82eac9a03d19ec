using System.Collections.Immutable;
using System.Reactive.Subjects;
using Samsa.Protocol;
using Samsa.Rx;
using Samsa.Tests.ZooKeeper;

namespace Samsa.Tests.Cluster;

/// <summary>What changed between two states of a cluster.</summary>
[TestFixture]
public sealed class ClusterChangeTests
{
    [Test]
    public void The_changes_turn_what_was_into_what_is([Range(1, 8)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var before = Random(random, null);
            var after = Random(random, before);

            var changes = ClusterDifference.Between(new(before, null), new(after, null), default).ToList();
            var reached = changes.Aggregate(before, (view, change) => view.With(change));

            Assert.That(ViewReading.Same(reached, after with { ClusterId = before.ClusterId }), Is.True, string.Join("\n", changes));
            Assert.That(changes.Count == 0, Is.EqualTo(ViewReading.Same(before, after)));
            Assert.That(ClusterDifference.Between(new(after, null), new(after, null), default), Is.Empty);
        }
    }

    [Test]
    public void An_observer_that_is_slow_is_told_less_and_ends_in_the_truth()
    {
        var states = new Subject<ClusterState>();
        using var gate = new SemaphoreSlim(0);
        var view = ClusterView.Empty;
        using var seen = new Recorder<ClusterChange>(new ClusterStatesOf(states, _ => gate.Wait(TimeSpan.FromSeconds(20))));

        for (var broker = 1; broker <= 1000; broker++) states.OnNext(new(view = view.With(new BrokerInfo(broker, "h", broker)), null));
        gate.Release(2000);

        Assert.That(seen.BecomesAsync(_ => seen.Seen.Aggregate(ClusterView.Empty, (sofar, change) => sofar.With(change)).Brokers.Count == 1000).Wait(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That(seen.Seen.OfType<ClusterChange.Snapshot>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task An_observer_that_is_slow_is_told_the_newest_before_the_end([Values] bool fails)
    {
        using var states = new Subject<ClusterState>();
        using var gate = new SemaphoreSlim(0);
        var view = ClusterView.Empty.With(new BrokerInfo(1, "h", 1));
        using var seen = new Recorder<ClusterChange>(new ClusterStatesOf(states, _ => gate.Wait(TimeSpan.FromSeconds(20))));

        states.OnNext(new(view, null));
        states.OnNext(new(view.With(new BrokerInfo(2, "h", 2)), null));
        if (fails) states.OnError(new IOException("enough"));
        else states.OnCompleted();
        gate.Release(10);

        Assert.That((await seen.EndAsync())?.Message, Is.EqualTo(fails ? "enough" : null));
        Assert.That(seen.Seen.Aggregate(ClusterView.Empty, (sofar, change) => sofar.With(change)).Brokers, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Who_cannot_be_asked_is_told_once_and_what_changed_meanwhile_comes_after_the_return()
    {
        var states = new ReplaySubject<ClusterState>(1);
        var one = ClusterView.Empty.With(new BrokerInfo(1, "h", 1));
        using var seen = new Recorder<ClusterChange>(new ClusterStatesOf(states, _ => { }));
        states.OnNext(new(one, null));
        await seen.BecomesAsync(change => change is ClusterChange.Snapshot);

        states.OnNext(new(one, "it is dark"));
        await seen.BecomesAsync(change => change is ClusterChange.SourceSuspended { Why: "it is dark" });
        states.OnNext(new(one.With(new BrokerInfo(2, "h", 2)), null));
        await seen.BecomesAsync(change => change is ClusterChange.BrokerUp);

        Assert.That(seen.Seen.Select(change => change.GetType().Name), Is.EqualTo(new[] { "Snapshot", "SourceSuspended", "SourceResumed", "BrokerUp" }));
    }

    static ClusterView Random(Random random, ClusterView? before)
    {
        var view = new ClusterView { ControllerId = random.Next(-1, 3), ClusterId = before?.ClusterId };
        for (var id = 0; id < 4; id++)
            if (random.Next(3) > 0)
                view = view.With(new BrokerInfo(id, "h", 1 + random.Next(2)));
        foreach (var name in new[] { "a", "b", "c" })
        {
            var kind = random.Next(6);
            if (kind == 0) continue;
            if (kind < 3 && before?.Topics.TryGetValue(name, out var same) == true) view = view.With(same);
            else view = view.With(Topic(random, name));
        }

        return view;
    }

    static TopicView Topic(Random random, string name)
    {
        var partitions = Enumerable.Range(0, 5).Where(_ => random.Next(3) > 0).Select(partition => new PartitionView(
            partition, random.Next(-1, 3), random.Next(4), Some(), Some(), random.Next(4) == 0 ? ErrorCode.LeaderNotAvailable : ErrorCode.None));
        return new(name, default, false, ErrorCode.None, [.. partitions]) { Born = random.Next(2) };

        int[] Some() => [.. Enumerable.Range(0, 3).Where(_ => random.Next(2) > 0)];
    }

    /// <summary>The changes of given states, with something done at each.</summary>
    sealed class ClusterStatesOf(IObservable<ClusterState> states, Action<ClusterChange> doing) : IObservable<ClusterChange>
    {
        public IDisposable Subscribe(IObserver<ClusterChange> observer) =>
            states.AsChanges(TimeProvider.System, error => observer.OnError(error)).Subscribe(
                System.Reactive.Observer.Create<ClusterChange>(
                    change =>
                    {
                        doing(change);
                        observer.OnNext(change);
                    },
                    observer.OnError,
                    observer.OnCompleted));
    }
}
