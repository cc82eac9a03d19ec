namespace Samsa.ZooKeeper;

/// <summary>What paths of nodes look like. (ZooKeeper: PathUtils)</summary>
static class Paths
{
    /// <summary>The path, when it can be one.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public static string Checked(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Trouble(path) is { } trouble ? throw new ArgumentException($"\"{path}\" is no path of a node: {trouble}.", nameof(path)) : path;
    }

    /// <summary>The path of a child.</summary>
    public static string Child(string path, string name) => path is "/" ? $"/{name}" : $"{path}/{name}";

    /// <summary>The path of the parent; null for the root.</summary>
    public static string? Parent(string path) => path.LastIndexOf('/') switch
    {
        _ when path is "/" => null,
        0 => "/",
        var at => path[..at],
    };

    /// <summary>What is wrong with a path; null when nothing is.</summary>
    public static string? Trouble(string path)
    {
        if (path is "/") return null;
        if (path.Length == 0 || path[0] != '/') return "it must begin with a slash";
        if (path[^1] == '/') return "it must not end with a slash";
        foreach (var c in path)
            if (c is <= '\u001f' or >= '\u007f' and <= '\u009f' or >= '\ud800' and <= '\uf8ff' or >= '\ufff0')
                return $"it has the character U+{(int)c:X4}";
        for (int from = 1, to; from <= path.Length; from = to + 1)
        {
            to = path.IndexOf('/', from);
            if (to < 0) to = path.Length;
            if (path.AsSpan(from, to - from) is "" or "." or "..") return "it has an empty part, or a dot or two for a name";
        }

        return null;
    }
}
