using System.Text;
using System.Text.Json;

namespace Samsa.Tests.Cli;

/// <summary>What goes in by <c>produce</c> comes out by <c>consume</c>, in each form of input and output.</summary>
[TestFixture, Parallelizable(ParallelScope.Self)]
public sealed class ProduceConsumeTests : ToolFixture
{
    [Test]
    public async Task Lines_come_back_as_they_went_in()
    {
        var topic = NewTopic();
        var text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"line {i} é\n")) + "\n  spaces kept  \r\nno end";

        var produced = await SamsaReading(text, "produce", topic);
        var consumed = await Samsa("consume", topic, "--until-end");

        Assert.Multiple(() =>
        {
            Assert.That(produced.Code, Is.Zero, produced.Error);
            Assert.That(produced.Bytes, Is.Empty);
            Assert.That(produced.Error, Does.StartWith($"5,003 records written to {topic} "));
            Assert.That(consumed.Code, Is.Zero, consumed.Error);
            Assert.That(consumed.Output, Is.EqualTo(text + "\n"));
            Assert.That(consumed.Error, Is.Empty);
        });
    }

    [Test]
    public async Task Files_are_read_in_their_order()
    {
        var topic = NewTopic();
        var directory = Directory.CreateTempSubdirectory("samsa-cli-");
        try
        {
            var files = new[] { "one", "two" }.Select(name => Path.Combine(directory.FullName, name)).ToArray();
            await File.WriteAllTextAsync(files[0], "1\n2");
            await File.WriteAllTextAsync(files[1], "3\n");

            await SamsaReading("in between\n", "produce", topic, files[0], "-", files[1]);
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        Assert.That((await Samsa("consume", topic, "--until-end")).Lines, Is.EqualTo(["1", "2", "in between", "3"]));
    }

    [Test]
    public async Task JSON_goes_round_with_nulls_bytes_and_headers()
    {
        var topic = NewTopic(partitions: 4);
        string[] lines =
        [
            """{"key":"k","value":"v\té","headers":[["name","value"],["name",null],["bytes",{"base64":"/wA="}]],"partition":3,"timestamp":1700000000000}""",
            """{"key":null,"value":null,"headers":[],"partition":3,"timestamp":1700000000001}""",
            """{"key":"","value":"","headers":[],"partition":3,"timestamp":1700000000002}""",
            """{"keyBase64":"/w==","valueBase64":"AP8=","headers":[],"partition":3,"timestamp":1700000000003}""",
        ];

        var produced = await SamsaReading(string.Join('\n', lines), "produce", topic, "--input", "json");
        var consumed = await Samsa("consume", topic, "--until-end", "--format", "json");

        Assert.That(produced.Code, Is.Zero, produced.Error);
        Assert.That(consumed.Lines, Is.EqualTo(
        [
            $$"""{"topic":"{{topic}}","partition":3,"offset":0,"timestamp":1700000000000,"timestampType":"create","key":"k","value":"v\té","headers":[["name","value"],["name",null],["bytes",{"base64":"/wA="}]]}""",
            $$"""{"topic":"{{topic}}","partition":3,"offset":1,"timestamp":1700000000001,"timestampType":"create","key":null,"value":null,"headers":[]}""",
            $$"""{"topic":"{{topic}}","partition":3,"offset":2,"timestamp":1700000000002,"timestampType":"create","key":"","value":"","headers":[]}""",
            $$"""{"topic":"{{topic}}","partition":3,"offset":3,"timestamp":1700000000003,"timestampType":"create","keyBase64":"/w==","valueBase64":"AP8=","headers":[]}""",
        ]));

        var copy = NewTopic(partitions: 4);
        await SamsaReading(consumed.Output, "produce", copy, "--input", "json");
        Assert.That((await Samsa("consume", copy, "--until-end", "--json")).Output, Is.EqualTo(consumed.Output.Replace($"\"{topic}\"", $"\"{copy}\"", StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_key_stands_before_the_separator_and_chooses_the_partition()
    {
        var topic = NewTopic(partitions: 6);
        await SamsaReading("a=>1\nb=>2\na=>3=>4\n=>5\n", "produce", topic, "--key-separator", "=>");

        var consumed = await Samsa("consume", topic, "--until-end", "--format", "{key}|{value}|{partition}\\n");
        var records = consumed.Lines.Select(line => line.Split('|')).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(records.Select(record => $"{record[0]}:{record[1]}"), Is.EquivalentTo(["a:1", "b:2", "a:3=>4", ":5"]));
            Assert.That(records.Where(record => record[0] is "a").Select(record => record[1]), Is.EqualTo(["1", "3=>4"]));
            Assert.That(records.Where(record => record[0] is "a").Select(record => record[2]).Distinct().Count(), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task A_wrong_line_is_named_and_what_came_before_it_is_sent()
    {
        var topic = NewTopic();
        var keyed = await SamsaReading("a:1\nb:2\nnothing here\nc:3\n", "produce", topic, "--key-separator", ":");
        var json = await SamsaReading("{\"value\":\"x\"}\n{\"vlaue\":\"y\"}\n", "produce", topic, "--input", "json");

        Assert.Multiple(async () =>
        {
            Assert.That(keyed.Code, Is.EqualTo(1));
            Assert.That(keyed.Error, Does.Contain("line 3 of standard input was not sent, and nothing after it: it has no \":\" between a key and a value."));
            Assert.That(json.Code, Is.EqualTo(1));
            Assert.That(json.Error, Does.Contain("line 2 of standard input").And.Contains("\"vlaue\""));
            Assert.That((await Samsa("consume", topic, "--until-end")).Lines, Is.EqualTo(["1", "2", "x"]));
        });
    }

    [Test]
    public async Task Raw_and_templates_add_nothing_of_their_own()
    {
        var topic = NewTopic();
        await SamsaReading("a\nb\n", "produce", topic, "--key", "k");

        Assert.Multiple(async () =>
        {
            Assert.That((await Samsa("consume", topic, "--until-end", "--format", "raw")).Output, Is.EqualTo("ab"));
            Assert.That((await Samsa("consume", topic, "--until-end", "--format", "{topic}/{partition}@{offset}\\t{key}={value} {{{headers}}}\\n")).Output,
                Is.EqualTo($"{topic}/0@0\tk=a {{}}\n{topic}/0@1\tk=b {{}}\n"));
        });
    }

    [Test]
    public async Task Where_and_count_choose_records()
    {
        var topic = NewTopic();
        await SamsaReading("a:1\nb:22\n:333\nab:4\n", "produce", topic, "--key-separator", ":");
        await SamsaReading("{\"key\":null,\"value\":null}\n", "produce", topic, "--input", "json");

        Assert.Multiple(async () =>
        {
            Assert.That((await Samsa("consume", topic, "--until-end", "--where-key", "a")).Lines, Is.EqualTo(["1", "4"]));
            Assert.That((await Samsa("consume", topic, "--until-end", "--where-value", "^(.)\\1+$")).Lines, Is.EqualTo(["22", "333"]));
            Assert.That((await Samsa("consume", topic, "--count", "2", "--where-key", "b")).Lines, Is.EqualTo(["22", "4"]));
            Assert.That((await Samsa("consume", topic, "--from", "offset:1", "--count", "1")).Lines, Is.EqualTo(["22"]));
            Assert.That((await Samsa("consume", topic, "--from", "last:2", "--until-end", "--format", "{offset} ")).Output, Is.EqualTo("3 4 "));
        });
    }

    [Test]
    public async Task A_pattern_without_end_is_a_failure_not_a_hang()
    {
        var topic = NewTopic();
        await SamsaReading(new string('a', 60) + "!\n", "produce", topic);
        var consumed = await Samsa("consume", topic, "--until-end", "--where-value", "^(a+)+$");
        Assert.Multiple(() =>
        {
            Assert.That(consumed.Code, Is.EqualTo(1));
            Assert.That(consumed.Error, Does.Contain("longer than a second"));
        });
    }

    [Test]
    public async Task Only_the_chosen_partitions_are_read()
    {
        var topic = NewTopic(partitions: 3);
        foreach (var partition in new[] { "0", "1", "2" }) await SamsaReading($"p{partition}\n", "produce", topic, "--partition", partition);

        var consumed = await Samsa("consume", topic, "--until-end", "--partition", "0,2");

        Assert.That(consumed.Lines, Is.EquivalentTo(["p0", "p2"]));
    }

    [TestCase("gzip")]
    [TestCase("snappy")]
    public async Task Compressed_batches_come_back(string codec)
    {
        var topic = NewTopic();
        var text = string.Concat(Enumerable.Range(0, 2000).Select(i => $"{codec} {i}\n"));
        await SamsaReading(text, "produce", topic, "--compression", codec);
        Assert.That((await Samsa("consume", topic, "--until-end")).Output, Is.EqualTo(text));
    }

    [Test]
    public async Task A_report_tells_each_outcome()
    {
        var topic = NewTopic(partitions: 3);
        var text = string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i}\n"));

        var produced = await SamsaReading(text, "produce", topic, "--report", "--partitioner", "round-robin");
        var consumed = await Samsa("consume", topic, "--until-end", "--format", "{value} {partition}@{offset}\\n");

        var told = produced.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(produced.Code, Is.Zero, produced.Error);
            Assert.That(told.Select(line => line.GetProperty("index").GetInt64()).Order(), Is.EqualTo(Enumerable.Range(0, 3000)));
            Assert.That(told.Select(line => line.GetProperty("outcome").GetString()), Has.All.EqualTo("persisted"));
            Assert.That(told.Select(line => line.GetProperty("timestamp").GetInt64()), Has.All.GreaterThan(1_700_000_000_000));
            Assert.That(told.Select(line => $"{line.GetProperty("index")} {line.GetProperty("partition")}@{line.GetProperty("offset")}"), Is.EquivalentTo(consumed.Lines));
            // Outcomes of one partition come in the order of its offsets.
            foreach (var partition in told.GroupBy(line => line.GetProperty("partition").GetInt32()))
                Assert.That(partition.Select(line => line.GetProperty("offset").GetInt64()), Is.Ordered);
        });
    }

    [Test]
    public async Task A_record_that_is_too_large_is_reported_and_the_others_are_written()
    {
        var topic = NewTopic();
        var produced = await SamsaReading($"small\n{new string('x', 3_000_000)}\nalso small\n", "produce", topic, "--report");
        var told = produced.Lines.Select(line => JsonDocument.Parse(line).RootElement).OrderBy(line => line.GetProperty("index").GetInt32()).ToList();

        Assert.Multiple(async () =>
        {
            Assert.That(produced.Code, Is.EqualTo(1));
            Assert.That(told.Select(line => line.GetProperty("outcome").GetString()), Is.EqualTo(["persisted", "not-persisted", "persisted"]));
            Assert.That(told[1].GetProperty("error").GetString(), Is.EqualTo("MESSAGE_TOO_LARGE"));
            Assert.That(told[1].GetProperty("detail").GetString(), Is.Not.Empty);
            Assert.That(produced.Error, Does.Contain("2 records written").And.Contains("1 not written"));
            Assert.That((await Samsa("consume", topic, "--until-end")).Lines, Is.EqualTo(["small", "also small"]));
        });
    }

    [Test]
    public async Task However_many_records_are_refused_each_is_reported()
    {
        var text = string.Concat(Enumerable.Repeat(new string('x', 400) + "\n", 40_000));
        var produced = await SamsaReading(text, "produce", NewTopic(), "--report", "-X", "max.request.size=300");
        Assert.Multiple(() =>
        {
            Assert.That(produced.Code, Is.EqualTo(1));
            Assert.That(produced.Lines, Has.Length.EqualTo(40_000));
            Assert.That(produced.Lines, Has.All.Contains("\"outcome\":\"not-persisted\",\"error\":\"MESSAGE_TOO_LARGE\""));
        });
    }

    [Test]
    public async Task A_partition_that_is_not_there_is_named()
    {
        var topic = NewTopic();
        var produced = await SamsaReading("x\n", "produce", topic, "--partition", "9", "-X", "max.block.ms=20000");
        Assert.Multiple(() =>
        {
            Assert.That(produced.Code, Is.EqualTo(1));
            Assert.That(produced.Error, Does.Contain("1 not written").And.Contains("partition 9"));
        });
    }

    [Test]
    public async Task Without_acknowledgement_an_offset_is_not_known()
    {
        var topic = NewTopic();
        var produced = await SamsaReading("a\n", "produce", topic, "--acks", "0", "--report");
        Assert.Multiple(() =>
        {
            Assert.That(produced.Code, Is.Zero, produced.Error);
            Assert.That(produced.Output, Does.StartWith("""{"index":0,"outcome":"persisted","partition":0,"offset":null,"""));
        });
    }

    [Test]
    public async Task Options_that_contradict_themselves_are_wrong_use()
    {
        var produced = await SamsaReading("a\n", "produce", NewTopic(), "--acks", "1", "--idempotent", "true");
        Assert.Multiple(() =>
        {
            Assert.That(produced.Code, Is.EqualTo(2), produced.Error);
            Assert.That(produced.Error, Does.Contain("Acks"));
        });
    }

    [Test]
    public async Task No_input_is_no_record_and_no_failure()
    {
        var produced = await SamsaReading("", "produce", NewTopic());
        Assert.Multiple(() =>
        {
            Assert.That(produced.Code, Is.Zero);
            Assert.That(produced.Error, Does.StartWith("0 records written"));
        });
    }

    [Test]
    public async Task A_topic_that_is_not_there_cannot_be_read()
    {
        var consumed = await Samsa("consume", "no-such-topic", "--partition", "0", "--until-end", "--timeout", "20s");
        Assert.Multiple(() =>
        {
            Assert.That(consumed.Code, Is.EqualTo(1));
            Assert.That(consumed.Error, Does.StartWith("samsa: ").And.Contains("no-such-topic"));
            Assert.That(consumed.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
        });
    }
}
