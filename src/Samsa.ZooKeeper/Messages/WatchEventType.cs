namespace Samsa.ZooKeeper.Messages;

/// <summary>What happened to a watched node.</summary>
enum WatchEventType
{
    /// <summary>Nothing: only the state of the session changed.</summary>
    None = -1,
    Created = 1,
    Deleted = 2,
    DataChanged = 3,
    ChildrenChanged = 4,
    DataWatchRemoved = 5,
    ChildWatchRemoved = 6,
}
