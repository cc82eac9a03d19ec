using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Wire;

namespace Samsa.Tests.Cluster;

/// <summary>Creating, deleting and listing topics, on brokers that make it hard.</summary>
[TestFixture]
public sealed class TopicAdminTests
{
    static readonly KafkaOptions Quick = new() { Retry = new() { First = TimeSpan.FromMilliseconds(10), Most = TimeSpan.FromMilliseconds(50) } };

    [Test]
    public async Task A_topic_is_created_at_the_controller_and_waited_for()
    {
        await using var cluster = new ScriptedCluster(brokers: 2) { Controller = 2 };
        CreateTopics.Request.CreatableTopic? asked = null;
        cluster.First = (broker, heard) => Creating(heard, topic =>
        {
            asked = topic;
            _ = Task.Delay(100).ContinueWith(_ => cluster.Put(topic.Name, (1, 0), (2, 0), (1, 0)), TaskScheduler.Default);
            return broker == 2 ? ErrorCode.None : ErrorCode.NotController;
        });
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, Quick);

        await kafka.CreateTopicAsync("t", 3, configs: new Dictionary<string, string> { ["retention.ms"] = "1" }).Soon();

        Assert.Multiple(async () =>
        {
            Assert.That((asked!.NumPartitions, asked.ReplicationFactor, asked.Configs.Single().Value), Is.EqualTo((3, (short)-1, "1")));
            Assert.That(await kafka.ListTopicsAsync(), Has.One.Matches<TopicView>(topic => topic is { Name: "t", Partitions.Count: 3 }));
        });
    }

    [Test]
    public async Task F039_The_controller_is_looked_for_when_it_has_moved()
    {
        await using var cluster = new ScriptedCluster(brokers: 2);
        cluster.First = (broker, heard) => Creating(heard, topic =>
        {
            if (broker == 1)
            {
                cluster.Controller = 2;
                return ErrorCode.NotController;
            }
            cluster.Put(topic.Name, (1, 0));
            return ErrorCode.None;
        });
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, Quick);

        await kafka.CreateTopicAsync("t").Soon();

        Assert.That(cluster.Peers.Select(peer => peer.Heard.Count(heard => heard.Api == CreateTopics.Api)), Is.EqualTo([1, 1]));
    }

    [Test]
    public async Task A_topic_that_exists_is_an_error_with_what_the_broker_says()
    {
        await using var cluster = new ScriptedCluster();
        cluster.First = (_, heard) => Creating(heard, _ => ErrorCode.TopicAlreadyExists);
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, Quick);

        var error = await kafka.CreateTopicAsync("t").ShouldThrow<BrokerException>();

        Assert.That(error.Error, Is.EqualTo(ErrorCode.TopicAlreadyExists));
        Assert.That(error.Message, Does.StartWith("CreateTopics t at broker 1").And.EndsWith("TOPIC_ALREADY_EXISTS: said so"));
    }

    [Test]
    public async Task F039_A_topic_that_exists_because_our_own_lost_try_made_it_is_a_success()
    {
        await using var cluster = new ScriptedCluster();
        var tries = 0;
        cluster.First = (_, heard) => Creating(heard, topic =>
        {
            if (Interlocked.Increment(ref tries) > 1) return ErrorCode.TopicAlreadyExists;
            // Done, but the answer is lost.
            cluster.Put(topic.Name, (1, 0));
            cluster.Peers[0].Cut();
            return ErrorCode.None;
        });
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, Quick);

        await kafka.CreateTopicAsync("t").Soon();

        Assert.That(tries, Is.EqualTo(2));
    }

    [Test]
    public async Task A_topic_is_deleted_by_its_id_and_waited_for()
    {
        await using var cluster = new ScriptedCluster();
        var id = Guid.NewGuid();
        cluster.Put("t", id, (1, 0));
        DeleteTopics.Request? asked = null;
        cluster.First = (_, heard) =>
        {
            if (heard.Api != DeleteTopics.Api) return null;
            asked = heard.Read<DeleteTopics.Request>();
            cluster.Remove("t");
            return new DeleteTopics.Response { Responses = [new() { TopicId = id }] };
        };
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, Quick);

        await kafka.DeleteTopicAsync("t").Soon();

        Assert.That((asked!.Topics.Single().TopicId, asked.Topics.Single().Name), Is.EqualTo((id, (string?)null)));
    }

    [Test]
    public async Task Deleting_what_is_not_there_is_an_error()
    {
        await using var cluster = new ScriptedCluster
        {
            First = (_, heard) => heard.Api == DeleteTopics.Api
                ? new DeleteTopics.Response { Responses = [new() { Name = "t", ErrorCode = ErrorCode.UnknownTopicOrPartition }] }
                : null,
        };
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, Quick);

        Assert.That((await kafka.DeleteTopicAsync("t").ShouldThrow<BrokerException>()).Error, Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    [Test]
    public async Task A_controller_that_never_does_it_costs_the_admin_timeout()
    {
        await using var cluster = new ScriptedCluster();
        cluster.First = (_, heard) => Creating(heard, _ => ErrorCode.NotController);
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, Quick with { AdminTimeout = TimeSpan.FromMilliseconds(300) });

        var error = await kafka.CreateTopicAsync("t").ShouldThrow<TimeoutException>();

        Assert.That(error.Message, Does.StartWith("Creating topic t was not done within 00:00:00.3000000. The last try: CreateTopics t at broker 1").And.Contain("NOT_CONTROLLER"));
    }

    [Test]
    public async Task An_old_broker_is_an_error_that_says_what_to_do()
    {
        await using var cluster = new ScriptedCluster { First = (_, heard) => heard.Api == ApiVersions.Api ? Talk.Speaking((3, 0, 1), (18, 0, 4)) : null };
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, Quick);

        var error = await kafka.CreateTopicAsync("t").ShouldThrow<UnsupportedApiException>();

        Assert.That(error.Message, Does.Contain("first published to"));
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a b")]
    [TestCase("ä")]
    public async Task A_name_that_cannot_be_is_refused_at_the_call(string name)
    {
        await using var cluster = new ScriptedCluster();
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, Quick);

        await kafka.CreateTopicAsync(name).ShouldThrow<ArgumentException>();
        await kafka.DeleteTopicAsync(name).ShouldThrow<ArgumentException>();
        await kafka.CreateTopicAsync("good", partitions: 0).ShouldThrow<ArgumentOutOfRangeException>();
        Assert.That(cluster.Peers[0].Heard.Count(heard => heard.Api != ApiVersions.Api && heard.Api != Metadata.Api), Is.Zero);
    }

    static CreateTopics.Response? Creating(Heard heard, Func<CreateTopics.Request.CreatableTopic, ErrorCode> create)
    {
        if (heard.Api != CreateTopics.Api) return null;
        var topic = heard.Read<CreateTopics.Request>().Topics.Single();
        var error = create(topic);
        return new CreateTopics.Response
        {
            Topics = [new() { Name = topic.Name, ErrorCode = error, ErrorMessage = error == ErrorCode.None ? null : "said so" }],
        };
    }
}
