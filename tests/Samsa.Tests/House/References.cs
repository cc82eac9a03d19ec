using Microsoft.CodeAnalysis;

namespace Samsa.Tests.House;

/// <summary>The assemblies that the tests run with, for C# that is compiled by them: what was built of this repository, and what it needs.</summary>
static class References
{
    static readonly string[] Paths = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);

    static readonly Lazy<MetadataReference[]> All = new(() => [.. Paths.Select(path => MetadataReference.CreateFromFile(path))]);

    public static IReadOnlyList<MetadataReference> Built => All.Value;

    public static bool IsBuilt(string assembly) => Paths.Any(path => Path.GetFileNameWithoutExtension(path) == assembly);
}
