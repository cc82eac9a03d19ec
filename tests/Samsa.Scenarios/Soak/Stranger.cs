using System.Globalization;

namespace Samsa.Scenarios.Soak;

/// <summary>Kafka's own tools, which say what is in a topic, how a cluster is, and change it.</summary>
static class Stranger
{
    // Seconds.
    const double Patience = 300;

    static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>Reads all of a topic with Java's consumer.</summary>
    public static async Task<TopicLog> ReadAsync(RunningReal brokers, string topic, Facts facts)
    {
        var ends = await LastEndsAsync(brokers, topic);
        var log = new TopicLog("Java's consumer", facts);
        foreach (var (partition, end) in ends)
        {
            if (end == 0) continue;
            if (HasShell(brokers.Kind)) await ReadWithShellAsync(brokers, topic, partition, end, log);
            else await ReadWithConsumerAsync(brokers, topic, partition, end, log);
        }

        foreach (var (partition, end) in ends)
            if (log.CountOf(partition) != end)
                throw new AssertionException($"Java's consumer read {log.CountOf(partition)} records of partition {partition} of {topic}, which ends at {end}.");
        return log;
    }

    /// <summary>Makes the topic one of so many partitions.</summary>
    public static async Task GrowAsync(RunningReal brokers, string topic, int partitions)
    {
        string[] where = HasZooKeeperTools(brokers.Kind) ? ["--zookeeper", brokers.Kafka.ZooKeeper!] : ["--bootstrap-server", brokers.Bootstrap];
        await AskAsync(brokers.Kind.Release, "TopicCommand", [.. where, "--alter", "--topic", topic, "--partitions", partitions.ToString(Plain)]);
    }

    /// <summary>Describes the topic from ZooKeeper; before 0.10 brokers tell of replicas that have come back only by chance.</summary>
    public static Task<List<string>> DescribeAsync(RunningReal brokers, string topic) =>
        AskAsync(brokers.Kind.Release, "TopicCommand", "--zookeeper", brokers.Kafka.ZooKeeper!, "--describe", "--topic", topic);

    // A tool is a virtual machine that starts anew each time, beside three that are busy.
    static async Task<List<string>> AskAsync(string release, string tool, params IEnumerable<string> words)
    {
        var lines = new List<string>();
        await using var asked = RealKafka.PipedTool(release, tool, lines.Add, words);
        var said = await asked.EndAsync(Patience);
        return said.ExitCode == 0 ? lines
            : throw new AssertionException($"{said.Command}\nended with {said.ExitCode}.\n{string.Join('\n', lines)}\n{said.Error}");
    }

    static bool HasZooKeeperTools(BrokerKind kind) => kind.Speaks < new Version(2, 2);

    static bool HasShell(BrokerKind kind) => kind.Speaks < new Version(0, 10);

    // The consumers before 2.7 do not print offsets; the one of 3.9 speaks with brokers from 0.10 on.
    static string Release(BrokerKind kind) => HasShell(kind) || kind.Speaks >= new Version(2, 7) ? kind.Release : "3.9.2";

    // What only the leader has counts when the others have it, too.
    static async Task<SortedDictionary<int, int>> LastEndsAsync(RunningReal brokers, string topic)
    {
        var ends = await EndsAsync(brokers, topic);
        while (true)
        {
            var before = ends;
            ends = await EndsAsync(brokers, topic);
            if (ends.SequenceEqual(before)) return ends;
        }
    }

    static async Task<SortedDictionary<int, int>> EndsAsync(RunningReal brokers, string topic)
    {
        string[] where = HasShell(brokers.Kind) ? ["--broker-list", brokers.Bootstrap, "--time", "-1"] : ["--bootstrap-server", brokers.Bootstrap];
        var lines = await AskAsync(Release(brokers.Kind), "GetOffsetShell", [.. where, "--topic", topic]);
        return new(lines.Select(line => line.Split(':')).Where(parts => parts.Length == 3 && parts[0] == topic)
            .ToDictionary(parts => int.Parse(parts[1], Plain), parts => int.Parse(parts[2], Plain)));
    }

    // By partitions: without, it reads as a group of one, and on a busy machine that misses its heartbeats and reads some records again.
    static async Task ReadWithConsumerAsync(RunningReal brokers, string topic, int partition, int end, TopicLog log)
    {
        var property = brokers.Kind.Speaks.Major >= 4 ? "--formatter-property" : "--property";
        await using var consumer = RealKafka.PipedTool(Release(brokers.Kind), "ConsoleConsumer", line => Take(line),
            "--bootstrap-server", brokers.Bootstrap, "--topic", topic, "--partition", partition.ToString(Plain), "--offset", "earliest",
            "--max-messages", end.ToString(Plain), "--timeout-ms", "120000",
            property, "print.partition=true", property, "print.offset=true");
        await consumer.EndAsync(Patience);

        void Take(string line)
        {
            if (line.Split('\t') is [var from, var offset, var value] && from.StartsWith("Partition:", StringComparison.Ordinal))
                log.Add(int.Parse(from.AsSpan("Partition:".Length), Plain), long.Parse(offset.AsSpan("Offset:".Length), Plain), Mark.Of(value));
        }
    }

    // It says where it goes next, and then what is there.
    static async Task ReadWithShellAsync(RunningReal brokers, string topic, int partition, int end, TopicLog log)
    {
        const string Next = "next offset = ";
        var offset = -1L;
        await using var shell = RealKafka.PipedTool(Release(brokers.Kind), "SimpleConsumerShell", Take, "--broker-list", brokers.Bootstrap, "--topic", topic,
            "--partition", partition.ToString(Plain), "--print-offsets", "--no-wait-at-logend", "--max-messages", end.ToString(Plain));
        await shell.EndAsync(Patience);

        void Take(string line)
        {
            if (line.StartsWith(Next, StringComparison.Ordinal)) offset = long.Parse(line.AsSpan(Next.Length), Plain) - 1;
            else if (offset >= 0) log.Add(partition, offset, Mark.Of(line));
        }
    }
}
