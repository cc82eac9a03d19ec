namespace Samsa.ZooKeeper;

/// <summary>Tells a server that a path is not watched any more. Whether it still was is of no interest.</summary>
sealed class WatchRemoval(string fullPath) : Ask(new RemoveWatches.Request { Path = fullPath, Type = Any }, fullPath)
{
    /// <summary>Watches of the node and of its children.</summary>
    const int Any = 3;

    public override void Answer(ZooKeeperError error, long zxid, ReadOnlyMemory<byte> body)
    {
        // It is gone, or was gone before.
    }

    public override void Fail(Exception error)
    {
        // It went with the connection.
    }
}
