using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>
/// Who is told of what. Watches belong to connections, not to sessions: a client sets them again on its next connection. One that has been
/// told is gone, unless it was to stay.
/// </summary>
sealed class Watches<TWatcher>
    where TWatcher : class
{
    /// <summary>The numbers of the wire for the sorts of watches: <see cref="RemoveWatches"/>, <see cref="CheckWatches"/>.</summary>
    const int ChildrenType = 1, DataType = 2, AnyType = 3;

    readonly WatchTable<TWatcher> staying = new(), recursive = new();

    /// <summary>Of the data of a node, or whether it exists.</summary>
    public WatchTable<TWatcher> Data { get; } = new();

    /// <summary>Of the children of a node.</summary>
    public WatchTable<TWatcher> Children { get; } = new();

    /// <summary>The paths that are watched, and who watches them.</summary>
    public ILookup<string, TWatcher> ByPath => new[] { Data, Children, staying, recursive }
        .SelectMany(table => table.All).Distinct().ToLookup(one => one.Path, one => one.Watcher);

    public int CountOf(TWatcher watcher) => Data.CountOf(watcher) + Children.CountOf(watcher) + staying.CountOf(watcher) + recursive.CountOf(watcher);

    /// <summary>Watches until it is told not to.</summary>
    public void Stay(string path, TWatcher watcher, bool isRecursive)
    {
        (isRecursive ? staying : recursive).Remove(path, watcher);
        (isRecursive ? recursive : staying).Add(path, watcher);
    }

    /// <summary>Whether there is such a watch.</summary>
    public bool Has(string path, TWatcher watcher, int type) =>
        type is ChildrenType or AnyType && Children.Has(path, watcher) || type is DataType or AnyType && Data.Has(path, watcher)
        || type is >= ChildrenType and <= AnyType && (staying.Has(path, watcher) || recursive.Has(path, watcher));

    /// <summary>Takes watches back; false when there was none.</summary>
    public bool Remove(string path, TWatcher watcher, int type)
    {
        var had = type is ChildrenType or AnyType && Children.Remove(path, watcher);
        had |= type is DataType or AnyType && Data.Remove(path, watcher);
        if (type is >= ChildrenType and <= AnyType) had |= staying.Remove(path, watcher) | recursive.Remove(path, watcher);
        return had;
    }

    public void Forget(TWatcher watcher)
    {
        Data.Forget(watcher);
        Children.Forget(watcher);
        staying.Forget(watcher);
        recursive.Forget(watcher);
    }

    /// <summary>Those who are told of it, each once.</summary>
    public IReadOnlyCollection<TWatcher> Fire(WatchEventType type, string path)
    {
        HashSet<TWatcher> told = [.. staying.At(path)];
        if (type is WatchEventType.ChildrenChanged or WatchEventType.Deleted) told.UnionWith(Children.Take(path));
        if (type is WatchEventType.ChildrenChanged) return told;
        told.UnionWith(Data.Take(path));
        // Who watches all below a node hears of each node itself, and so not of its parent's children.
        if (!recursive.IsEmpty)
            for (var above = path; above is not null; above = Paths.Parent(above)) told.UnionWith(recursive.At(above));
        return told;
    }
}
