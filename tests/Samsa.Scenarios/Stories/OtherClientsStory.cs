namespace Samsa.Scenarios.Stories;

/// <summary>What we write others read, and what they write we read: kafka-python and Confluent.Kafka.</summary>
[TestFixture]
sealed class OtherClientsStory
{
    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task Python_reads_what_we_wrote(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("ours-for-python");
        var written = await Specimens.PublishAsync(brokers, topic, Python.Codecs);

        Assert.That(await Python.ReadAsync(brokers, topic, written.Length), Is.EqualTo(written));
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task We_read_what_Python_wrote(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("from-python");
        var written = new List<Told>();
        foreach (var codec in Python.Codecs)
        {
            var specimens = Specimens.For(codec, brokers.Kind);
            await Python.WriteAsync(brokers, topic, codec, specimens);
            written.AddRange(specimens);
        }

        Assert.That(await Specimens.ReadAsync(brokers, topic), Is.EqualTo(written));
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task Confluent_reads_what_we_wrote(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("ours-for-confluent");
        var written = await Specimens.PublishAsync(brokers, topic);

        Assert.That(await Task.Run(() => ConfluentClient.Read(brokers, topic, written.Length)), Is.EqualTo(written));
    }

    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task We_read_what_Confluent_wrote_idempotently(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("from-confluent");
        var written = new List<Told>();
        foreach (var codec in brokers.Kind.Codecs)
        {
            var specimens = Specimens.For(codec, brokers.Kind);
            var offsets = await ConfluentClient.WriteAsync(brokers, topic, codec, specimens);
            Assert.That(offsets, Is.EqualTo(specimens.Select((_, index) => (long)written.Count + index)), $"offsets of {codec}");
            written.AddRange(specimens);
        }

        Assert.That(await Specimens.ReadAsync(brokers, topic), Is.EqualTo(written));
        if (brokers is RunningEmbedded { Kafka.Requests: var asked } && kind.IsIdempotent)
            Assert.That(asked.Where(one => one.Api == "InitProducerId" && one.ClientId == "confluent"), Is.Not.Empty, "producers with a number");
    }
}
