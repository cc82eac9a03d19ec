namespace Samsa.Scenarios.Stories;

/// <summary>What we write others read, and what they write we read: kcat (librdkafka) and the console clients of Java.</summary>
[TestFixture]
sealed class StrangersStory
{
    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task We_read_what_we_wrote(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("ours");
        var written = await Specimens.PublishAsync(brokers, topic);

        Assert.That(await Specimens.ReadAsync(brokers, topic), Is.EqualTo(written));
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task Kcat_reads_what_we_wrote(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("ours-for-kcat");
        var written = await Specimens.PublishAsync(brokers, topic);

        Assert.That(await Kcat.ReadAsync(brokers, topic), Is.EqualTo(written));
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task Java_reads_what_we_wrote(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("ours-for-java");
        var written = await Specimens.PublishAsync(brokers, topic);

        Assert.That(await JavaConsole.ReadAsync(brokers, topic, written.Length),
            Is.EqualTo(written.Select(record => JavaConsole.PrintsHeaders(brokers.Kind) ? record : record with { Headers = "" })));
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task We_read_what_kcat_wrote(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("from-kcat");
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        string[] headers = brokers.Kind.HasHeaders ? ["a=1", "empty=", "a=2"] : [];
        var written = new List<Told>();
        foreach (var codec in brokers.Kind.Codecs)
        {
            // kcat writes null for an empty text when it is told to write nulls at all, and has one set of headers for all records.
            var specimens = Specimens.For(codec, brokers.Kind).Where(record => record.Value is not "").Select(record => record with { Headers = string.Join(',', headers) }).ToArray();
            await Kcat.WriteAsync(brokers, topic, codec, string.Concat(specimens.Select(record => $"{record.Key}\t{record.Value}\n")), headers);
            written.AddRange(specimens);
        }

        var read = await Specimens.ReadAsync(brokers, topic);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Select(Timeless), Is.EqualTo(written.Select(Timeless)));
            Assert.That(read, Is.EqualTo(await Kcat.ReadAsync(brokers, topic)), "we and kcat tell the same, timestamps too");
            if (brokers.Kind.HasTimestamps)
                Assert.That(read.Select(record => record.Timestamp), Is.All.InRange(before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        }
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task We_read_what_Java_wrote(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("from-java");
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var written = new List<Told>();
        foreach (var codec in brokers.Kind.Codecs)
        {
            var sayable = Specimens.For(codec, brokers.Kind).Where(record => JavaConsole.WritesHeaders(brokers.Kind) || record is { Key: not null, Value: not null });
            var specimens = sayable.Select(record => JavaConsole.WritesHeaders(brokers.Kind) ? record : record with { Headers = "" }).ToArray();
            await JavaConsole.WriteAsync(brokers, topic, codec, specimens);
            written.AddRange(specimens);
        }

        var read = await Specimens.ReadAsync(brokers, topic);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Select(Timeless), Is.EqualTo(written.Select(Timeless)));
            if (brokers.Kind.HasTimestamps)
                Assert.That(read.Select(record => record.Timestamp), Is.All.InRange(before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        }
    }

    static Told Timeless(Told record) => record with { Timestamp = null };
}
