using System.Globalization;
using Samsa.Protocol.Compression;

namespace Samsa.Scenarios.Peers;

/// <summary>Java's own console clients, in the version of the brokers and in the words of that version.</summary>
static class JavaConsole
{
    const string Null = "⊥";

    /// <summary>Whether the consumer of this version prints headers, and a null in another way than the text "null".</summary>
    public static bool PrintsHeaders(BrokerKind kind) => kind.Speaks >= new Version(2, 7);

    /// <summary>Whether the producer of this version can write headers and nulls.</summary>
    public static bool WritesHeaders(BrokerKind kind) => kind.Speaks >= new Version(3, 2);

    /// <summary>The first records of partition 0, as the console consumer prints them.</summary>
    public static async Task<Told[]> ReadAsync(RunningBrokers brokers, string topic, int count)
    {
        var kind = brokers.Kind;
        string[] printed =
        [
            "print.key=true", .. When(kind.HasTimestamps, "print.timestamp=true"),
            .. When(PrintsHeaders(kind), "print.headers=true", $"null.literal={Null}"),
        ];
        var (tool, source) = Reader(brokers);
        var property = kind.Speaks.Major >= 4 ? "--formatter-property" : "--property";
        var said = await RealKafka.ToolAsync(kind.Release, tool, null,
            [.. source, "--topic", topic, "--max-messages", count.ToString(CultureInfo.InvariantCulture), .. printed.SelectMany(what => new[] { property, what })]);
        return [.. said.Expected().Lines.Where(line => line.Contains('\t', StringComparison.Ordinal)).Select(line => Parse(kind, line))];
    }

    /// <summary>Writes records with the console producer: keys everywhere, headers and nulls where it can say them.</summary>
    public static async Task WriteAsync(RunningBrokers brokers, string topic, CompressionCodec codec, IEnumerable<Told> records)
    {
        var kind = brokers.Kind;
        string[] read = ["parse.key=true", .. When(WritesHeaders(kind), "parse.headers=true", $"null.marker={Null}")];
        var property = kind.Speaks.Major >= 4 ? "--reader-property" : "--property";
        var said = await RealKafka.ToolAsync(kind.Release, "ConsoleProducer", string.Concat(records.Select(record => Line(kind, record))),
            [kind.Speaks >= new Version(2, 5) ? "--bootstrap-server" : "--broker-list", brokers.Bootstrap,
             // Before 0.10 it waits for no acknowledgement unless told to, and loses what a new leader is not ready for.
             .. When(kind.Speaks < new Version(1, 0), "--request-required-acks", "1"),
             "--topic", topic, "--compression-codec", codec.ToString().ToLowerInvariant(), .. read.SelectMany(what => new[] { property, what })]);
        said.Expected();
    }

    // Old consumers find brokers in ZooKeeper or are told one; the others get a partition, so that they need no group.
    static (string Tool, string[] Source) Reader(RunningBrokers brokers) => brokers switch
    {
        { Kind.Speaks: var speaks } when speaks >= new Version(0, 10) => ("ConsoleConsumer",
            ["--bootstrap-server", brokers.Bootstrap, "--partition", "0", "--offset", "earliest", "--consumer-property", "enable.auto.commit=false"]),
        RunningReal { Kafka.ZooKeeper: { } zookeeper } => ("ConsoleConsumer", ["--zookeeper", zookeeper, "--from-beginning"]),
        _ => ("SimpleConsumerShell", ["--broker-list", brokers.Bootstrap, "--partition", "0", "--offset", "-2", "--no-wait-at-logend"]),
    };

    static string Line(BrokerKind kind, Told record)
    {
        var headers = record.Headers is "" ? Null : record.Headers.Replace('=', ':');
        return $"{(WritesHeaders(kind) ? headers + "\t" : "")}{record.Key ?? Null}\t{record.Value ?? Null}\n";
    }

    static Told Parse(BrokerKind kind, string line)
    {
        var left = new Queue<string>(line.Split('\t'));
        long? timestamp = kind.HasTimestamps ? long.Parse(left.Dequeue().Split(':')[1], CultureInfo.InvariantCulture) : null;
        var headers = PrintsHeaders(kind) ? left.Dequeue() : "";
        return new(OrNull(left.Dequeue()), OrNull(left.Dequeue()), headers is "NO_HEADERS" ? "" : headers.Replace(':', '='), timestamp);

        string? OrNull(string text) => text == (PrintsHeaders(kind) ? Null : "null") ? null : text;
    }

    static string[] When(bool so, params string[] words) => so ? words : [];
}
