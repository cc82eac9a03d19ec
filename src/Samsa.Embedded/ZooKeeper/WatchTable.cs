namespace Samsa.Embedded.ZooKeeper;

/// <summary>Who watches which paths, in one way.</summary>
sealed class WatchTable<TWatcher>
    where TWatcher : class
{
    readonly Dictionary<string, HashSet<TWatcher>> byPath = new(StringComparer.Ordinal);
    readonly Dictionary<TWatcher, HashSet<string>> byWatcher = [];

    /// <summary>The paths that are watched, and who watches them.</summary>
    public IEnumerable<(string Path, TWatcher Watcher)> All => byPath.SelectMany(pair => pair.Value.Select(watcher => (pair.Key, watcher)));

    public bool IsEmpty => byPath.Count == 0;

    public int CountOf(TWatcher watcher) => byWatcher.TryGetValue(watcher, out var paths) ? paths.Count : 0;

    public bool Has(string path, TWatcher watcher) => byPath.TryGetValue(path, out var watchers) && watchers.Contains(watcher);

    public IEnumerable<TWatcher> At(string path) => byPath.TryGetValue(path, out var watchers) ? watchers : [];

    public void Add(string path, TWatcher watcher)
    {
        if (!byPath.TryGetValue(path, out var watchers)) byPath[path] = watchers = [];
        if (!byWatcher.TryGetValue(watcher, out var paths)) byWatcher[watcher] = paths = new(StringComparer.Ordinal);
        watchers.Add(watcher);
        paths.Add(path);
    }

    public bool Remove(string path, TWatcher watcher)
    {
        if (!byPath.TryGetValue(path, out var watchers) || !watchers.Remove(watcher)) return false;
        if (watchers.Count == 0) byPath.Remove(path);
        var paths = byWatcher[watcher];
        paths.Remove(path);
        if (paths.Count == 0) byWatcher.Remove(watcher);
        return true;
    }

    /// <summary>Those who watch a path, and no longer do.</summary>
    public IReadOnlyCollection<TWatcher> Take(string path)
    {
        if (!byPath.TryGetValue(path, out var watchers)) return [];
        var taken = watchers.ToArray();
        foreach (var watcher in taken) Remove(path, watcher);
        return taken;
    }

    /// <summary>Forgets somebody who has gone.</summary>
    public void Forget(TWatcher watcher)
    {
        if (!byWatcher.TryGetValue(watcher, out var paths)) return;
        foreach (var path in paths.ToArray()) Remove(path, watcher);
    }
}
