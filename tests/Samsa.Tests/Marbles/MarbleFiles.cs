using Samsa.Marbles.Syntax;
using Samsa.Tests.House;

namespace Samsa.Tests.Marbles;

/// <summary>The marble files of the repository, by their paths in it.</summary>
static class MarbleFiles
{
    public static IReadOnlyList<string> OfOperators { get; } = In("marbles");

    public static IReadOnlyList<string> OfStock { get; } = In("tests/Samsa.Tests/Marbles/Files");

    public static IReadOnlyList<string> Paths { get; } = [.. OfOperators, .. OfStock];

    /// <summary>Those that can be read.</summary>
    public static IReadOnlyList<MarbleFile> Read { get; } = [.. Paths.Select(TryRead).OfType<MarbleFile>()];

    public static MarbleFile ReadFile(string path) => MarbleReader.Read(File.ReadAllText(Repository.PathOf(path)), path);

    static MarbleFile? TryRead(string path)
    {
        try
        {
            return ReadFile(path);
        }
        catch (MarbleSyntaxException)
        {
            return null;
        }
    }

    static List<string> In(string folder) =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf(folder), "*.marble").Order(StringComparer.Ordinal)
            .Select(path => $"{folder}/{Path.GetFileName(path)}"),
    ];
}
