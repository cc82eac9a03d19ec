namespace Samsa.Cli.Commands;

/// <summary>The marble files that a command line names.</summary>
static class MarblePaths
{
    /// <exception cref="WrongUseException">Something that is named is not there, or a folder has none.</exception>
    public static IReadOnlyList<string> Of(IEnumerable<string> named) => [.. named.SelectMany(In)];

    static IEnumerable<string> In(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new WrongUseException($"{path} is neither a file nor a folder.");
        var files = Directory.EnumerateFiles(path, "*.marble").Order(StringComparer.Ordinal).ToList();
        return files.Count > 0 ? files : throw new WrongUseException($"There is no .marble file in {path}.");
    }
}
