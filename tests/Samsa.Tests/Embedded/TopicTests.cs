using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

public class TopicTests
{
    [TestCase(KafkaProfile.V0_8_2, 0, ErrorCode.LeaderNotAvailable)]
    [TestCase(KafkaProfile.V3_9, 12, ErrorCode.LeaderNotAvailable)]
    [TestCase(KafkaProfile.V4_3, 13, ErrorCode.UnknownTopicOrPartition)]
    public async Task Asking_for_a_topic_creates_it_and_asking_again_shows_it(KafkaProfile profile, int version, ErrorCode first)
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = profile, DefaultPartitions = 4 });
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        Assert.That((await AskAsync(client, "t", version)).ErrorCode, Is.EqualTo(first));
        var topic = await AskAsync(client, "t", version);
        Assert.That((topic.ErrorCode, topic.Partitions.Count), Is.EqualTo((ErrorCode.None, 4)));
    }

    [Test]
    public async Task Kafka_0_8_2_names_no_broker_before_there_is_a_topic()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2, new() { Profile = KafkaProfile.V0_8_2 });
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var brokers = new List<int>();
        for (var times = 0; times < 2; times++)
            brokers.Add((await client.AskAsync(new Metadata.Request { Topics = [new() { Name = "t" }] }, 0)).Brokers.Count);
        Assert.That(brokers, Is.EqualTo(new[] { 0, 2 }), "the first question creates the topic");
    }

    [Test]
    public async Task Nothing_is_created_when_the_client_or_the_options_do_not_want_it()
    {
        await using var kafka = await EmbeddedKafka.StartAsync();
        await using var strict = await EmbeddedKafka.StartAsync(options: new() { AutoCreateTopics = false });
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        using var other = await RawClient.ConnectAsync(strict.Brokers[0]);
        Assert.That((await AskAsync(client, "t", 9, create: false)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That((await AskAsync(other, "t", 9)).ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        foreach (var name in new[] { "", ".", "..", "a b", "ä", new string('x', 250) })
            Assert.That((await AskAsync(client, name, 9)).ErrorCode, Is.EqualTo(ErrorCode.InvalidTopic));
        Assert.That(kafka.Topics.Concat(strict.Topics), Is.Empty);
    }

    [Test]
    public async Task All_topics_are_an_empty_list_in_version_0_and_null_after_it()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V3_9 });
        foreach (var name in new[] { "b", "a" }) kafka.CreateTopic(name);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        Assert.That((await client.AskAsync(new Metadata.Request { Topics = [] }, 0)).Topics.Select(topic => topic.Name), Is.EqualTo(new[] { "a", "b" }));
        Assert.That((await client.AskAsync(new Metadata.Request { Topics = null }, 1)).Topics.Count, Is.EqualTo(2));
        Assert.That((await client.AskAsync(new Metadata.Request { Topics = [] }, 1)).Topics, Is.Empty);
    }

    [Test]
    public async Task A_topic_can_be_asked_for_by_its_id()
    {
        await using var kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t");
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var id = (await AskAsync(client, "t", 12)).TopicId;
        var both = await client.AskAsync(new Metadata.Request { Topics = [new() { TopicId = id }, new() { TopicId = Guid.NewGuid() }] }, 12);
        Assert.That(both.Topics.Select(topic => (topic.ErrorCode, topic.Name)), Is.EqualTo(new[] { (ErrorCode.None, "t"), (ErrorCode.UnknownTopicId, (string?)null) }));
    }

    [Test]
    public async Task Topics_are_created_by_request_with_their_settings()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[1]);
        var answer = await CreateAsync(client, new()
        {
            Name = "t",
            NumPartitions = 4,
            ReplicationFactor = 2,
            Configs = [new() { Name = "max.message.bytes", Value = "100" }, new() { Name = "retention.ms", Value = "60000" }],
        });
        Assert.That((answer.ErrorCode, answer.NumPartitions, answer.ReplicationFactor), Is.EqualTo((ErrorCode.None, 4, (short)2)));
        Assert.That(answer.TopicId, Is.EqualTo((await AskAsync(client, "t", 12)).TopicId));
        using var leader = await RawClient.ConnectAsync(kafka.Brokers[kafka.LeaderOf("t", 0) - 1]);
        Assert.That((await leader.ProduceAsync("t", TestRecords.Batch(new string('x', 200)))).ErrorCode, Is.EqualTo(ErrorCode.MessageTooLarge));
    }

    [Test]
    public async Task An_assignment_says_which_brokers_hold_what()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 3);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await CreateAsync(client, new()
        {
            Name = "t",
            NumPartitions = -1,
            ReplicationFactor = -1,
            Assignments = [new() { PartitionIndex = 1, BrokerIds = [3, 1] }, new() { PartitionIndex = 0, BrokerIds = [2] }],
        });
        var partitions = (await AskAsync(client, "t", 9)).Partitions;
        Assert.That(partitions.Select(one => (one.LeaderId, string.Join(',', one.ReplicaNodes))), Is.EqualTo(new[] { (2, "2"), (3, "3,1") }));
    }

    [Test]
    public async Task What_cannot_be_created_is_refused_with_its_error()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(options: new() { MaxPartitions = 10 });
        kafka.CreateTopic("there");
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        async Task<ErrorCode> Create(CreateTopics.Request.CreatableTopic topic) => (await CreateAsync(client, topic)).ErrorCode;
        Assert.That(await Create(Topic("there")), Is.EqualTo(ErrorCode.TopicAlreadyExists));
        Assert.That(await Create(Topic("a b")), Is.EqualTo(ErrorCode.InvalidTopic));
        Assert.That(await Create(Topic("t") with { NumPartitions = 0 }), Is.EqualTo(ErrorCode.InvalidPartitions));
        Assert.That(await Create(Topic("t") with { NumPartitions = int.MaxValue }), Is.EqualTo(ErrorCode.PolicyViolation));
        Assert.That(await Create(Topic("t") with { ReplicationFactor = 2 }), Is.EqualTo(ErrorCode.InvalidReplicationFactor));
        Assert.That(await Create(Topic("t") with { ReplicationFactor = 0 }), Is.EqualTo(ErrorCode.InvalidReplicationFactor));
        Assert.That(await Create(Topic("t") with { Configs = [new() { Name = "no.such", Value = "1" }] }), Is.EqualTo(ErrorCode.InvalidConfig));
        Assert.That(await Create(Topic("t") with { Configs = [new() { Name = "max.message.bytes", Value = "many" }] }), Is.EqualTo(ErrorCode.InvalidConfig));
        Assert.That(await Create(Topic("t") with { Assignments = [new() { BrokerIds = [1] }] }), Is.EqualTo(ErrorCode.InvalidRequest));
        Assert.That(await Create(new() { Name = "t", NumPartitions = -1, ReplicationFactor = -1, Assignments = [new() { BrokerIds = [9] }] }),
            Is.EqualTo(ErrorCode.InvalidReplicaAssignment));
        var twice = await client.AskAsync(new CreateTopics.Request { Topics = [Topic("t"), Topic("t")] }, 7);
        Assert.That(twice.Topics.Select(topic => topic.ErrorCode), Is.EqualTo(new[] { ErrorCode.InvalidRequest }));
        var tried = await client.AskAsync(new CreateTopics.Request { ValidateOnly = true, Topics = [Topic("t")] }, 7);
        Assert.That(tried.Topics[0].ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(kafka.Topics, Is.EqualTo(new[] { "there" }));
    }

    [Test]
    public async Task Only_the_controller_creates_and_deletes_where_there_is_ZooKeeper()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2, new() { Profile = KafkaProfile.V1_1 });
        using var controller = await RawClient.ConnectAsync(kafka.Brokers[0]);
        using var other = await RawClient.ConnectAsync(kafka.Brokers[1]);
        Assert.That((await CreateAsync(other, Topic("t"), 2)).ErrorCode, Is.EqualTo(ErrorCode.NotController));
        Assert.That((await CreateAsync(controller, Topic("t"), 2)).ErrorCode, Is.EqualTo(ErrorCode.None));
        var delete = new DeleteTopics.Request { TopicNames = ["t"] };
        Assert.That((await other.AskAsync(delete, 1)).Responses[0].ErrorCode, Is.EqualTo(ErrorCode.NotController));
        Assert.That((await controller.AskAsync(delete, 1)).Responses[0].ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Topics_are_deleted_by_name_and_by_id()
    {
        await using var kafka = await EmbeddedKafka.StartAsync();
        foreach (var name in new[] { "a", "b", "c" }) kafka.CreateTopic(name);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var id = (await AskAsync(client, "b", 12)).TopicId;
        var old = await client.AskAsync(new DeleteTopics.Request { TopicNames = ["a", "nowhere"] }, 5);
        Assert.That(old.Responses.Select(one => one.ErrorCode), Is.EqualTo(new[] { ErrorCode.None, ErrorCode.UnknownTopicOrPartition }));
        var byId = await client.AskAsync(new DeleteTopics.Request { Topics = [new() { TopicId = id }, new() { TopicId = Guid.NewGuid() }, new() { Name = "c" }] }, 6);
        Assert.That(byId.Responses.Select(one => one.ErrorCode), Is.EqualTo(new[] { ErrorCode.None, ErrorCode.UnknownTopicId, ErrorCode.None }));
        Assert.That(byId.Responses[0].Name, Is.EqualTo("b"));
        Assert.That(kafka.Topics, Is.Empty);
    }

    [Test]
    public async Task The_first_port_can_be_chosen()
    {
        // Whatever was free a moment ago; somebody else may take it meanwhile, so a few are tried.
        for (var tries = 0; ; tries++)
        {
            await using var probe = await EmbeddedKafka.StartAsync();
            var first = probe.Brokers[0].Port + 1;
            try
            {
                await using var kafka = await EmbeddedKafka.StartAsync(brokers: 2, new() { FirstPort = first });
                Assert.That(kafka.BootstrapServers, Is.EqualTo($"127.0.0.1:{first},127.0.0.1:{first + 1}"));
                return;
            }
            catch (System.Net.Sockets.SocketException) when (tries < 20)
            {
            }
        }
    }

    static CreateTopics.Request.CreatableTopic Topic(string name) => new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 };

    static async Task<CreateTopics.Response.CreatableTopicResult> CreateAsync(RawClient client, CreateTopics.Request.CreatableTopic topic, short version = 7) =>
        (await client.AskAsync(new CreateTopics.Request { Topics = [topic] }, version)).Topics[0];

    static async Task<Metadata.Response.MetadataResponseTopic> AskAsync(RawClient client, string name, int version, bool create = true) =>
        (await client.AskAsync(new Metadata.Request { Topics = [new() { Name = name }], AllowAutoTopicCreation = create }, (short)version)).Topics[0];
}
