using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using Microsoft.Reactive.Testing;
using Samsa.Embedded;
using Samsa.Rx;
using Samsa.Tests.Embedded;
using Samsa.ZooKeeper;

namespace Samsa.Tests.Cluster;

/// <summary>From watches to records: each joint of the chain, with a ZooKeeper inside the process.</summary>
[TestFixture]
public sealed class WatchChainTests
{
    static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);

    [Test]
    public async Task Watches_become_changes_assignments_and_records_by_the_clock()
    {
        await using var server = await EmbeddedZooKeeper.StartAsync();
        await using var zooKeeper = await ZooKeeperClient.ConnectAsync(server.ConnectString);
        await PutAsync(zooKeeper, "/brokers/ids/1", """{"host":"a","port":1}""");
        await PutAsync(zooKeeper, "/brokers/topics/orders", """{"partitions":{"0":[1]}}""");
        var (clock, gate) = (new TestScheduler(), new object());
        var (first, second) = (new Subject<string>(), new Subject<string>());
        var (seen, records) = (new List<string>(), new List<string>());
        using var reading = new ZooKeeperChanges(zooKeeper).Changes
            // The clock is turned by hand, and never while something is told.
            .Synchronize(gate)
            .Do(change => seen.Add(change.GetType().Name))
            .ToAssignments(topic => topic == "orders", Settle, clock)
            .MergeByAssignment(partition => partition.Partition == 0 ? first : second)
            .Subscribe(records.Add);

        await SeesAsync("Snapshot");
        Assert.That((Turn(Settle - TimeSpan.FromTicks(1)), first.HasObservers), Is.EqualTo((true, false)), "it has not settled");
        Assert.That((Turn(TimeSpan.FromTicks(1)), first.HasObservers), Is.EqualTo((true, true)));
        first.OnNext("a");

        await PutAsync(zooKeeper, "/brokers/topics/orders", """{"partitions":{"0":[1],"1":[1]}}""");
        await SeesAsync("PartitionsAdded");
        Assert.That(second.HasObservers, Is.False);
        Turn(Settle);
        second.OnNext("b");

        await server.StopAsync();
        await SeesAsync("SourceSuspended");
        Turn(Settle);
        first.OnNext("c");
        await server.ResumeAsync();
        await SeesAsync("SourceResumed");

        await zooKeeper.DeleteAsync("/brokers/topics/orders");
        await SeesAsync("TopicDeleted");
        Turn(Settle);
        Assert.That((first.HasObservers, second.HasObservers), Is.EqualTo((false, false)));
        Assert.That(records, Is.EqualTo(new[] { "a", "b", "c" }));

        bool Turn(TimeSpan time)
        {
            lock (gate) clock.AdvanceBy(time.Ticks);
            return true;
        }

        Task SeesAsync(string what) => Eventually.Is(
            () =>
            {
                lock (gate) return seen.Contains(what);
            },
            $"{what} is told");
    }

    static Task PutAsync(ZooKeeperClient zooKeeper, string path, string data) => PutAsync(zooKeeper, path, Encoding.UTF8.GetBytes(data));

    static async Task PutAsync(ZooKeeperClient zooKeeper, string path, byte[] data)
    {
        await zooKeeper.CreateParentsAsync(path);
        if (await zooKeeper.ExistsAsync(path) is null) await zooKeeper.CreateAsync(path, data);
        else await zooKeeper.SetAsync(path, data);
    }
}
