using Spectre.Console;

namespace Samsa.Cli.Terminal;

/// <summary>Standard output for people: coloured where it is a terminal and nobody minds.</summary>
static class Consoles
{
    public static bool OutputIsTerminal => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    public static IAnsiConsole Output(bool colors) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = OutputIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = colors && OutputIsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Out = new AnsiConsoleOutput(Console.Out),
    });
}
