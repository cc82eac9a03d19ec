using Samsa.Cli.Terminal;
using Samsa.Marbles.Drawing;
using Samsa.Marbles.Syntax;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa marbles draw</c>.</summary>
sealed class DrawMarbles(IEnumerable<string> named)
{
    public required string? To { get; init; }

    public required bool HasGallery { get; init; }

    public int Run()
    {
        if (HasGallery && To is null) throw new WrongUseException("Where is the gallery to be? Say it with --to FOLDER.");
        var paths = MarblePaths.Of(named);
        var twice = paths.GroupBy(Path.GetFileNameWithoutExtension).FirstOrDefault(same => same.Count() > 1);
        if (To is not null && twice is not null)
            throw new WrongUseException($"{string.Join(" and ", twice)} would be the same picture; draw them to different folders.");
        var folders = paths.Select(Path.GetDirectoryName).Distinct().ToList();
        if (HasGallery && folders.Count > 1) throw new WrongUseException("A gallery is of the files of one folder.");

        var files = paths.Select(Read).ToList();
        if (To is not null) Directory.CreateDirectory(To);
        foreach (var file in files) File.WriteAllText(Path.Combine(To ?? Path.GetDirectoryName(file.Path)!, $"{file.Name}.svg"), Picture.Draw(file));
        if (HasGallery)
        {
            var sources = Path.GetRelativePath(To!, folders[0] is { Length: > 0 } folder ? folder : ".").Replace(Path.DirectorySeparatorChar, '/');
            File.WriteAllText(Path.Combine(To!, "README.md"), Gallery.Write(files, sources));
        }

        Say.Line(files.Count == 1 ? "One picture drawn." : $"{files.Count} pictures drawn.");
        return ExitCode.Done;
    }

    static MarbleFile Read(string path)
    {
        try
        {
            return MarbleReader.Read(path);
        }
        catch (MarbleSyntaxException mistake)
        {
            throw new WorkFailedException(mistake.Message);
        }
    }
}
