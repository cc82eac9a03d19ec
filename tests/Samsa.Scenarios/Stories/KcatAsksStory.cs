using System.Globalization;

namespace Samsa.Scenarios.Stories;

/// <summary>kcat asks brokers what there is.</summary>
[TestFixture]
sealed class KcatAsksStory
{
    [TestCaseSource(typeof(Each), nameof(Each.Broker))]
    public async Task Kcat_lists_brokers_and_topics(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("listed", partitions: 3);

        var listed = await Kcat.RunAsync(brokers, null, "-L", "-t", topic);

        Assert.That(listed.Out, Does.Contain($"broker 1 at {brokers.Bootstrap}").And.Contains($"topic \"{topic}\" with 3 partitions"));
        Assert.That(listed.Lines.Count(line => line.Contains("leader 1, replicas: 1, isrs: 1", StringComparison.Ordinal)), Is.EqualTo(3));
    }

    [TestCaseSource(typeof(Each), nameof(Each.BrokerThatFindsTimes))]
    public async Task Kcat_finds_an_offset_by_its_time(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("by-time");
        var written = await Specimens.PublishAsync(brokers, topic);

        foreach (var (index, record) in written.Index())
        {
            var asked = await Kcat.RunAsync(brokers, null, "-Q", "-t", $"{topic}:0:{record.Timestamp - 1}");
            Assert.That(asked.Out.Trim(), Does.EndWith(" " + index.ToString(CultureInfo.InvariantCulture)), $"the first record after {record.Timestamp - 1}");
        }
    }
}
