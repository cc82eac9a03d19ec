using System.Text.Json.Nodes;

namespace Samsa.Scenarios.Stories;

/// <summary>Others administer: they create, describe, grow and delete topics.</summary>
[TestFixture]
sealed class AdminStory
{
    const string PythonDay = """
        from kafka.admin import KafkaAdminClient, NewTopic, NewPartitions, ConfigResource, ConfigResourceType
        from kafka.errors import TopicAlreadyExistsError, IncompatibleBrokerVersion, UnknownTopicOrPartitionError
        topic = words[0]
        admin = KafkaAdminClient(bootstrap_servers=servers, api_version=version)
        def partitions(): return len((admin.describe_topics([topic]) or [{}])[0].get("partitions", []))
        def until(condition):
            for _ in range(200):
                if condition(): return True
                time.sleep(0.05)
            return False
        def outcome(what):
            try: what(); return "done"
            except Exception as error: return type(error).__name__
        admin.create_topics([NewTopic(topic, 3, 1, topic_configs={"retention.ms": "1000000"})])
        tell({"created": until(lambda: partitions() == 3), "listed": topic in admin.list_topics(), "brokers": len(admin.describe_cluster()["brokers"])})
        tell({"again": outcome(lambda: admin.create_topics([NewTopic(topic, 3, 1)]))})
        tell({"grown": outcome(lambda: admin.create_partitions({topic: NewPartitions(5)}))})
        tell({"partitions": 5 if until(lambda: partitions() == 5) else partitions()} if words[1] == "grows" else {"partitions": partitions()})
        def configs():
            found = {}
            for answer in admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]):
                for resource in answer.resources: found.update({config[0]: config[1] for config in resource[4]})
            return found
        try: tell({"configs": {name: configs().get(name) for name in ("retention.ms", "cleanup.policy")}})
        except IncompatibleBrokerVersion as error: tell({"configs": type(error).__name__})
        admin.delete_topics([topic])
        tell({"deleted": until(lambda: topic not in admin.list_topics())})
        tell({"groups": outcome(lambda: admin.list_consumer_groups())})
        admin.close()
        """;

    [TestCaseSource(typeof(Each), nameof(Each.BrokerThatCreatesTopics))]
    public async Task Python_administers_topics(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var grows = kind.GrowsTopicsByRequest;

        var told = await Python.RunAsync(brokers, PythonDay, null, RunningBrokers.NewName("pythons"), grows ? "grows" : "stays");

        var expected = new JsonObject[]
        {
            new() { ["created"] = true, ["listed"] = true, ["brokers"] = 1 },
            new() { ["again"] = "TopicAlreadyExistsError" },
            new() { ["grown"] = grows ? "done" : "IncompatibleBrokerVersion" },
            new() { ["partitions"] = grows ? 5 : 3 },
            new() { ["configs"] = grows ? new JsonObject { ["retention.ms"] = "1000000", ["cleanup.policy"] = "delete" } : "IncompatibleBrokerVersion" },
            new() { ["deleted"] = true },
            // The brokers in this process have no groups, and say so before anybody asks.
            new() { ["groups"] = kind.IsReal ? "done" : "IncompatibleBrokerVersion" },
        };
        Assert.That(told.Select(line => line.ToJsonString()), Is.EqualTo(expected.Select(line => line.ToJsonString())));
    }

    [TestCaseSource(typeof(Each), nameof(Each.BrokerWithModernTools))]
    public async Task Java_administers_topics(BrokerKind kind)
    {
        await using var brokers = await kind.OpenAsync();
        var topic = RunningBrokers.NewName("javas");

        await TopicCommandAsync(brokers, "--create", "--topic", topic, "--partitions", "3", "--replication-factor", "1", "--config", "retention.ms=1000000");
        await TopicCommandAsync(brokers, "--alter", "--topic", topic, "--partitions", "5");
        var listed = await TopicCommandAsync(brokers, "--list");
        var described = await TopicCommandAsync(brokers, "--describe", "--topic", topic);
        await TopicCommandAsync(brokers, "--delete", "--topic", topic);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(listed.Lines, Does.Contain(topic));
            Assert.That(described.Out, Does.Contain("PartitionCount: 5").And.Contain("ReplicationFactor: 1").And.Contain("retention.ms=1000000"));
            Assert.That(described.Lines.Count(line => line.Contains("Leader: 1\tReplicas: 1\tIsr: 1", StringComparison.Ordinal)), Is.EqualTo(5));
            await using var kafka = await brokers.ConnectAsync();
            await Patience.Until(() => kafka.ListTopicsAsync().Result.All(one => one.Name != topic), 20, $"{topic} is gone");
        }
    }

    static async Task<Spoken> TopicCommandAsync(RunningBrokers brokers, params string[] arguments) =>
        (await RealKafka.ToolAsync(brokers.Kind.Release, "TopicCommand", null, ["--bootstrap-server", brokers.Bootstrap, .. arguments])).Expected();
}
