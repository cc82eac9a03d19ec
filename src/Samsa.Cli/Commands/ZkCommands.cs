using System.CommandLine;
using Samsa.Cli.Zk;
using Samsa.ZooKeeper;

namespace Samsa.Cli.Commands;

/// <summary>Does something at a ZooKeeper.</summary>
delegate Task<int> ZkWork(ZkPlace place, CancellationToken ct);

/// <summary>The commands of <c>samsa zk</c>; its shell has the same.</summary>
sealed class ZkCommands(bool isShell, Func<ParseResult, ZkWork, CancellationToken, Task<int>> run)
{
    /// <summary>All of them, with examples.</summary>
    /// <param name="isShell">Whether they are for the shell, whose session lives on behind each of them.</param>
    /// <param name="run">Finds the place to work at.</param>
    public static IEnumerable<(Command Command, string Examples)> Create(bool isShell, Func<ParseResult, ZkWork, CancellationToken, Task<int>> run)
    {
        var commands = new ZkCommands(isShell, run);
        return
        [
            (commands.List(), Example("samsa zk ls /brokers/topics", "one name a line")),
            (commands.Tree(), Example("samsa zk tree /brokers --depth 2", "with what the nodes hold")),
            (commands.Get(), Example("samsa zk get /controller", "what it holds, and a line end; --raw without")),
            (commands.Stat(), Example("samsa zk stat /controller --json", "versions, times, owner")),
            (commands.Create(), Example("samsa zk create /app/mode fast --recursive", "and /app, if it is not there")),
            (commands.Set(), Example("samsa zk set /app/mode slow --version 3", "only if nobody wrote it since; without a value: standard input")),
            (commands.Delete(), Example("samsa zk delete /app --recursive", "and all that is below it")),
            (commands.Watch(), Example(
                "samsa zk watch /app --recursive --json", """{"at":"…","change":"changed","path":"/app/mode","value":"slow","version":4}""")),
        ];
    }

    static string Example(string line, string what) => $"Example:\n  {line,-54} {what}\n";

    Command List()
    {
        var (path, json) = (Path(isNeeded: false), Json());
        var recursive = Recursive("All nodes below it, with their paths");
        return Command("ls", "The children of a node.", [path, recursive, json], (parsed, place, ct) =>
            new ZkReading(place, new(parsed.GetValue(json))).ListAsync(place.Resolve(parsed.GetValue(path)!), parsed.GetValue(recursive), ct));
    }

    Command Tree()
    {
        var (path, json, depth) = (Path(isNeeded: false), Json(), Depth());
        return Command("tree", "A node and what is below it, drawn.", [path, depth, json], (parsed, place, ct) =>
            new ZkReading(place, new(parsed.GetValue(json)))
                .ShowTreeAsync(place.Resolve(parsed.GetValue(path)!), parsed.GetValue(depth) ?? int.MaxValue, ct));
    }

    Command Get()
    {
        var (path, json) = (Path(isNeeded: true), Json());
        var raw = new Option<bool>("--raw") { Description = "The bytes alone, without a line end" };
        return Command("get", "What a node holds.", [path, raw, json], (parsed, place, ct) =>
            new ZkReading(place, new(parsed.GetValue(json))).GetAsync(place.Resolve(parsed.GetValue(path)!), parsed.GetValue(raw), ct));
    }

    Command Stat()
    {
        var (path, json) = (Path(isNeeded: false), Json());
        return Command("stat", "What else is known of a node: versions, times, owner.", [path, json], (parsed, place, ct) =>
            new ZkReading(place, new(parsed.GetValue(json))).StatAsync(place.Resolve(parsed.GetValue(path)!), ct));
    }

    Command Create()
    {
        var (path, value, json) = (Path(isNeeded: true), Value("What it holds [default: nothing]"), Json());
        var recursive = Recursive("What is missing above it, too");
        var ephemeral = new Option<bool>("--ephemeral") { Description = "It goes with the session: for the shell", Hidden = !isShell };
        var sequential = new Option<bool>("--sequential") { Description = "Ten digits that rise are put behind its name" };
        var container = new Option<bool>("--container") { Description = "It goes when its last child has gone (ZooKeeper 3.5)" };
        var ttl = OptionValues.Parsed<TimeSpan?>(
            "--ttl", "It goes when it is left alone for so long (ZooKeeper 3.5, where it is allowed)", "5m", text => OptionValues.Duration(text));
        return Command("create", "Create a node.", [path, value, recursive, ephemeral, sequential, container, ttl, json], (parsed, place, ct) =>
        {
            var mode = (parsed.GetValue(ephemeral), parsed.GetValue(sequential), parsed.GetValue(container), parsed.GetValue(ttl) is not null) switch
            {
                (false, false, false, _) => ZkCreateMode.Persistent,
                (false, true, false, _) => ZkCreateMode.PersistentSequential,
                (true, var digits, false, false) when isShell => digits ? ZkCreateMode.EphemeralSequential : ZkCreateMode.Ephemeral,
                (false, false, true, false) => ZkCreateMode.Container,
                (true, _, false, false) => throw new WrongUseException(
                    "An ephemeral node would go as soon as the command has ended; create it in the shell, `samsa zk`."),
                _ => throw new WrongUseException(
                    "A node is ephemeral, or a container, or has a time to live: give one of --ephemeral, --container and --ttl."),
            };
            var wish = new ZkWish(mode, parsed.GetValue(ttl), parsed.GetValue(recursive));
            return new ZkWriting(place, new(parsed.GetValue(json)))
                .CreateAsync(place.Resolve(parsed.GetValue(path)!), ZkWriting.Data(parsed.GetValue(value)), wish, ct);
        });
    }

    Command Set()
    {
        var (path, json, version) = (Path(isNeeded: true), Json(), Version());
        var value = Value(isShell ? "What it is to hold" : "What it is to hold [default: standard input]");
        if (isShell) value.Arity = ArgumentArity.ExactlyOne;
        return Command("set", "Write a node.", [path, value, version, json], async (parsed, place, ct) =>
        {
            var data = parsed.GetValue(value) is { } word ? ZkWriting.Data(word) : await InputAsync(ct);
            return await new ZkWriting(place, new(parsed.GetValue(json)))
                .SetAsync(place.Resolve(parsed.GetValue(path)!), data, parsed.GetValue(version) ?? -1, ct);
        });
    }

    Command Delete()
    {
        var (path, json, version) = (Path(isNeeded: true), Json(), Version());
        var recursive = Recursive("And all that is below it");
        var command = Command("delete", "Delete a node.", [path, recursive, version, json], (parsed, place, ct) =>
            parsed.GetValue(recursive) && parsed.GetValue(version) is not null
                ? throw new WrongUseException("--version is that of one node; leave --recursive out.")
                : new ZkWriting(place, new(parsed.GetValue(json))).DeleteAsync(
                    place.Resolve(parsed.GetValue(path)!), parsed.GetValue(version) ?? -1, parsed.GetValue(recursive), ct));
        command.Aliases.Add("rm");
        return command;
    }

    Command Watch()
    {
        var (path, json, depth) = (Path(isNeeded: true), Json(), Depth());
        var recursive = Recursive("And all that is below it");
        var count = OptionValues.Number("--count", "End after N lines", 1);
        var description = $"Print what happens to a node, until {(isShell ? "Enter" : "Ctrl-C")}.";
        return Command("watch", description, [path, recursive, depth, count, json], (parsed, place, ct) =>
        {
            var watching = new ZkWatching(place, new(parsed.GetValue(json)), TimeProvider.System) { Count = parsed.GetValue(count) ?? long.MaxValue };
            var levels = parsed.GetValue(depth) ?? (parsed.GetValue(recursive) ? int.MaxValue : 0);
            return watching.RunAsync(place.Resolve(parsed.GetValue(path)!), levels, ct);
        });
    }

    Command Command(string name, string description, Symbol[] symbols, Func<ParseResult, ZkPlace, CancellationToken, Task<int>> work)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }

        command.SetAction((parsed, ct) => run(parsed, async (place, stop) =>
        {
            try
            {
                return await work(parsed, place, stop);
            }
            catch (ArgumentException wrong)
            {
                // A path that cannot be.
                throw new WrongUseException(Failure.FirstSentence(wrong.Message));
            }
        }, ct));
        return command;
    }

    static async Task<byte[]> InputAsync(CancellationToken ct)
    {
        using var all = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(all, ct);
        return all.ToArray();
    }

    Argument<string> Path(bool isNeeded)
    {
        var path = new Argument<string>("PATH") { Description = isShell ? "The node; from where we are, unless it begins with a slash" : "The node" };
        if (isNeeded) return path;
        path.DefaultValueFactory = _ => isShell ? "." : "/";
        return path;
    }

    static Argument<string?> Value(string description) => new("VALUE") { Description = description, Arity = ArgumentArity.ZeroOrOne };

    static Option<bool> Json() => new("--json") { Description = "Print JSON objects, one a line, and nothing else" };

    static Option<bool> Recursive(string description) => new("--recursive", "-r") { Description = description };

    static Option<int?> Depth() => OptionValues.Number("--depth", "How many levels below it [default: all]", 0);

    static Option<int?> Version() => OptionValues.Number("--version", "Only if it has this version", 0);
}
