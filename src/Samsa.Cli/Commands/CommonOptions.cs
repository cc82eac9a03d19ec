using System.CommandLine;

namespace Samsa.Cli.Commands;

/// <summary>The options every command understands, and what was made of them.</summary>
sealed class CommonOptions(Interruption interruption)
{
    /// <summary>Stands in for <c>-b</c> where it is not given.</summary>
    public const string BootstrapVariable = "SAMSA_BOOTSTRAP";

    readonly Option<string?> bootstrap = new("--bootstrap", "-b")
    {
        Description = $"Where the cluster is: host:port,host:port, or zookeeper://host:port,…/chroot (or {BootstrapVariable} in the environment)",
        HelpName = "host:port,…",
        Recursive = true,
    };

    readonly Option<KeyValuePair<string, string>[]> settings = Recursive(OptionValues.Many(
        "-X", "Any client setting by its name in Java or librdkafka: -X linger.ms=5, -X ssl.ca.location=ca.pem", "name=value", OptionValues.Setting));

    readonly Option<TimeSpan?> timeout = Recursive(OptionValues.Parsed<TimeSpan?>(
        "--timeout", "How long the first connection may take [default: 30s]", "30s", text => OptionValues.Duration(text)));

    readonly Option<bool> verbose = new("--verbose") { Description = "Tell what the client does, and errors in full", Recursive = true };

    readonly Option<bool> noColor = new("--no-color") { Description = "No colours (or NO_COLOR in the environment)", Recursive = true };

    public Interruption Interruption => interruption;

    public void AddTo(RootCommand root)
    {
        foreach (var option in new Option[] { bootstrap, settings, timeout, verbose, noColor }) root.Add(option);
    }

    public bool Verbose(ParseResult parsed) => parsed.GetValue(verbose);

    public bool Colors(ParseResult parsed) =>
        !parsed.GetValue(noColor) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public TimeSpan Timeout(ParseResult parsed) => parsed.GetValue(timeout) ?? TimeSpan.FromSeconds(30);

    public IReadOnlyList<KeyValuePair<string, string>> Settings(ParseResult parsed) => parsed.GetValue(settings) ?? [];

    /// <exception cref="WrongUseException">Neither the option nor the environment names a cluster.</exception>
    public string Bootstrap(ParseResult parsed) =>
        Given(parsed)
        ?? throw new WrongUseException($"Which cluster? Give it with -b host:port, or in {BootstrapVariable}; `samsa serve` starts one.");

    /// <summary>What was given with <c>-b</c>, or in the environment.</summary>
    public string? Given(ParseResult parsed)
    {
        var servers = parsed.GetValue(bootstrap) ?? Environment.GetEnvironmentVariable(BootstrapVariable);
        return string.IsNullOrWhiteSpace(servers) ? null : servers;
    }

    /// <summary>Commands that bring their own brokers refuse an address rather than pass over it in silence.</summary>
    public void RefuseBootstrap(ParseResult parsed)
    {
        if (parsed.GetValue(bootstrap) is not null)
            throw new WrongUseException($"samsa {parsed.CommandResult.Command.Name} starts its own brokers: leave -b out.");
    }

    static Option<T> Recursive<T>(Option<T> option)
    {
        option.Recursive = true;
        return option;
    }
}
