using System.Globalization;
using System.Reactive.Linq;
using Samsa.Cli.Terminal;
using Samsa.Flow;
using Samsa.ZooKeeper;

namespace Samsa.Cli.Zk;

/// <summary>Prints what happens to a node, or to a tree of them, a line each.</summary>
sealed class ZkWatching(ZkPlace place, ZkOutput output, TimeProvider clock)
{
    ZkTree? before;
    bool isConnected = true;
    long printed;

    /// <summary>After so many lines it ends.</summary>
    public required long Count { get; init; }

    public async Task<int> RunAsync(string path, int depth, CancellationToken ct)
    {
        // A tree that is being read is not what there is.
        var trees = place.Client.WatchTree(path, depth).Where(tree => tree.IsLive).Select(tree => ((ZkTree?)tree, (ZkSession?)null));
        var sessions = place.Client.Sessions.Select(session => ((ZkTree?)null, (ZkSession?)session));
        await foreach (var (tree, session) in trees.Merge(sessions).ToAsyncEnumerable(1).WithCancellation(ct))
        {
            if (tree is not null) See(tree);
            else See(session!);
            if (printed >= Count) break;
        }

        return ExitCode.Done;
    }

    void See(ZkTree now)
    {
        if (before is null) Snapshot(now);
        else
            foreach (var change in now.ChangesSince(before).TakeWhile(_ => printed < Count))
                Line(change.Kind switch
                {
                    ZkTreeChangeKind.Added => "created",
                    ZkTreeChangeKind.Removed => "deleted",
                    _ => "changed",
                }, change.Node);
        before = now;
    }

    void See(ZkSession now)
    {
        if (before is not null && isConnected != now.IsConnected) Line(now.IsConnected ? "resumed" : "suspended", null);
        isConnected = now.IsConnected;
    }

    void Snapshot(ZkTree tree)
    {
        var root = tree.Nodes.GetValueOrDefault(tree.Root);
        var text = root is null ? $"{tree.Root} does not exist"
            : tree.Nodes.Count == 1 ? $"{tree.Root}  {ZkText.Preview(root.Data.Span)}".TrimEnd()
            : $"{tree.Root}, {Amount.Counted(tree.Nodes.Count, "node")} in all";
        Print("snapshot", text, json =>
        {
            json.WriteString("path", tree.Root);
            json.WriteBoolean("exists", root is not null);
            json.WriteNumber("nodes", tree.Nodes.Count);
            if (root is null) return;
            ZkText.Value(json, root.Data.Span);
            json.WriteNumber("version", root.Stat.Version);
        });
    }

    void Line(string change, ZkNode? node)
    {
        var value = node is null || change is "deleted" ? "" : ZkText.Preview(node.Data.Span);
        Print(change, node is null ? "" : $"{node.Path}  {value}".TrimEnd(), json =>
        {
            if (node is null) return;
            json.WriteString("path", node.Path);
            if (change is "deleted") return;
            ZkText.Value(json, node.Data.Span);
            json.WriteNumber("version", node.Stat.Version);
        });
    }

    void Print(string change, string text, Action<System.Text.Json.Utf8JsonWriter> members)
    {
        printed++;
        var at = clock.GetUtcNow();
        output.Write($"{at.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {change,-9} {text}".TrimEnd(), json =>
        {
            json.WriteString("at", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("change", change);
            members(json);
        });
    }
}
