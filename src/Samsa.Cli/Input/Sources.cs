namespace Samsa.Cli.Input;

/// <summary>Where lines come from: files in their order, or standard input.</summary>
static class Sources
{
    public const string StandardInput = "standard input";

    /// <summary>Checks that all of them can be read before anything is sent.</summary>
    /// <exception cref="WrongUseException">A file is not there.</exception>
    public static void Check(IReadOnlyList<string> files)
    {
        foreach (var file in files)
            if (file is not "-" && !File.Exists(file))
                throw new WrongUseException(Directory.Exists(file) ? $"{file} is a directory; give files." : $"There is no file {file}.");
    }

    /// <summary>Opens one after the other; <c>-</c>, or no file at all, is standard input.</summary>
    public static IEnumerable<(Stream Stream, string Name)> Open(IReadOnlyList<string> files)
    {
        if (files.Count is 0) files = ["-"];
        foreach (var file in files)
        {
            using var stream = file is "-" ? Console.OpenStandardInput() : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            yield return (stream, file is "-" ? StandardInput : file);
        }
    }
}
