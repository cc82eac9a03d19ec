using Samsa.Cli.Output;
using Samsa.Cli.Terminal;
using Samsa.Marbles.Playing;
using Samsa.Marbles.Syntax;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa marbles run</c>.</summary>
sealed class RunMarbles(IEnumerable<string> named)
{
    public required string? Assembly { get; init; }

    public required bool Json { get; init; }

    public int Run()
    {
        var paths = MarblePaths.Of(named);
        var operators = Assembly is null ? null : Load(Assembly);
        var (files, outcomes) = (new List<MarbleFile>(), new Dictionary<string, Outcome>());
        foreach (var path in paths)
        {
            try
            {
                files.Add(MarbleReader.Read(path));
            }
            catch (MarbleSyntaxException mistake)
            {
                outcomes[path] = new(Path.GetFileNameWithoutExtension(path), "unreadable", mistake.Message);
            }
        }

        var suite = MarbleSuite.Compile(files, operators);
        foreach (var file in files) outcomes[file.Path] = Outcome.Of(suite.Play(file));
        foreach (var path in paths) Tell(path, outcomes[path]);

        var failed = outcomes.Values.Count(outcome => outcome.IsFailure);
        Say.Line(Summary(paths.Count, failed));
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    void Tell(string path, Outcome outcome)
    {
        if (Json)
        {
            new JsonLines(StandardOutput.Open()).Write(json =>
            {
                json.WriteString("file", path);
                json.WriteString("title", outcome.Title);
                json.WriteString("outcome", outcome.Word);
                if (outcome.Detail is { } detail) json.WriteString("detail", detail);
            });
            return;
        }

        Console.Out.WriteLine(outcome switch
        {
            { IsFailure: true } => $"NOT  {path}\n{Indented(outcome.Detail!)}",
            { Detail: { } reason } => $"skip {path}: {reason}",
            _ => $"ok   {path}: {outcome.Title}",
        });
    }

    static string Indented(string lines) => string.Join('\n', lines.TrimEnd().Split('\n').Select(line => $"     {line}".TrimEnd()));

    static string Summary(int files, int failed) => (files, failed) switch
    {
        (1, 0) => "One file, as written.",
        (1, _) => "One file, not as written.",
        (_, 0) => $"{files} files, all as written.",
        _ => $"{files} files, {failed} of them not as written.",
    };

    static OperatorAssembly Load(string path)
    {
        if (!File.Exists(path)) throw new WrongUseException($"--assembly {path}: there is no such file; build your operators first.");
        try
        {
            return OperatorAssembly.Load(path);
        }
        catch (BadImageFormatException)
        {
            throw new WrongUseException($"--assembly {path}: it is not a .NET assembly.");
        }
    }

    sealed record Outcome(string Title, string Word, string? Detail)
    {
        public bool IsFailure => Word is "differs" or "unreadable";

        public static Outcome Of(MarbleReport report) =>
            report.Skip is { } reason ? new(report.File.Title, "skipped", reason)
            : report.Failure is { } failure ? new(report.File.Title, "differs", failure)
            : new(report.File.Title, "as-written", null);
    }
}
