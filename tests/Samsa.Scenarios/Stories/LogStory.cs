using System.Globalization;
using System.Text.RegularExpressions;
using Samsa.Protocol.Compression;

namespace Samsa.Scenarios.Stories;

/// <summary>Java looks at the log our records came to lie in.</summary>
[TestFixture]
sealed partial class LogStory
{
    const int RecordsPerCodec = 3_000;

    [TestCaseSource(typeof(Each), nameof(Each.RealBroker))]
    public async Task DumpLogSegments_finds_our_batches_valid(BrokerKind kind)
    {
        await using var brokers = (RunningReal)await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("dumped");
        foreach (var codec in brokers.Kind.Codecs) await PublishAsync(brokers, topic, codec);

        var dumped = await RealKafka.ToolAsync(kind.Release, "DumpLogSegments", null,
            "--deep-iteration", "--files", string.Join(',', brokers.Kafka.LogFiles(topic, 0)));

        var lines = dumped.Expected().Lines;
        var count = RecordsPerCodec * brokers.Kind.Codecs.Length;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines.Select(OffsetOf).OfType<long>(), Is.EqualTo(Enumerable.Range(0, count).Select(offset => (long)offset)));
            Assert.That(lines.Where(line => line.Contains("isvalid:", StringComparison.Ordinal) && !line.Contains("isvalid: true", StringComparison.Ordinal)), Is.Empty);
            Assert.That(dumped.Out, Does.Contain("isvalid: true").And.Not.Contains("Non-consecutive").And.Not.Contains("Found invalid"));
            if (brokers.Kind.HasHeaders) Assert.That(Codecs(lines), Is.EquivalentTo(brokers.Kind.Codecs));
        }
    }

    static async Task PublishAsync(RunningBrokers brokers, string topic, CompressionCodec codec)
    {
        await using var kafka = await brokers.ConnectAsync();
        var sink = kafka.Topics[topic].AsObserver(new() { Compression = codec, BatchBytes = 16 * 1024 });
        for (var number = 0; number < RecordsPerCodec; number++)
            sink.OnNext(new ProducerRecord($"key {number % 17}", number % 50 == 0 ? null : $"{codec} {number} {new string('x', number % 100)}"));
        sink.OnCompleted();
        await sink.Completion.Within(30, $"publishing in {codec}");
    }

    // A record is "offset: 7 …" in old versions and "| offset: 7 …" in new ones; batches begin with "baseOffset".
    static long? OffsetOf(string line) =>
        Record().Match(line) is { Success: true } match ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    static IEnumerable<CompressionCodec> Codecs(string[] lines) =>
        lines.Select(line => Compression().Match(line)).Where(match => match.Success)
            .Select(match => Enum.Parse<CompressionCodec>(match.Groups[1].Value, ignoreCase: true)).Distinct();

    [GeneratedRegex(@"^(?:\| )?offset: (\d+) ")]
    private static partial Regex Record();

    [GeneratedRegex(@"compresscodec: (\w+)")]
    private static partial Regex Compression();
}
