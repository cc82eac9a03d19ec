using System.CommandLine;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa marbles</c> and what is below it: the words of their command lines.</summary>
static class MarblesCommand
{
    const string Examples = """
        Examples:
          samsa marbles draw bursts.marble                       bursts.svg beside it
          samsa marbles run bursts.marble --assembly bin/Release/net10.0/MyOperators.dll

        What a marble file says is in docs/marble-files.md of the project.

        """;

    const string DrawExamples = """
        Examples:
          samsa marbles draw bursts.marble                       bursts.svg beside it
          samsa marbles draw marbles --to docs/marbles --gallery a folder of files, and a page that shows the pictures by topic

        """;

    const string RunExamples = """
        Examples:
          samsa marbles run marbles --assembly bin/Release/net10.0/MyOperators.dll
          samsa marbles run one.marble --json                    {"file":"one.marble","title":"One","outcome":"as-written"}

        The operator lines see the assembly and those beside it. They are compiled by the compiler that the tool brings with it.

        """;

    public static IEnumerable<(Command Command, string Examples)> Create(CommonOptions common)
    {
        var draw = Draw(common);
        var run = Run(common);
        var marbles = new Command("marbles", "Draw and run marble files: pictures of operators that are played in virtual time.") { draw, run };
        return [(marbles, Examples), (draw, DrawExamples), (run, RunExamples)];
    }

    static Command Draw(CommonOptions common)
    {
        var files = Files();
        var to = new Option<string?>("--to") { Description = "The folder of the pictures [default: beside the files]", HelpName = "FOLDER" };
        var gallery = new Option<bool>("--gallery") { Description = "Also write README.md there, which shows all pictures by topic" };
        var command = new Command("draw", "Draw each file as SVG, for light and dark paper.") { files, to, gallery };
        command.SetAction(parsed =>
        {
            common.RefuseBootstrap(parsed);
            return new DrawMarbles(parsed.GetValue(files) ?? []) { To = parsed.GetValue(to), HasGallery = parsed.GetValue(gallery) }.Run();
        });
        return command;
    }

    static Command Run(CommonOptions common)
    {
        var files = Files();
        var assembly = new Option<string?>("--assembly") { Description = "Where your operators are", HelpName = "DLL" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a file, and nothing else" };
        var command = new Command("run", "Play each file and compare: values, times, and when lanes were subscribed to.") { files, assembly, json };
        command.SetAction(parsed =>
        {
            common.RefuseBootstrap(parsed);
            return new RunMarbles(parsed.GetValue(files) ?? []) { Assembly = parsed.GetValue(assembly), Json = parsed.GetValue(json) }.Run();
        });
        return command;
    }

    static Argument<string[]> Files() => new("FILE") { Description = "Marble files, or folders of them", Arity = ArgumentArity.OneOrMore };
}
