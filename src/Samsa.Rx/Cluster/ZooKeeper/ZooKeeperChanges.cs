using System.Reactive.Linq;
using Samsa.ZooKeeper;

namespace Samsa.Rx;

/// <summary>What changes in a cluster, as ZooKeeper's watches tell it: for every Kafka from 0.7 to 3.9 that is not KRaft, without asking a broker anything.</summary>
/// <remarks>
/// Brokers, topics and the state of each partition are watched one by one. ZooKeeper may be ahead of the brokers or behind them: a leader that is told here is
/// where to ask, and not yet somebody who knows that he leads.
/// </remarks>
public sealed class ZooKeeperChanges : IClusterChangeSource
{
    /// <summary>From <c>/brokers</c> down to <c>topics/T/partitions/P/state</c>.</summary>
    const int Depth = 5;

    /// <summary>Watches through a client that exists already. It is not disposed of here.</summary>
    /// <param name="zooKeeper">The client; its chroot is that of the cluster.</param>
    /// <param name="unreadable">
    /// Told the path of a node that has something else in it than brokers write there, and why, once for each such content. What the node stands for is left
    /// out of the changes, or stays as it was.
    /// </param>
    public ZooKeeperChanges(ZooKeeperClient zooKeeper, Action<string, string>? unreadable = null)
        : this(zooKeeper ?? throw new ArgumentNullException(nameof(zooKeeper)), false, zooKeeper.Options.Clock, unreadable ?? ((_, _) => { }), zooKeeper.Options.ObserverFailed)
    {
    }

    internal ZooKeeperChanges(
        ZooKeeperClient zooKeeper, bool secure, TimeProvider clock, Action<string, string> unreadable, Action<Exception>? observerFailed)
    {
        Registered = Observable.Defer(() => Watch(zooKeeper, new(secure, unreadable))).ShareLatest();
        Changes = Registered.Select(static told => told.State).AsChanges(clock, observerFailed ?? Rethrown);
    }

    /// <inheritdoc/>
    public IObservable<ClusterChange> Changes { get; }

    /// <summary>The states behind the changes, on threads of the ZooKeeper client, with the brokers as they are registered.</summary>
    internal IObservable<(ClusterState State, ZooKeeperReading Reading)> Registered { get; }

    static IObservable<(ClusterState State, ZooKeeperReading Reading)> Watch(ZooKeeperClient zooKeeper, ZooKeeperReading reading) =>
        Observable
            .CombineLatest(
                zooKeeper.WatchTree(ZooKeeperReading.Root, Depth), zooKeeper.WatchNode("/controller"), zooKeeper.WatchNode("/cluster/id"), zooKeeper.Sessions,
                static (tree, controller, clusterId, session) => (Tree: tree, Controller: controller, ClusterId: clusterId, Session: session))
            .Scan(
                default((ClusterState State, ZooKeeperReading Reading)),
                (before, now) => (Next(before.State, now.Tree, now.Controller, now.ClusterId, now.Session, reading), reading))
            .DistinctUntilChanged(told => told.State);

    /// <summary>
    /// While the connection is lost, and until all was read again after it, the last view stays. That a part is just being read for the first time is no loss.
    /// </summary>
    static ClusterState Next(ClusterState? before, ZkTree tree, ZkNode? controller, ZkNode? clusterId, ZkSession session, ZooKeeperReading reading)
    {
        var trouble = session.IsConnected ? before?.IsLive == false && !tree.IsLive ? before.Trouble : null : session.Trouble ?? $"ZooKeeper: {session.State}";
        if (before is not null && trouble is not null) return before with { Trouble = trouble };
        var view = reading.Read(tree, controller, clusterId);
        return before is not null && ViewReading.Same(before.View, view) ? before with { Trouble = trouble } : new(view, trouble);
    }

    static void Rethrown(Exception error) => System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
}
