using System.CommandLine;
using Samsa.Cli.Commands;
using Samsa.ZooKeeper;

namespace Samsa.Cli.Zk;

/// <summary>What the commands of <c>samsa zk</c> work on: a client, and the node that paths without a slash in front begin at.</summary>
sealed class ZkPlace(ZooKeeperClient client) : IAsyncDisposable
{
    const string Scheme = "zookeeper://";

    public ZooKeeperClient Client => client;

    /// <summary>Where we are.</summary>
    public string At { get; set; } = "/";

    /// <summary>Whether somebody is at a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether grey may be used.</summary>
    public bool Colors { get; init; }

    /// <exception cref="WrongUseException">Nothing says where the servers are, or what says it cannot be.</exception>
    public static async Task<ZkPlace> OpenAsync(CommonOptions common, ParseResult parsed, IReadOnlyList<ZkAuth> auth, CancellationToken ct)
    {
        var servers = common.Given(parsed)
            ?? throw new WrongUseException($"Which ZooKeeper? Give it with -b zookeeper://host:2181, or in {CommonOptions.BootstrapVariable}.");
        var options = Connecting.ZooKeeper(common, parsed) with { Auth = auth };
        if (servers.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) servers = servers[Scheme.Length..];
        try
        {
            var client = await ZooKeeperClient.ConnectAsync(servers, options, ct);
            return new(client) { IsTerminal = Terminal.Consoles.OutputIsTerminal, Colors = common.Colors(parsed) };
        }
        catch (FormatException wrong)
        {
            throw new WrongUseException(wrong.Message);
        }
    }

    /// <summary>The path that somebody means: from where we are unless it begins with a slash; <c>.</c> and <c>..</c> are what they are elsewhere.</summary>
    public string Resolve(string path)
    {
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{At}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part is "..")
            {
                if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ".") parts.Add(part);
        }

        return $"/{string.Join('/', parts)}";
    }

    public static string Child(string path, string name) => path is "/" ? $"/{name}" : $"{path}/{name}";

    public static string NameOf(string path) => path is "/" ? "/" : path[(path.LastIndexOf('/') + 1)..];

    public static WorkFailedException Missing(string path) =>
        new($"There is no node {path}. `samsa zk ls` shows what there is, `samsa zk create` makes one.");

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
