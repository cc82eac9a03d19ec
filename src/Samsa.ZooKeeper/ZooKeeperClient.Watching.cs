namespace Samsa.ZooKeeper;

/// <content>What is watched and held.</content>
public sealed partial class ZooKeeperClient
{
    /// <summary>The states of a node, whether it exists or not.</summary>
    /// <remarks><code>
    /// server  -1----2-3-----x---4     1, 2, 3, 4 = written, x = deleted
    /// result  -1----23------n---4     n = null
    /// </code>
    /// Cold; all subscriptions of a path share one watch. States, not events: transactions rise strictly, states in between may be left out,
    /// the newest never is as long as the session is connected; after the loss of a connection it comes as soon as there is another one.
    /// Observers are called on the pool, in turn. For one that is slow only the newest state is kept; it delays nobody, but one that blocks has a
    /// thread of the pool as long as it does.
    /// Completes when the client is disposed, and fails when the node may not be read, or its data is longer than
    /// <see cref="ZooKeeperOptions.MaxFrameBytes"/>.
    /// </remarks>
    /// <param name="path">Its path.</param>
    public IObservable<ZkNode?> WatchNode(string path)
    {
        Paths.Checked(path);
        return new Subscribable<ZkNode?>(observer => watches.WatchNode(path, new StatesOnly<ZkNode>(observer)));
    }

    /// <summary>As <see cref="WatchNode"/>, and tells when the state may be old because the connection is lost.</summary>
    /// <param name="path">Its path.</param>
    public IObservable<ZkView<ZkNode>> ViewNode(string path)
    {
        Paths.Checked(path);
        return new Subscribable<ZkView<ZkNode>>(observer => watches.WatchNode(path, observer));
    }

    /// <summary>The children of a node, whether it exists or not; null when it does not.</summary>
    /// <remarks>As <see cref="WatchNode"/>. What is written into children changes nothing here.</remarks>
    /// <param name="path">The path of the node.</param>
    public IObservable<ZkChildren?> WatchChildren(string path)
    {
        Paths.Checked(path);
        return new Subscribable<ZkChildren?>(observer => watches.WatchChildren(path, new StatesOnly<ZkChildren>(observer)));
    }

    /// <summary>As <see cref="WatchChildren"/>, and tells when the state may be old because the connection is lost.</summary>
    /// <param name="path">The path of the node.</param>
    public IObservable<ZkView<ZkChildren>> ViewChildren(string path)
    {
        Paths.Checked(path);
        return new Subscribable<ZkView<ZkChildren>>(observer => watches.WatchChildren(path, observer));
    }

    /// <summary>The states of a node and of what is below it.</summary>
    /// <remarks>
    /// Begins when all of it was read once. Each state is whole and immutable; <see cref="ZkTree.ChangesSince"/> tells what happened between two.
    /// For the rest as <see cref="WatchNode"/>, for each node and the children of each. Nodes are read one by one, so a state can show what was
    /// written by two transactions one after the other.
    /// </remarks>
    /// <param name="path">The path that it begins at.</param>
    /// <param name="depth">How far down: 0 for the node alone, 1 for its children, too.</param>
    public IObservable<ZkTree> WatchTree(string path, int depth = int.MaxValue)
    {
        Paths.Checked(path);
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        return new Subscribable<ZkTree>(observer => new TreeWatch(watches, path, depth, observer));
    }

    /// <summary>Keeps an ephemeral node, until what is returned is disposed.</summary>
    /// <remarks>
    /// It is created again when its session is over or somebody deletes it. One that an earlier session of this client left is replaced at once;
    /// one of somebody else is left alone until it goes (<see cref="ZkHoldState.Conflict"/>). Parents that are missing are created.
    /// </remarks>
    /// <param name="path">Its path.</param>
    /// <param name="data">Its data.</param>
    /// <param name="acl">Who may do what with it; null for everybody everything.</param>
    public HeldEphemeral HoldEphemeral(string path, ReadOnlyMemory<byte> data, IReadOnlyList<ZkAcl>? acl = null) => new(this, path, data, acl);
}
