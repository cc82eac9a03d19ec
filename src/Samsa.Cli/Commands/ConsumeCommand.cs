using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Samsa.Cli.Output;
using Samsa.Rx;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa consume</c>: the words of its command line.</summary>
static class ConsumeCommand
{
    const string Examples = """
        Examples:
          samsa consume clicks                                   from the beginning, until Ctrl-C
          samsa consume clicks --from end --format json          what comes from now on
          samsa consume clicks --from last:10 --until-end        the last 10 of each partition
          samsa consume clicks --from time:2026-11-21T10:00:00Z --count 100
          samsa consume clicks --where-key '^user-1' --format '{partition}@{offset}\t{key}\t{value}\n'
          samsa consume clicks --until-end --format json | samsa produce copy --input json

        A template has fields of {topic} {partition} {offset} {timestamp} {key} {value} {headers}; \t and \n are what they are elsewhere,
        and no line end is added. A time without a zone is UTC.

        """;

    public static (Command Command, string Examples) Create(CommonOptions common)
    {
        var topic = TopicName.Argument("The topic to read");
        var from = OptionValues.Parsed<StartFrom?>("--from", "beginning, end, last:N, offset:N, time:ISO-8601 or time:MILLISECONDS [default: beginning]", "WHERE", StartPoint.Parse);
        var partitions = OptionValues.Many("--partition", "Only these partitions, as in 0,2", "N,…", Partitions);
        var count = new Option<long?>("--count") { Description = "End after N records in all", HelpName = "N" };
        var untilEnd = new Option<bool>("--until-end") { Description = "End at the ends that the partitions have at the start" };
        var isolation = Choice.Of("--isolation", "Whether records of open and aborted transactions are seen [default: read-uncommitted]",
            ("read-committed", Isolation.ReadCommitted), ("read-uncommitted", Isolation.ReadUncommitted));
        var whereKey = OptionValues.Parsed<Regex?>("--where-key", "Only records whose key matches", "REGEX", Pattern);
        var whereValue = OptionValues.Parsed<Regex?>("--where-value", "Only records whose value matches", "REGEX", Pattern);
        var format = OptionValues.Parsed<RecordFormat?>("--format",
            "value (with a line end), json, raw (the bytes alone), or a template [default: value]",
            "FORMAT", RecordFormat.Parse);
        var json = new Option<bool>("--json") { Description = "The same as --format json" };

        from.CompletionSources.Add("beginning", "end", "last:", "offset:", "time:");
        format.CompletionSources.Add("value", "json", "raw");
        count.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(long.TryParse(token.Value, out var number) && number > 0)) result.AddError($"--count {token.Value}: it is a whole number from 1.");
        });

        var command = new Command("consume", "Print the records of a topic.")
        {
            topic, from, partitions, count, untilEnd, isolation, whereKey, whereValue, format, json,
        };
        command.SetAction((parsed, ct) =>
        {
            if (parsed.GetValue(json) && parsed.GetValue(format) is not (null or JsonFormat)) throw new WrongUseException("--json and --format contradict each other; give one.");
            return new Consume(common, parsed)
            {
                Topic = parsed.GetRequiredValue(topic),
                From = parsed.GetValue(from) ?? StartFrom.Beginning,
                Partitions = [.. (parsed.GetValue(partitions) ?? []).SelectMany(some => some).Distinct()],
                Count = parsed.GetValue(count) ?? long.MaxValue,
                UntilEnd = parsed.GetValue(untilEnd),
                Isolation = parsed.GetValue(isolation) ?? Isolation.ReadUncommitted,
                WhereKey = TextFilter.From(parsed.GetValue(whereKey)),
                WhereValue = TextFilter.From(parsed.GetValue(whereValue)),
                Format = parsed.GetValue(format) ?? (parsed.GetValue(json) ? new JsonFormat() : new ValueFormat(lineEnds: true)),
            }.RunAsync(ct);
        });
        return (command, Examples);
    }

    static int[] Partitions(string text) =>
    [
        .. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(word =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                ? partition
                : throw new FormatException("it is a list of partition numbers such as 0,2")),
    ];

    static Regex Pattern(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, TextFilter.Patience);
        }
        catch (ArgumentException wrong)
        {
            throw new FormatException(wrong.Message.TrimEnd('.'));
        }
    }
}
