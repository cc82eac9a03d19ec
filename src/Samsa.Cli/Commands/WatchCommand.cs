using System.CommandLine;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa watch</c>: the words of its command line.</summary>
static class WatchCommand
{
    const string Examples = """
        Examples:
          samsa watch -b kafka:9092                                     what brokers say, asked every two seconds
          samsa watch -b zookeeper://zk1:2181,zk2:2181/kafka            what ZooKeeper's watches tell, as it happens; also of Kafka 0.7
          samsa watch -b kafka:9092 --json | jq 'select(.change == "broker-down")'
          samsa watch -b kafka:9092 --count 1                           the cluster as it is now, and no more

        The first line is a snapshot: what is so now. That nobody can be asked is a line (suspended, resumed) and no end. Ctrl-C ends it.

        """;

    public static (Command Command, string Examples) Create(CommonOptions common)
    {
        var count = OptionValues.Number("--count", "End after so many lines [default: only by Ctrl-C]", 1, int.MaxValue);
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };

        var command = new Command("watch", "See what changes in a cluster: brokers, topics, partitions, leaders.") { count, json };
        command.SetAction((parsed, ct) => new Watch(common, parsed)
        {
            Count = parsed.GetValue(count) ?? int.MaxValue,
            Json = parsed.GetValue(json),
        }.RunAsync(ct));
        return (command, Examples);
    }
}
