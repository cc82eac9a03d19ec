using System.Globalization;
using System.Text.Json;

namespace Samsa.Scenarios.Stories;

/// <summary>Java's load generators write, in the words of each version; nothing is missing, and Java counts the same.</summary>
[TestFixture]
sealed class LoadStory
{
    const int Records = 20_000;

    [TestCaseSource(typeof(Each), nameof(Each.ThoroughBroker))]
    public async Task ProducerPerformance_writes_as_many_records_as_it_says(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("load", partitions: 2);

        (await RealKafka.ToolAsync(kind.Release, "ProducerPerformance", null, Arguments(brokers, topic))).Expected();
        string[] source = [kind.HasModernTools ? "--bootstrap-server" : "--broker-list", brokers.Bootstrap];
        var counted = (await RealKafka.ToolAsync(kind.Release, "GetOffsetShell", null, [.. source, "--topic", topic, "--time", "-1"])).Expected();

        var ends = counted.Lines.Where(line => line.StartsWith(topic + ":", StringComparison.Ordinal))
            .ToDictionary(line => int.Parse(line.Split(':')[1], CultureInfo.InvariantCulture), line => long.Parse(line.Split(':')[2], CultureInfo.InvariantCulture));
        var read = await CountAsync(brokers, topic);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Values.Sum(), Is.EqualTo(Records));
            Assert.That(ends, Is.EquivalentTo(read));
        }
    }

    [TestCaseSource(typeof(Each), nameof(Each.BrokerWithModernTools))]
    public async Task VerifiableProducer_finds_all_its_records_acknowledged(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("verifiable", partitions: 2);

        var said = (await RealKafka.ToolAsync(kind.Release, "VerifiableProducer", null,
            "--bootstrap-server", brokers.Bootstrap, "--topic", topic, "--max-messages", "2000", "--acks", "-1", "--value-prefix", "7")).Expected();

        var told = said.Lines.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var sum = told.Single(line => line.GetProperty("name").GetString() == "tool_data");
        var acked = told.Where(line => line.GetProperty("name").GetString() == "producer_send_success")
            .Select(line => (line.GetProperty("partition").GetInt32(), line.GetProperty("offset").GetInt64(), line.GetProperty("value").GetString()!));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((sum.GetProperty("sent").GetInt64(), sum.GetProperty("acked").GetInt64()), Is.EqualTo((2000L, 2000L)));
            Assert.That(acked, Is.EquivalentTo(await ReadAsync(brokers, topic)), "each value at the offset it was told");
        }
    }

    // The old generators are told brokers and batches in their own way. Before 0.10 they use the producer in Scala, then the one of today.
    static string[] Arguments(RunningBrokers brokers, string topic) => brokers.Kind.HasModernTools
        ? ["--topic", topic, "--num-records", $"{Records}", "--record-size", "100", "--throughput", "-1",
           "--producer-props", $"bootstrap.servers={brokers.Bootstrap}", "acks=all", "compression.type=lz4"]
        : ["--broker-list", brokers.Bootstrap, "--topics", topic, "--messages", $"{Records}", "--message-size", "100", "--request-num-acks", "-1",
           "--compression-codec", "2", .. brokers.Kind.TellsItsVersions ? (string[])["--new-producer"] : []];

    static async Task<Dictionary<int, long>> CountAsync(RunningBrokers brokers, string topic) =>
        (await ReadAsync(brokers, topic)).CountBy(record => record.Partition).ToDictionary(one => one.Key, one => (long)one.Value);

    static async Task<List<(int Partition, long Offset, string Value)>> ReadAsync(RunningBrokers brokers, string topic)
    {
        await using var kafka = await brokers.ConnectAsync();
        var read = new List<(int, long, string)>();
        await kafka.Topics[topic].RunAsync(record => read.Add((record.Partition, record.Offset, record.Text ?? "")), new ConsumeOptions { UntilEnd = true })
            .Within(30, $"reading {topic}");
        return read;
    }
}
