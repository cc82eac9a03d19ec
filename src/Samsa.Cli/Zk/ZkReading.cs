using Samsa.ZooKeeper;

namespace Samsa.Cli.Zk;

/// <summary>Lists and shows nodes.</summary>
sealed class ZkReading(ZkPlace place, ZkOutput output)
{
    /// <summary>How many nodes of a tree are asked for at the same time.</summary>
    const int AtOnce = 256;

    public async Task<int> ListAsync(string path, bool isRecursive, CancellationToken ct)
    {
        if (!isRecursive)
        {
            var children = await place.Client.GetChildrenAsync(path, ct) ?? throw ZkPlace.Missing(path);
            foreach (var name in children.Names) Line(ZkPlace.Child(path, name), name);
            return ExitCode.Done;
        }

        var nodes = await TreeAsync(path, int.MaxValue, ct);
        if (nodes.Count == 0) throw ZkPlace.Missing(path);
        foreach (var (node, _) in nodes)
            if (node.Path != path)
                Line(node.Path, node.Path);
        return ExitCode.Done;

        void Line(string child, string text) => output.Write(text, json =>
        {
            json.WriteString("path", child);
            json.WriteString("name", ZkPlace.NameOf(child));
        });
    }

    public async Task<int> GetAsync(string path, bool isRaw, CancellationToken ct)
    {
        var node = await place.Client.GetAsync(path, ct) ?? throw ZkPlace.Missing(path);
        if (output.IsJson) Json(node);
        else
        {
            output.Bytes(node.Data.Span);
            if (!isRaw) output.Bytes("\n"u8);
        }

        return ExitCode.Done;
    }

    public async Task<int> StatAsync(string path, CancellationToken ct)
    {
        var stat = await place.Client.ExistsAsync(path, ct) ?? throw ZkPlace.Missing(path);
        if (output.IsJson)
            output.Json(json =>
            {
                json.WriteString("path", path);
                ZkText.Stat(json, stat);
            });
        else
            foreach (var (name, value) in ZkText.Lines(stat))
                output.Text(place.IsTerminal ? $"{name,-17} {value}" : $"{name}\t{value}");
        return ExitCode.Done;
    }

    public async Task<int> ShowTreeAsync(string path, int depth, CancellationToken ct)
    {
        var nodes = await TreeAsync(path, depth, ct);
        if (nodes.Count == 0) throw ZkPlace.Missing(path);
        if (output.IsJson)
        {
            foreach (var (node, _) in nodes) Json(node);
            return ExitCode.Done;
        }

        // Whether each of those above has a sibling below it: that is where the lines go on.
        var goesOn = new List<bool>();
        for (var i = 0; i < nodes.Count; i++)
        {
            var (node, level) = nodes[i];
            while (goesOn.Count <= level) goesOn.Add(false);
            goesOn[level] = level > 0 && nodes.Skip(i + 1).TakeWhile(later => later.Level >= level).Any(later => later.Level == level);
            var lines = string.Concat(Enumerable.Range(1, Math.Max(0, level - 1)).Select(above => goesOn[above] ? "│  " : "   "));
            var branch = level == 0 ? "" : goesOn[level] ? "├─ " : "└─ ";
            output.Text($"{lines}{branch}{(level == 0 ? node.Path : ZkPlace.NameOf(node.Path))}{About(node, level == depth)}");
        }

        return ExitCode.Done;
    }

    /// <summary>A node and what is below it, parents first, each with how far below it is. Empty when there is no such node.</summary>
    public async Task<IReadOnlyList<(ZkNode Node, int Level)>> TreeAsync(string path, int depth, CancellationToken ct)
    {
        using var places = new SemaphoreSlim(AtOnce);
        var found = new List<(ZkNode Node, int Level)>();
        await AddAsync(path, 0);
        found.Sort((one, other) => ComparePaths(one.Node.Path, other.Node.Path));
        return found;

        async Task AddAsync(string at, int level)
        {
            await places.WaitAsync(ct);
            ZkNode? node;
            ZkChildren? children = null;
            try
            {
                node = await place.Client.GetAsync(at, ct);
                if (node is not null && level < depth && node.Stat.ChildrenCount > 0) children = await place.Client.GetChildrenAsync(at, ct);
            }
            finally
            {
                places.Release();
            }

            // Somebody may delete it meanwhile.
            if (node is null) return;
            lock (found) found.Add((node, level));
            await Task.WhenAll((children?.Names ?? []).Select(name => AddAsync(ZkPlace.Child(at, name), level + 1)));
        }
    }

    void Json(ZkNode node) => output.Json(json =>
    {
        json.WriteString("path", node.Path);
        ZkText.Value(json, node.Data.Span);
        ZkText.Stat(json, node.Stat);
    });

    string About(ZkNode node, bool isDeepest)
    {
        var preview = ZkText.Preview(node.Data.Span);
        var about = (node.Stat.EphemeralOwner != 0 ? "  (ephemeral)" : "") + (preview.Length > 0 ? $"  {preview}" : "")
            + (isDeepest && node.Stat.ChildrenCount > 0 ? $"  … {Terminal.Amount.Counted(node.Stat.ChildrenCount, "more node")}" : "");
        return place is { IsTerminal: true, Colors: true } && about.Length > 0 ? $"\e[90m{about}\e[0m" : about;
    }

    // By parts, so that a node comes before what is below it, and that before its next sibling.
    static int ComparePaths(string one, string other)
    {
        var (left, right) = (one.Split('/'), other.Split('/'));
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
            if (string.CompareOrdinal(left[i], right[i]) is not 0 and var order)
                return order;
        return left.Length - right.Length;
    }
}
