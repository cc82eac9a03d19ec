namespace Samsa.Tests.House;

/// <summary>Where the files of this repository are, seen from a built test.</summary>
static class Repository
{
    public static DirectoryInfo Root { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Root.FullName, .. parts]);

    /// <summary>The C# files of a folder, without what the build made.</summary>
    public static IEnumerable<string> SourcesIn(params string[] parts) =>
        Directory.EnumerateFiles(PathOf(parts), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                        && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    static DirectoryInfo Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Samsa.Rx.sln")))
                return folder;
        throw new InvalidOperationException("The tests run outside the repository: no Samsa.Rx.sln above " + AppContext.BaseDirectory);
    }
}
