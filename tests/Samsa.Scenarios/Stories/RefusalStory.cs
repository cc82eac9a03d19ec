using Samsa.Protocol;

namespace Samsa.Scenarios.Stories;

/// <summary>Strangers ask for what a broker does not speak: it refuses as its version does, and they cope.</summary>
[TestFixture]
sealed class RefusalStory
{
    [TestCaseSource(typeof(Each), nameof(Each.BrokerThatKeepsItsVersions))]
    public async Task Kcat_asks_an_old_broker_for_its_versions_and_goes_on_when_the_socket_closes(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = await brokers.CreateTopicAsync("asked-for-versions", partitions: 2);

        var listed = (await Command.RunAsync(Command.Find("kcat", "kcat"),
            ["-b", brokers.Bootstrap, "-X", "api.version.request=true", "-X", "api.version.fallback.ms=60000",
             "-X", $"broker.version.fallback={kind.Speaks.ToString(3)}", "-L", "-t", topic,
             // A real 0.9 does not close the socket but says nothing; kcat gives up after ten seconds, and then has none left for the metadata.
             "-m", "40"])).Expected();

        Assert.That(listed.Out, Does.Contain($"topic \"{topic}\" with 2 partitions"));
        if (brokers is RunningEmbedded { Kafka.Requests: var asked })
            Assert.That(asked.Where(one => one.IsRefused).Select(one => one.Api).Distinct(), Is.EqualTo(new[] { "ApiVersions" }));
    }

    [TestCaseSource(typeof(Each), nameof(Each.BrokerThatKeepsItsVersions))]
    public async Task Python_tells_the_age_of_an_old_broker_by_what_it_refuses(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        await brokers.CreateTopicAsync("so-that-brokers-are-named");

        var told = await Python.RunAsync(brokers, """
            reader = kafka.KafkaConsumer(bootstrap_servers=servers, api_version_auto_timeout_ms=20000)
            tell(".".join(str(part) for part in reader.config["api_version"]))
            """, null);

        Assert.That(kind.Speaks.ToString(), Does.StartWith($"{told.Single()}"));
        if (brokers is RunningEmbedded { Kafka.Requests: var asked })
            Assert.That(asked.Where(one => one.IsRefused).Select(one => one.Api).Distinct(), Is.EqualTo(new[] { "ApiVersions", "ListGroups" }));
    }

    [TestCaseSource(typeof(Each), nameof(Each.BrokerWithModernTools))]
    public async Task Java_tells_its_user_that_there_are_no_groups_where_there_are_none(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();

        var said = await RealKafka.ToolAsync(kind.Release, "ConsumerGroupCommand", null, "--bootstrap-server", brokers.Bootstrap, "--list");

        if (kind.IsReal)
        {
            Assert.That(said.ExitCode, Is.Zero);
            return;
        }

        // Nobody asks for an API that was not advertised: the client refuses it itself.
        Assert.That(said.Out + said.Error, Does.Contain("UnsupportedVersionException"));
        var asked = ((RunningEmbedded)brokers).Kafka.Requests;
        Assert.That(asked.Select(one => one.ApiKey), Does.Contain((short)ApiKey.ApiVersions).And.None.EqualTo((short)ApiKey.ListGroups));
    }
}
