using System.CommandLine;
using Samsa.Cli.Input;
using Samsa.Protocol.Compression;
using Samsa.Rx;

namespace Samsa.Cli.Commands;

/// <summary><c>samsa produce</c>: the words of its command line.</summary>
static class ProduceCommand
{
    const string Examples = """
        Examples:
          echo hello | samsa produce greetings                   one record; the topic is created if the broker does so
          samsa produce words /usr/share/dict/words --key-separator : --compression zstd
          tail -f app.log | samsa produce logs --key web-1       each line goes out as it comes
          samsa produce clicks clicks.jsonl --input json         {"key":"k","value":"v","headers":[["name","value"]],"partition":3}
          samsa produce clicks --report < lines.txt              where each line went, one JSON object a line

        Lines end with \n; what stands between is sent as it is. With --input json, keyBase64 and valueBase64 carry bytes, and what
        `samsa consume --format json` prints is understood. Ctrl-C ends the input; what was read is sent, for at most 10 s.

        """;

    public static (Command Command, string Examples) Create(CommonOptions common)
    {
        var topic = TopicName.Argument("The topic to write to");
        var files = new Argument<string[]>("FILE") { Description = "Files whose lines are the records; standard input without them, or for -", Arity = ArgumentArity.ZeroOrMore };
        var keySeparator = new Option<string?>("--key-separator") { Description = "The text before the first S of a line is its key", HelpName = "S" };
        var key = new Option<string?>("--key") { Description = "The same key for all records that bring none", HelpName = "K" };
        var input = Choice.Of("--input", "What a line is [default: lines]", ("lines", InputForm.Lines), ("json", InputForm.Json));
        var partition = OptionValues.Number("--partition", "The partition for all records that name none", 0);
        var partitioner = Choice.Of("--partitioner", "How a partition is chosen [default: murmur2]",
            "murmur2", "sticky", "round-robin", "random", "samsa", "pykafka");
        var compression = Choice.Of("--compression", "How batches are compressed [default: none]",
            ("none", CompressionCodec.None), ("gzip", CompressionCodec.Gzip), ("snappy", CompressionCodec.Snappy), ("lz4", CompressionCodec.Lz4), ("zstd", CompressionCodec.Zstd));
        var acks = Choice.Of("--acks", "Who must have a record before it counts as written [default: all]", ("0", Acks.None), ("1", Acks.Leader), ("all", Acks.All));
        // Words: an option of booleans takes no word that is neither true nor false, and would say that there is none.
        var idempotent = Choice.Of("--idempotent", "Whether the brokers drop repetitions [default: where they can]", "true", "false");
        var report = new Option<bool>("--report") { Description = "Print the outcome of each record as JSON, in the order of the outcomes" };

        var command = new Command("produce", "Write lines to a topic.")
        {
            topic, files, keySeparator, key, input, partition, partitioner, compression, acks, idempotent, report,
        };
        command.SetAction((parsed, ct) => new Produce(common, parsed)
        {
            Topic = parsed.GetRequiredValue(topic),
            Files = parsed.GetValue(files) ?? [],
            Input = InputOf(parsed.GetValue(keySeparator), parsed.GetValue(key), parsed.GetValue(input) is InputForm.Json),
            Partition = parsed.GetValue(partition),
            Partitioner = parsed.GetValue(partitioner),
            Compression = parsed.GetValue(compression),
            Acks = parsed.GetValue(acks),
            Idempotent = parsed.GetValue(idempotent) is { } word ? word is "true" : null,
            Report = parsed.GetValue(report),
        }.RunAsync(ct));
        return (command, Examples);
    }

    static RecordInput InputOf(string? keySeparator, string? key, bool json) => (keySeparator, key, json) switch
    {
        ({ }, _, true) => throw new WrongUseException("--key-separator is for lines; with --input json the key stands in the object."),
        ({ }, { }, _) => throw new WrongUseException("--key and --key-separator both give the key; leave one out."),
        ("", _, _) => throw new WrongUseException("--key-separator is empty; give at least one character."),
        ({ }, null, false) => new KeyedLines(keySeparator),
        (null, _, true) => new JsonObjects(key),
        _ => new WholeLines(key),
    };

    enum InputForm
    {
        Lines,
        Json,
    }
}
