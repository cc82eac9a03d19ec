using System.CommandLine;
using System.CommandLine.Invocation;
using Samsa.Cli.Commands;
using Samsa.Cli.Terminal;

namespace Samsa.Cli.Zk;

/// <summary>
/// Reads commands and does them in one session. At a terminal it asks for them, and what fails is told; what comes from a pipe is a script, which ends
/// at the first that fails.
/// </summary>
sealed class ZkShell
{
    const string Words = """
        ls, tree, get, stat, create, set, delete (rm), watch    as `samsa zk` has them; --help behind one shows more
        cd PATH, pwd                                            where paths without a slash in front begin
        help, exit

        """;

    readonly ZkPlace place;
    readonly RootCommand commands = new("Nodes of a ZooKeeper.");
    readonly bool isAsked = !Console.IsInputRedirected && Consoles.OutputIsTerminal;
    // A line that was waited for while a watch ended by itself; what is typed next is it.
    Task<string?>? typing;

    public ZkShell(ZkPlace place)
    {
        this.place = place;
        foreach (var (command, _) in ZkCommands.Create(isShell: true, (_, work, ct) => work(place, ct))) commands.Add(command);
        var cd = new Command("cd", "Go to a node.");
        var to = new Argument<string>("PATH") { DefaultValueFactory = _ => "/" };
        cd.Add(to);
        cd.SetAction((parsed, ct) => GoAsync(parsed.GetValue(to)!, ct));
        var pwd = new Command("pwd", "Where we are.");
        pwd.SetAction(_ => new ZkOutput(asJson: false).Text(place.At));
        commands.Add(cd);
        commands.Add(pwd);
    }

    public async Task<int> RunAsync(CancellationToken ct)
    {
        if (isAsked) Say.Line($"{place.Client.Session.Server}{place.Client.Chroot}. `help` shows the commands, `exit` ends.");
        while (await AskAsync(ct) is { } line)
        {
            string[] words;
            try
            {
                words = ShellWords.Of(line);
                if (words is [] || words[0].StartsWith('#')) continue;
                if (words is ["exit" or "quit"]) break;
                if (words is ["help"])
                {
                    Console.Out.Write(Words);
                    continue;
                }

                var code = await DoAsync(words, ct);
                if (code != ExitCode.Done && !isAsked) return code;
            }
            catch (Exception failure) when (failure is not OperationCanceledException and not Output.OutputClosedException)
            {
                if (!isAsked) throw;
                Say.Line(failure is WrongUseException ? failure.Message : Failure.Explain(failure));
            }
        }

        return ExitCode.Done;
    }

    async Task<int> DoAsync(string[] words, CancellationToken ct)
    {
        var parsed = commands.Parse(words, Tool.Plain);
        if (parsed.Action is ParseErrorAction) throw new WrongUseException(Tool.Sentence(parsed));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var doing = parsed.InvokeAsync(Tool.Invocation, stop.Token);
        // A watch would never end.
        if (!isAsked || parsed.CommandResult.Command.Name is not "watch") return await doing;
        typing = LineAsync(ct);
        if (await Task.WhenAny(doing, typing) != doing)
        {
            typing = null;
            await stop.CancelAsync();
        }

        try
        {
            return await doing;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
    }

    async Task<int> GoAsync(string path, CancellationToken ct)
    {
        var to = place.Resolve(path);
        if (await place.Client.ExistsAsync(to, ct) is null) throw ZkPlace.Missing(to);
        place.At = to;
        return ExitCode.Done;
    }

    Task<string?> AskAsync(CancellationToken ct)
    {
        if (isAsked) Console.Out.Write(place.Colors ? $"\e[90mzk\e[0m {place.At} > " : $"zk {place.At} > ");
        var line = typing ?? LineAsync(ct);
        typing = null;
        return line;
    }

    // Reading from a terminal cannot be cancelled; it ends with the process.
    static Task<string?> LineAsync(CancellationToken ct) => Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(ct);
}
