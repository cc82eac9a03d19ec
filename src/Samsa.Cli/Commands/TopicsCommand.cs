using System.CommandLine;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa topics</c> and what is below it: the words of their command lines.</summary>
static class TopicsCommand
{
    const string Examples = """
        Examples:
          samsa topics                                           all topics
          samsa topics describe clicks                           partitions, leaders, replicas, offsets
          samsa topics create clicks --partitions 6 --config retention.ms=86400000
          samsa topics delete clicks

        """;

    const string ListExamples = """
        Example:
          samsa topics list --json                               {"topic":"t","partitions":6,"replication":3,"internal":false}

        """;

    const string DescribeExamples = """
        Example:
          samsa topics describe clicks --json                    {"topic":"clicks","partitions":[{"partition":0,"leader":1,"replicas":[1,2,3],"isr":[1,2,3],"beginning":0,"end":42}]}

        """;

    const string CreateExamples = """
        Example:
          samsa topics create clicks --partitions 6 --replication 3 --config cleanup.policy=compact --config segment.ms=60000

        """;

    const string DeleteExamples = """
        Example:
          samsa topics delete clicks                             with all its records

        """;

    public static IEnumerable<(Command Command, string Examples)> Create(CommonOptions common)
    {
        var topics = new Command("topics", "List, describe, create and delete topics.");
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line, and nothing else" };
        topics.Add(json);
        topics.SetAction((parsed, ct) => new Topics(common, parsed).ListAsync(parsed.GetValue(json), ct));

        var list = List(common, json);
        var describe = Describe(common, json);
        var create = CreateOne(common, json);
        var delete = Delete(common, json);
        foreach (var command in new[] { list, describe, create, delete }) topics.Add(command);
        return [(topics, Examples), (list, ListExamples), (describe, DescribeExamples), (create, CreateExamples), (delete, DeleteExamples)];
    }

    static Command List(CommonOptions common, Option<bool> before)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line, and nothing else" };
        var command = new Command("list", "All topics, with their partitions and replication.") { json };
        command.SetAction((parsed, ct) => new Topics(common, parsed).ListAsync(parsed.GetValue(json) || parsed.GetValue(before), ct));
        return command;
    }

    static Command Describe(CommonOptions common, Option<bool> before)
    {
        var topic = TopicName.Argument("The topic");
        var json = new Option<bool>("--json") { Description = "Print one JSON object, and nothing else" };
        var command = new Command("describe", "The partitions of a topic: leaders, replicas, offsets.") { topic, json };
        command.SetAction((parsed, ct) => new Topics(common, parsed).DescribeAsync(parsed.GetRequiredValue(topic), parsed.GetValue(json) || parsed.GetValue(before), ct));
        return command;
    }

    static Command CreateOne(CommonOptions common, Option<bool> json)
    {
        var topic = TopicName.Argument("The name of the new topic");
        var partitions = OptionValues.Number("--partitions", "How many partitions [default: 1]", 1);
        var replication = OptionValues.Number("--replication", "On how many brokers each partition is kept [default: as the brokers have it]", 1, short.MaxValue);
        var configs = OptionValues.Many("--config", "A setting of the topic, as in retention.ms=60000; may be repeated", "k=v", OptionValues.Setting);
        var command = new Command("create", "Create a topic.") { topic, partitions, replication, configs };
        command.SetAction((parsed, ct) =>
        {
            RefuseJson(parsed, json);
            return new Topics(common, parsed).CreateAsync(
                parsed.GetRequiredValue(topic), parsed.GetValue(partitions) ?? 1, (short)(parsed.GetValue(replication) ?? -1), parsed.GetValue(configs) ?? [], ct);
        });
        return command;
    }

    static Command Delete(CommonOptions common, Option<bool> json)
    {
        var topic = TopicName.Argument("The topic; its records go with it");
        var command = new Command("delete", "Delete a topic.") { topic };
        command.SetAction((parsed, ct) =>
        {
            RefuseJson(parsed, json);
            return new Topics(common, parsed).DeleteAsync(parsed.GetRequiredValue(topic), ct);
        });
        return command;
    }

    // Given before the command it belongs to no command in particular, and must not be passed over in silence.
    static void RefuseJson(ParseResult parsed, Option<bool> json)
    {
        if (parsed.GetValue(json)) throw new WrongUseException($"--json is for list and describe; {parsed.CommandResult.Command.Name} prints nothing but what it did. Leave it out.");
    }
}
