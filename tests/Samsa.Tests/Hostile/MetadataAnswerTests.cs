using System.Text;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Cluster;
using Samsa.Tests.Connections;
using Samsa.Wire;

namespace Samsa.Tests.Hostile;

/// <summary>Answers about the cluster whose fields make no sense although they can be read. The numbers are those of the catalogue of bad input.</summary>
public sealed class MetadataAnswerTests
{
    [Test]
    public async Task I010_I029_Names_that_no_topic_can_have_are_not_seen_and_the_others_are()
    {
        await using var cluster = new ScriptedCluster();
        cluster.Put("good", (1, 1));
        cluster.First = (_, heard) => heard.Api == Metadata.Api ? Bad(cluster.Describe(heard.Read<Metadata.Request>())) : null;
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap);

        var topics = await kafka.ListTopicsAsync();

        Assert.That(topics.Select(topic => topic.Name), Is.EqualTo(new[] { "good" }));
    }

    [Test]
    public async Task I026_Two_hundred_thousand_partitions_and_one_are_cut_and_their_numbers_not_believed()
    {
        await using var cluster = new ScriptedCluster();
        cluster.First = (_, heard) => heard.Api != Metadata.Api ? null : cluster.Describe(heard.Read<Metadata.Request>()) with
        {
            Topics =
            [
                new()
                {
                    Name = "many",
                    Partitions = [.. Enumerable.Range(0, 200_050).Select(i => new Metadata.Response.MetadataResponsePartition { PartitionIndex = i == 5 ? int.MaxValue : i == 6 ? -3 : i == 7 ? 4 : i, LeaderId = 1 })],
                },
            ],
        };
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap);

        var many = (await kafka.ListTopicsAsync()).Single();

        Assert.That(many.Partitions, Has.Count.EqualTo(200_000 - 3));
        Assert.That(many.Partitions.Take(6).Select(partition => partition.Partition), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 8 }));
    }

    [Test]
    public async Task I024_I027_A_leader_that_could_not_be_connected_to_is_none_and_the_next_view_is_waited_for()
    {
        await using var cluster = new ScriptedCluster();
        cluster.Put("t", (7, 1));
        var named = cluster.Named;
        cluster.Named = [.. named, new() { NodeId = 7, Host = "not a host", Port = 70_000 }];
        cluster.First = (_, heard) => heard.Api == ListOffsets.Api ? Offsets(heard.Read<ListOffsets.Request>()) : null;
        await using var kafka = await Kafka.ConnectAsync(cluster.Bootstrap, new() { Retry = new() { First = TimeSpan.FromMilliseconds(5), Most = TimeSpan.FromMilliseconds(20) } });

        var offsets = kafka.Topics["t"].OffsetsAsync();
        await Task.Delay(100);
        Assert.That(offsets.IsCompleted, Is.False, "there is no leader to ask");
        cluster.Put("t", (1, 2));

        Assert.That(await offsets.Soon(), Is.EqualTo(new[] { new PartitionOffsets(0, 3, 3) }));
        Assert.That(kafka.Brokers.Select(broker => broker.NodeId), Is.EqualTo(new[] { 1 }));
    }

    [TestCase(int.MaxValue, 60_000)]
    [TestCase(int.MinValue, 0)]
    public void I032_A_throttle_is_never_longer_than_a_minute(int throttle, int quiet) =>
        Assert.That(Quiet.AskedFor(new Fetch.Response { ThrottleTimeMs = throttle }, 12), Is.EqualTo(TimeSpan.FromMilliseconds(quiet)));

    /// <summary>The answer, with topics whose names are what no topic can be called.</summary>
    static IMessage Bad(Metadata.Response answer) => answer with
    {
        Topics =
        [
            .. answer.Topics, new() { Name = "" }, new() { Name = "." }, new() { Name = "a b" }, new() { Name = "a\u0000b" }, new() { Name = new string('x', 32_000) },
            // Bytes that are no UTF-8 come out of the reader like this.
            new() { Name = Encoding.UTF8.GetString([0x61, 0xff]) },
        ],
    };

    static ListOffsets.Response Offsets(ListOffsets.Request asked) => new()
    {
        Topics = [.. asked.Topics.Select(topic => new ListOffsets.Response.ListOffsetsTopicResponse { Name = topic.Name, Partitions = [new() { Offset = 3 }] })],
    };
}
