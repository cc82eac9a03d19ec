using Samsa.Protocol.Compression;

namespace Samsa.Scenarios.Stories;

/// <summary>A text of more than 20 MB goes through the brokers by lines and comes back as it was.</summary>
[TestFixture]
sealed class BigTextStory
{
    const int Partitions = 6;

    [TestCaseSource(typeof(Each), nameof(Each.BrokerAndCodec))]
    public async Task The_SDK_documentation_survives(CompressionCodec codec, BrokerKind kind)
    {
        var lines = SdkDocumentation.Lines;
        await using var brokers = await kind.OpenAsync();
        await using var kafka = await brokers.ConnectAsync();
        var topic = kafka.Topics[await brokers.CreateTopicAsync("documentation", Partitions)];

        var reports = await PublishAsync(topic, lines, codec).Within(60, "publishing the documentation");
        var read = await ReadAsync(topic).Within(60, "reading the documentation back");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports.Count(report => report.Outcome is not Outcome.Persisted), Is.Zero, "records without a place");
            Assert.That(read.SplitKeys, Is.Empty, "keys in two partitions");
            Assert.That(read.Digests, Is.EqualTo(Digests(lines, line => read.PartitionOf.GetValueOrDefault(lines[line].Key, -1))), "what came back");
            Assert.That(read.Digests, Is.EqualTo(Digests(lines, line => reports[line].Partition)), "where the reports said it would be");
            Assert.That(OffsetsOutOfPlace(reports), Is.Zero, "reported offsets that do not follow each other");
        }
    }

    static async Task<DeliveryReport[]> PublishAsync(Topic topic, DocumentationLine[] lines, CompressionCodec codec)
    {
        var reports = new DeliveryReport[lines.Length];
        var sink = topic.AsObserver(new() { Compression = codec });
        using var reported = sink.Reports.Subscribe(report => reports[report.Tag] = report);
        for (var line = 0; line < lines.Length; line++)
            sink.OnNext(new ProducerRecord(lines[line].KeyBytes, lines[line].Text) { Tag = line });
        sink.OnCompleted();
        await sink.Completion;
        return reports;
    }

    sealed record Reading(string[] Digests, Dictionary<string, int> PartitionOf, HashSet<string> SplitKeys);

    static async Task<Reading> ReadAsync(Topic topic)
    {
        var digests = NewDigests();
        var partitionOf = new Dictionary<string, int>();
        var split = new HashSet<string>();
        await topic.RunAsync(record =>
        {
            digests[record.Partition].Add(record.Key.Span, record.Value.Span);
            var key = record.KeyText!;
            if (!partitionOf.TryAdd(key, record.Partition) && partitionOf[key] != record.Partition) split.Add(key);
        }, new ConsumeOptions { UntilEnd = true });
        return new(Told(digests), partitionOf, split);
    }

    static string[] Digests(DocumentationLine[] lines, Func<int, int> partitionOf)
    {
        var digests = NewDigests();
        for (var line = 0; line < lines.Length; line++)
            if (partitionOf(line) is >= 0 and < Partitions and var partition)
                digests[partition].Add(lines[line].KeyBytes.Span, lines[line].Text.Span);
        return Told(digests);
    }

    static int OffsetsOutOfPlace(DeliveryReport[] reports)
    {
        var next = new long[Partitions];
        return reports.Count(report => report.Partition is < 0 or >= Partitions || report.Offset != next[report.Partition]++);
    }

    static RecordDigest[] NewDigests() => [.. Enumerable.Range(0, Partitions).Select(_ => new RecordDigest())];

    static string[] Told(RecordDigest[] digests)
    {
        var told = Array.ConvertAll(digests, digest => digest.ToString());
        Array.ForEach(digests, digest => digest.Dispose());
        return told;
    }
}
