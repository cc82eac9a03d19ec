using System.CommandLine;
using Samsa.Cli.Zk;
using Samsa.ZooKeeper;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa zk</c>, alone a shell, and what is below it.</summary>
static class ZkCommand
{
    const string Examples = """
        Examples:
          samsa zk -b zookeeper://localhost:2181                 a shell: ls, cd, get, set, … until exit
          samsa zk ls /brokers/ids -b localhost:2181             the names of the children
          samsa zk tree /brokers --depth 3                       with SAMSA_BOOTSTRAP=zookeeper://host:2181/chroot in the environment
          samsa zk get /controller --json                        {"path":"/controller","value":"…","version":0,…}
          samsa zk watch /brokers --recursive                    a line for each change, until Ctrl-C
          samsa zk ls / -b zk1:2281 -X zookeeper.ssl.ca.location=ca.pem     the secure port of a server
          printf 'cd /app\nset mode fast\n' | samsa zk           the shell reads what comes in, and ends at the first that fails

        """;

    public static IEnumerable<(Command Command, string Examples)> Create(CommonOptions common)
    {
        var auth = OptionValues.Many("--auth", "Who we are at the servers: a name and a password; may be repeated", "user:password", Digest);
        auth.Recursive = true;
        var zk = new Command("zk", "A ZooKeeper from the terminal: list, read, write and watch nodes. Alone, a shell.") { auth };
        zk.SetAction(async (parsed, ct) =>
        {
            await using var place = await ZkPlace.OpenAsync(common, parsed, parsed.GetValue(auth) ?? [], ct);
            return await new ZkShell(place).RunAsync(ct);
        });

        var below = ZkCommands.Create(isShell: false, async (parsed, work, ct) =>
        {
            await using var place = await ZkPlace.OpenAsync(common, parsed, parsed.GetValue(auth) ?? [], ct);
            return await work(place, ct);
        }).ToList();
        foreach (var (command, _) in below) zk.Add(command);
        return [(zk, Examples), .. below];
    }

    static ZkAuth Digest(string text) =>
        text.IndexOf(':') is > 0 and var at ? ZkAuth.Digest(text[..at], text[(at + 1)..]) : throw new FormatException("it is user:password");
}
