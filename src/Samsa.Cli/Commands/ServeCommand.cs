using System.CommandLine;
using Samsa.Embedded;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa serve</c>: the words of its command line.</summary>
static class ServeCommand
{
    const string Examples = """
        Examples:
          samsa serve                                            one broker on any free port
          samsa serve --port 9092 --brokers 3                    at 9092, 9093 and 9094
          samsa serve --like 0.8.2 --topic clicks:6              speaks as Kafka 0.8.2 did, with a topic of six partitions
          samsa serve --json | head -1                           {"bootstrap":"127.0.0.1:9092","brokers":[…],"like":"4.3","pid":123}

          samsa serve --zookeeper --json                         the same with a ZooKeeper that knows the brokers: {…,"zookeeper":"127.0.0.1:2181",…}

        Everything is kept in memory and gone at the end. Ctrl-C or SIGTERM ends it.

        """;

    public static (Command Command, string Examples) Create(CommonOptions common)
    {
        var port = OptionValues.Number("--port", "The port of the first broker, the others follow; 0 for any free ones [default: 0]", 0, 65535);
        var brokers = OptionValues.Number("--brokers", "How many brokers [default: 1]", 1, 100);
        var like = Profiles.Option();
        var topics = OptionValues.Many("--topic", "A topic to begin with; may be repeated", "NAME[:PARTITIONS]", NewTopic.Parse);
        var partitions = OptionValues.Number("--partitions", "How many partitions a topic gets when nobody says [default: 4]", 1, 10_000);
        var zooKeeper = Profiles.ZooKeeperOption();
        var json = new Option<bool>("--json") { Description = "Print one JSON object when every broker answers, and nothing else" };

        var command = new Command("serve", "Run a Kafka in this process, in memory, until Ctrl-C.") { port, brokers, like, topics, partitions, zooKeeper, json };
        command.SetAction((parsed, ct) =>
        {
            common.RefuseBootstrap(parsed);
            return new Serve(common, parsed)
            {
                Port = parsed.GetValue(port) ?? 0,
                Brokers = parsed.GetValue(brokers) ?? 1,
                Profile = Profiles.Chosen(parsed, like, zooKeeper),
                WithZooKeeper = parsed.GetValue(zooKeeper),
                Topics = parsed.GetValue(topics) ?? [],
                Partitions = parsed.GetValue(partitions) ?? 4,
                Json = parsed.GetValue(json),
            }.RunAsync(ct);
        });
        return (command, Examples);
    }
}
