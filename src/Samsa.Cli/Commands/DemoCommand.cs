using System.CommandLine;
using Samsa.Embedded;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa demo</c>: the words of its command line.</summary>
static class DemoCommand
{
    const string Examples = """
        Examples:
          samsa demo                     about 15 seconds of live measurements of this machine, through three brokers
          samsa demo --like 0.8.2        the same, as it was in 2015
          samsa demo --zookeeper         the cluster is known by a ZooKeeper alone; its watches see the broker that stops
          samsa demo --seconds 60
          samsa demo --json | jq .       one JSON object a line; the last one is the proof

        One broker is stopped in the middle and started again. At the end each record is accounted for; exit code 1 if one was lost,
        doubled or out of order.

        """;

    public static (Command Command, string Examples) Create(CommonOptions common)
    {
        var seconds = OptionValues.Number("--seconds", "How long records are sent [default: 15]", 2, 24 * 60 * 60);
        var like = Profiles.Option();
        var zooKeeper = Profiles.ZooKeeperOption();
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line, and nothing else" };

        var command = new Command("demo", "See it work: live data through three brokers and a LINQ query.")
        {
            seconds, like, zooKeeper, json,
        };
        command.SetAction((parsed, ct) =>
        {
            common.RefuseBootstrap(parsed);
            return new Demo.Performance(common, parsed)
            {
                Length = TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? 15),
                Profile = Profiles.Chosen(parsed, like, zooKeeper),
                ThroughZooKeeper = parsed.GetValue(zooKeeper),
                Json = parsed.GetValue(json),
            }.RunAsync(ct);
        });
        return (command, Examples);
    }
}
