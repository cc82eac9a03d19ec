using System.CommandLine;
using System.CommandLine.Invocation;
using Samsa.Cli.Commands;
using Samsa.Cli.Output;
using Samsa.Cli.Terminal;

namespace Samsa.Cli;

/// <summary>One run of the tool, from the words of the command line to the exit code.</summary>
static class Tool
{
    public static async Task<int> RunAsync(IReadOnlyList<string> words, Interruption interruption)
    {
        var common = new CommonOptions(interruption);
        var parsed = CommandTree.Build(common).Parse(words, Plain);
        if (parsed.Action is ParseErrorAction) return Refuse(Sentence(parsed), parsed);

        try
        {
            return await parsed.InvokeAsync(Invocation, interruption.Token);
        }
        catch (WrongUseException wrong)
        {
            return Refuse(wrong.Message, parsed);
        }
        catch (OutputClosedException)
        {
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (interruption.IsRequested)
        {
            return interruption.ExitCode;
        }
        catch (Exception failure) when (interruption.IsRequested)
        {
            Complain(failure, common.Verbose(parsed));
            return interruption.ExitCode;
        }
        catch (Exception failure)
        {
            Complain(failure, common.Verbose(parsed));
            return ExitCode.Failed;
        }
    }

    /// <summary>How command lines are read: a word that begins with @ is a word, and no file with more of them.</summary>
    public static ParserConfiguration Plain { get; } = new() { ResponseFileTokenReplacer = null };

    /// <summary>How commands are run: signals and errors are answered here, not by the parser's defaults.</summary>
    public static InvocationConfiguration Invocation =>
        new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    static int Refuse(string sentence, ParseResult parsed)
    {
        Say.Line($"samsa: {sentence} See `{PathOf(parsed.CommandResult)} --help`.");
        return ExitCode.WrongUse;
    }

    static void Complain(Exception failure, bool verbose)
    {
        Say.Line($"samsa: {Failure.Explain(failure)}");
        if (verbose) Say.Line(failure.ToString());
    }

    static string PathOf(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent
            ? $"{PathOf(parent)} {result.Command.Name}"
            : "samsa";

    /// <summary>What is wrong with a command line.</summary>
    public static string Sentence(ParseResult parsed)
    {
        // A misspelt command is also a missing one; the misspelling is what helps.
        if (parsed.CommandResult.Command is { Subcommands.Count: > 0 } group && parsed.UnmatchedTokens is [var word, ..] && !word.StartsWith('-'))
            return $"{word} is not a command; there are {string.Join(", ", group.Subcommands.Select(command => command.Name))}.";

        var message = parsed.Errors[0].Message.ReplaceLineEndings(" ").Trim();
        return message.EndsWith('.') ? message : message + ".";
    }
}
