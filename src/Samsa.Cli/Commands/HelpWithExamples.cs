using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Samsa.Cli.Commands;

/// <summary>The generated help, followed by what a command looks like in use.</summary>
sealed class HelpWithExamples(HelpAction generated, IReadOnlyDictionary<Command, string> examples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = generated.Invoke(parseResult);
        if (examples.TryGetValue(parseResult.CommandResult.Command, out var text))
            parseResult.InvocationConfiguration.Output.WriteLine(text);
        return code;
    }
}
