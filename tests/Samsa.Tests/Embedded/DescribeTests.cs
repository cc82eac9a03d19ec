using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

public class DescribeTests
{
    const sbyte Topic = 2;
    const sbyte Broker = 4;

    [Test]
    public async Task The_brokers_that_run_are_described_and_controllers_are_not()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        await kafka.StopBrokerAsync(2);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[2]);
        for (short version = 0; version <= 2; version++)
        {
            var told = await client.AskAsync(new DescribeCluster.Request(), version);
            Assert.That((told.ErrorCode, told.ClusterId, told.ControllerId), Is.EqualTo((ErrorCode.None, kafka.ClusterId, 1)));
            Assert.That(told.Brokers.Select(broker => (broker.BrokerId, broker.Port)),
                Is.EqualTo(new[] { (1, kafka.Brokers[0].Port), (3, kafka.Brokers[2].Port) }));
            Assert.That(told.ClusterAuthorizedOperations, Is.EqualTo(int.MinValue));
        }

        async Task<DescribeCluster.Response> Ask(DescribeCluster.Request request) => await client.AskAsync(request, 1);
        Assert.That((await Ask(new() { IncludeClusterAuthorizedOperations = true })).ClusterAuthorizedOperations, Is.Positive);
        Assert.That((await Ask(new() { EndpointType = 2 })).ErrorCode, Is.EqualTo(ErrorCode.MismatchedEndpointType));
        Assert.That((await Ask(new() { EndpointType = 3 })).ErrorCode, Is.EqualTo(ErrorCode.UnsupportedEndpointType));
    }

    [Test]
    public async Task Partitions_are_described_in_pages_that_join()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        foreach (var (name, count) in new[] { ("a", 3), ("b", 1), ("c", 4) }) kafka.CreateTopic(name, count);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        for (var limit = 0; limit <= 9; limit++)
        {
            var seen = new List<string>();
            var request = new DescribeTopicPartitions.Request { ResponsePartitionLimit = limit };
            for (var more = true; more;)
            {
                var page = await client.AskAsync(request, 0);
                var partitions = page.Topics.SelectMany(topic => topic.Partitions.Select(one => $"{topic.Name}{one.PartitionIndex}")).ToList();
                Assert.That(partitions, Has.Count.InRange(1, Math.Max(1, limit)));
                seen.AddRange(partitions);
                more = page.NextCursor is not null;
                if (page.NextCursor is { } next)
                    request = request with { Cursor = new() { TopicName = next.TopicName, PartitionIndex = next.PartitionIndex } };
            }

            Assert.That(seen, Is.EqualTo(new[] { "a0", "a1", "a2", "b0", "c0", "c1", "c2", "c3" }), $"{limit} a page");
        }
    }

    [Test]
    public async Task A_described_topic_tells_its_leaders_and_one_that_is_not_there_its_error()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2);
        kafka.CreateTopic("t");
        kafka.MoveLeader("t", 0, 2);
        await kafka.StopBrokerAsync(1);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[1]);
        var wanted = new DescribeTopicPartitions.Request { Topics = [new() { Name = "t" }, new() { Name = "nowhere" }, new() { Name = "a b" }] };
        var told = await client.AskAsync(wanted, 0);
        Assert.That(told.Topics.Select(topic => (topic.Name, topic.ErrorCode)), Is.EqualTo(new[]
        {
            ("a b", ErrorCode.InvalidTopic), ("nowhere", ErrorCode.UnknownTopicOrPartition), ("t", ErrorCode.None),
        }));
        var partition = told.Topics[2].Partitions.Single();
        Assert.That((partition.LeaderId, partition.ReplicaNodes.Order(), partition.IsrNodes, partition.OfflineReplicas),
            Is.EqualTo((2, new[] { 1, 2 }, new[] { 2 }, new[] { 1 })).UsingPropertiesComparer());
        var refused = await client.AskAsync(wanted with { Cursor = new() { TopicName = "t", PartitionIndex = -1 } }, 0);
        Assert.That(refused.Topics.Select(topic => topic.ErrorCode), Is.All.EqualTo(ErrorCode.InvalidRequest));
    }

    [TestCase(KafkaProfile.V1_1, 24)]
    [TestCase(KafkaProfile.V3_9, 36)]
    [TestCase(KafkaProfile.V4_3, 33)]
    public async Task A_topic_has_the_settings_its_Kafka_has(KafkaProfile profile, int count)
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = profile });
        kafka.CreateTopic("t");
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var told = await DescribeAsync(client, Topic, "t", version: 1);
        Assert.That(told.Configs, Has.Count.EqualTo(count));
        Assert.That(told.Configs.Select(one => one.Name), Is.Unique);
        Assert.That(Shown(told, "retention.ms"), Is.EqualTo("604800000 from 5: "));
    }

    [Test]
    public async Task What_was_set_for_a_topic_is_told_with_where_it_comes_from()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { MaxMessageBytes = 5000 });
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await client.AskAsync(new CreateTopics.Request
        {
            Topics =
            [
                new()
                {
                    Name = "t", NumPartitions = 1, ReplicationFactor = 1,
                    Configs = [new() { Name = "retention.ms", Value = "60000" }, new() { Name = "cleanup.policy", Value = "compact,delete" }],
                },
            ],
        }, 7);
        for (short version = 1; version <= 4; version++)
        {
            var told = await DescribeAsync(client, Topic, "t", version, synonyms: true);
            Assert.That(Shown(told, "retention.ms"), Is.EqualTo("60000 from 1: retention.ms=60000 from 1"));
            Assert.That(Shown(told, "cleanup.policy"),
                Is.EqualTo("compact,delete from 1: cleanup.policy=compact,delete from 1, log.cleanup.policy=delete from 5"));
            Assert.That(Shown(told, "max.message.bytes"), Is.EqualTo("5000 from 4: message.max.bytes=5000 from 4"));
            Assert.That(Shown(told, "segment.ms"), Is.EqualTo("604800000 from 5: "));
        }

        kafka.CreateTopic("mine", settings: new() { RetentionBytes = 1000, NeedsKeys = true, MaxTimestampAhead = TimeSpan.FromSeconds(1) });
        var mine = await DescribeAsync(client, Topic, "mine", 4, names: ["retention.bytes", "cleanup.policy", "message.timestamp.after.max.ms"]);
        Assert.That(mine.Configs.Select(one => (one.Name, one.Value, one.ConfigSource, one.Synonyms.Count)), Is.EquivalentTo(new[]
        {
            ("retention.bytes", "1000", (sbyte)1, 0), ("cleanup.policy", "compact", (sbyte)1, 0), ("message.timestamp.after.max.ms", "1000", (sbyte)1, 0),
        }));
    }

    [Test]
    public async Task A_broker_tells_its_own_settings_and_nobody_elses()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2, new() { DefaultPartitions = 7, AutoCreateTopics = false });
        using var client = await RawClient.ConnectAsync(kafka.Brokers[1]);
        var told = await DescribeAsync(client, Broker, "2", 4);
        var values = told.Configs.ToDictionary(one => one.Name, one => one.Value);
        Assert.That((values["num.partitions"], values["auto.create.topics.enable"], values["broker.id"]), Is.EqualTo(("7", "false", "2")));
        Assert.That((await DescribeAsync(client, Broker, "1", 4)).ErrorCode, Is.EqualTo(ErrorCode.InvalidRequest));
        var common = await DescribeAsync(client, Broker, "", 4);
        Assert.That((common.ErrorCode, common.Configs.Count), Is.EqualTo((ErrorCode.None, 0)));
        Assert.That((await DescribeAsync(client, 9, "x", 4)).ErrorCode, Is.EqualTo(ErrorCode.InvalidRequest));
    }

    [TestCase(KafkaProfile.V1_1, ErrorCode.None)]
    [TestCase(KafkaProfile.V3_9, ErrorCode.UnknownTopicOrPartition)]
    public async Task A_topic_that_is_not_there_is_told_as_its_Kafka_does(KafkaProfile profile, ErrorCode error)
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = profile });
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        Assert.That((await DescribeAsync(client, Topic, "nowhere", 0)).ErrorCode, Is.EqualTo(error));
        Assert.That((await DescribeAsync(client, Topic, "a b", 0)).ErrorCode, Is.EqualTo(ErrorCode.InvalidTopic));
    }

    static string Shown(DescribeConfigs.Response.DescribeConfigsResult told, string name)
    {
        var one = told.Configs.Single(config => config.Name == name);
        return $"{one.Value} from {one.ConfigSource}: {string.Join(", ", one.Synonyms.Select(other => $"{other.Name}={other.Value} from {other.Source}"))}";
    }

    static async Task<DescribeConfigs.Response.DescribeConfigsResult> DescribeAsync(
        RawClient client, sbyte type, string name, short version, bool synonyms = false, string[]? names = null) =>
        (await client.AskAsync(new DescribeConfigs.Request
        {
            Resources = [new() { ResourceType = type, ResourceName = name, ConfigurationKeys = names }],
            IncludeSynonyms = synonyms,
        }, version)).Results.Single();
}
