using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Samsa.Cli.Output;
using Samsa.Cli.Terminal;
using Samsa.Rx;
using Spectre.Console;

namespace Samsa.Cli.Commands;

/// <summary>Lists, describes, creates and deletes topics.</summary>
sealed class Topics(CommonOptions common, ParseResult parsed)
{
    public async Task<int> ListAsync(bool asJson, CancellationToken ct)
    {
        await using var kafka = await Connecting.ConnectAsync(common, parsed, ct);
        var topics = (await kafka.ListTopicsAsync(ct)).OrderBy(topic => topic.Name, StringComparer.Ordinal).ToList();
        if (asJson)
        {
            var lines = new JsonLines(StandardOutput.Open());
            foreach (var topic in topics)
                lines.Write(json =>
                {
                    json.WriteString("topic", topic.Name);
                    json.WriteNumber("partitions", topic.Partitions.Count);
                    json.WriteNumber("replication", ReplicationOf(topic));
                    json.WriteBoolean("internal", topic.IsInternal);
                });
            return ExitCode.Done;
        }

        if (topics.Count is 0) Say.Line("There are no topics; `samsa topics create NAME` makes one.");
        else
            Print(["topic", "partitions", "replication", "internal"],
                topics.Select(topic => new[] { topic.Name, Text(topic.Partitions.Count), Text(ReplicationOf(topic)), topic.IsInternal ? "internal" : "" }));
        return ExitCode.Done;
    }

    public async Task<int> DescribeAsync(string name, bool asJson, CancellationToken ct)
    {
        await using var kafka = await Connecting.ConnectAsync(common, parsed, ct);
        var topic = (await kafka.ListTopicsAsync(ct)).FirstOrDefault(topic => topic.Name == name)
            ?? throw new WorkFailedException($"There is no topic {name}. `samsa topics` shows what there is, `samsa topics create {name}` makes it.");
        var offsets = (await kafka.Topics[name].OffsetsAsync(ct)).ToDictionary(one => one.Partition);
        var partitions = topic.Partitions.Select(partition => (View: partition, Offsets: offsets[partition.Partition])).ToList();
        if (asJson)
        {
            new JsonLines(StandardOutput.Open()).Write(json =>
            {
                json.WriteString("topic", topic.Name);
                json.WriteStartArray("partitions");
                foreach (var (view, ends) in partitions) Describe(view, ends, json);
                json.WriteEndArray();
            });
            return ExitCode.Done;
        }

        Print(["partition", "leader", "replicas", "in sync", "beginning", "end", "records"], partitions.Select(one => new[]
        {
            Text(one.View.Partition), one.View.Leader < 0 ? "none" : Text(one.View.Leader), string.Join(',', one.View.Replicas), string.Join(',', one.View.Isr),
            Text(one.Offsets.Beginning), Text(one.Offsets.End), Text(one.Offsets.End - one.Offsets.Beginning),
        }));
        return ExitCode.Done;
    }

    public async Task<int> CreateAsync(string name, int partitions, short replication, IReadOnlyList<KeyValuePair<string, string>> configs, CancellationToken ct)
    {
        await using var kafka = await Connecting.ConnectAsync(common, parsed, ct);
        await kafka.CreateTopicAsync(name, partitions, replication, new Dictionary<string, string>(configs), ct);
        Say.Line($"{name} is created, with {Amount.Counted(partitions, "partition")}.");
        return ExitCode.Done;
    }

    public async Task<int> DeleteAsync(string name, CancellationToken ct)
    {
        await using var kafka = await Connecting.ConnectAsync(common, parsed, ct);
        await kafka.DeleteTopicAsync(name, ct);
        Say.Line($"{name} is deleted.");
        return ExitCode.Done;
    }

    static void Describe(PartitionView view, PartitionOffsets ends, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("partition", view.Partition);
        json.WriteNumber("leader", view.Leader);
        Numbers("replicas", view.Replicas);
        Numbers("isr", view.Isr);
        json.WriteNumber("beginning", ends.Beginning);
        json.WriteNumber("end", ends.End);
        json.WriteEndObject();

        void Numbers(string member, IEnumerable<int> numbers)
        {
            json.WriteStartArray(member);
            foreach (var number in numbers) json.WriteNumberValue(number);
            json.WriteEndArray();
        }
    }

    /// <summary>A table for people; into a pipe the same columns, separated by tabs and without headings.</summary>
    void Print(string[] headings, IEnumerable<string[]> rows)
    {
        if (!Consoles.OutputIsTerminal)
        {
            foreach (var row in rows) Console.Out.WriteLine(string.Join('\t', row));
            return;
        }

        var table = new Table().Border(TableBorder.Simple).BorderColor(Color.Grey);
        foreach (var heading in headings)
            table.AddColumn(heading is "topic" or "replicas" or "in sync" or "internal" ? new TableColumn($"[grey]{heading}[/]") : new TableColumn($"[grey]{heading}[/]").RightAligned());
        foreach (var row in rows) table.AddRow([.. row.Select(cell => new Text(cell))]);
        Consoles.Output(common.Colors(parsed)).Write(table);
    }

    static int ReplicationOf(TopicView topic) => topic.Partitions is [var first, ..] ? first.Replicas.Count : 0;

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
