using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Tests.Embedded;

public class ProfileTests
{
    // Key, lowest and highest version, as real brokers of these versions answer.
    static readonly Dictionary<KafkaProfile, (short Key, short Min, short Max)[]> Advertised = new()
    {
        [KafkaProfile.V0_10_2] = [(0, 0, 2), (1, 0, 3), (2, 0, 1), (3, 0, 2), (10, 0, 0), (18, 0, 0), (19, 0, 1), (20, 0, 0)],
        [KafkaProfile.V1_1] =
        [
            (0, 0, 5), (1, 0, 7), (2, 0, 2), (3, 0, 5), (10, 0, 1), (18, 0, 1), (19, 0, 2), (20, 0, 1), (21, 0, 0), (22, 0, 0), (23, 0, 0),
            (32, 0, 1), (37, 0, 0),
        ],
        [KafkaProfile.V3_9] =
        [
            (0, 0, 11), (1, 0, 17), (2, 0, 9), (3, 0, 12), (10, 0, 6), (18, 0, 4), (19, 0, 7), (20, 0, 6), (21, 0, 2), (22, 0, 5), (23, 0, 4),
            (32, 0, 4), (37, 0, 3), (60, 0, 1),
        ],
        [KafkaProfile.V4_3] =
        [
            (0, 0, 13), (1, 4, 18), (2, 1, 11), (3, 0, 13), (10, 0, 6), (18, 0, 4), (19, 2, 7), (20, 1, 6), (21, 0, 2), (22, 0, 5), (23, 2, 4),
            (32, 1, 4), (37, 0, 3), (60, 0, 2), (75, 0, 0),
        ],
    };

    [TestCase(KafkaProfile.V0_10_2)]
    [TestCase(KafkaProfile.V1_1)]
    [TestCase(KafkaProfile.V3_9)]
    [TestCase(KafkaProfile.V4_3)]
    public async Task A_profile_advertises_what_its_Kafka_does(KafkaProfile profile)
    {
        await using var kafka = await StartAsync(profile);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var answer = await client.AskAsync(new ApiVersions.Request(), 0);
        Assert.That(answer.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(answer.ApiKeys.Select(one => (one.ApiKey, one.MinVersion, one.MaxVersion)), Is.EqualTo(Advertised[profile]));
    }

    [Test]
    public async Task Every_version_that_is_advertised_can_be_asked(
        [Values(KafkaProfile.V0_10_2, KafkaProfile.V1_1, KafkaProfile.V3_9, KafkaProfile.V4_3)] KafkaProfile profile)
    {
        await using var kafka = await StartAsync(profile);
        kafka.CreateTopic("t");
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        foreach (var (key, min, max) in Advertised[profile])
        {
            for (var version = key == 0 && profile == KafkaProfile.V4_3 ? (short)3 : min; version <= max; version++)
            {
                var id = await client.SendAsync(Simple(key), version);
                var frame = await client.ReadFrameAsync();
                Assert.That(frame, Is.Not.Null, $"{key} {version}");
                Assert.That(Framing.ReadCorrelationId(frame!.Value), Is.EqualTo(id), $"{key} {version}");
            }
        }
    }

    [Test]
    public async Task Kafka_0_8_2_closes_the_connection_on_ApiVersions_and_on_what_came_later()
    {
        await using var kafka = await StartAsync(KafkaProfile.V0_8_2);
        foreach (var key in new short[] { 18, 19, 22, 11, 999, -1 })
        {
            using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
            await client.SendHeaderAsync(key, 0);
            Assert.That(await client.IsClosedAsync(), $"key {key}");
        }
    }

    [Test]
    public async Task Kafka_0_8_2_reads_any_version_as_version_0()
    {
        await using var kafka = await StartAsync(KafkaProfile.V0_8_2);
        kafka.CreateTopic("t");
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await client.SendHeaderAsync(3, 7, 0, 0, 0, 0);
        var answer = Framing.ReadResponse<Metadata.Response>((await client.ReadFrameAsync())!.Value, Metadata.Api, 0);
        Assert.That(answer.Topics.Select(topic => topic.Name), Is.EqualTo(new[] { "t" }));
    }

    [TestCase(KafkaProfile.V0_10_2, false)]
    [TestCase(KafkaProfile.V1_1, false)]
    [TestCase(KafkaProfile.V3_9, true)]
    [TestCase(KafkaProfile.V4_3, true)]
    public async Task Too_new_an_ApiVersions_is_refused_in_the_oldest_form_and_the_connection_stays(KafkaProfile profile, bool namesRange)
    {
        await using var kafka = await StartAsync(profile);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await client.SendHeaderAsync(18, 99);
        var answer = Framing.ReadResponse<ApiVersions.Response>((await client.ReadFrameAsync())!.Value, ApiVersions.Api, 0);
        Assert.That(answer.ErrorCode, Is.EqualTo(ErrorCode.UnsupportedVersion));
        Assert.That(answer.ApiKeys.Select(one => one.ApiKey), Is.EqualTo(namesRange ? new short[] { 18 } : []));
        Assert.That((await client.AskAsync(new ApiVersions.Request(), 0)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [TestCase(KafkaProfile.V4_3, 0, 2, TestName = "Produce_2_is_advertised_by_4_3_and_refused")]
    [TestCase(KafkaProfile.V4_3, 1, 3)]
    [TestCase(KafkaProfile.V4_3, 0, 14)]
    [TestCase(KafkaProfile.V3_9, 1, 18)]
    [TestCase(KafkaProfile.V3_9, 999, 0)]
    [TestCase(KafkaProfile.V1_1, 3, 6)]
    [TestCase(KafkaProfile.V0_10_2, 22, 0)]
    public async Task Any_other_version_or_key_closes_the_connection(KafkaProfile profile, int key, int version)
    {
        await using var kafka = await StartAsync(profile);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        await client.SendHeaderAsync((short)key, (short)version, new byte[32]);
        Assert.That(await client.IsClosedAsync());
        Assert.That(kafka.Requests.Select(one => (one.ApiKey, one.Version, one.IsRefused)), Is.EqualTo(new[] { ((short)key, (short)version, true) }));
        Assert.That(kafka.Requests[0].Api, Is.EqualTo(key == 999 ? "API 999" : $"{(ApiKey)key}"));
    }

    [Test]
    public async Task Nobody_coordinates_groups()
    {
        await using var kafka = await StartAsync(KafkaProfile.V3_9);
        using var client = await RawClient.ConnectAsync(kafka.Brokers[0]);
        var old = await client.AskAsync(new FindCoordinator.Request { Key = "g" }, 0);
        var many = await client.AskAsync(new FindCoordinator.Request { CoordinatorKeys = ["g", "h"] }, 4);
        Assert.That((old.ErrorCode, old.NodeId, old.Port), Is.EqualTo((ErrorCode.CoordinatorNotAvailable, -1, -1)));
        Assert.That(many.Coordinators.Select(one => (one.Key, one.ErrorCode)),
            Is.EqualTo(new[] { ("g", ErrorCode.CoordinatorNotAvailable), ("h", ErrorCode.CoordinatorNotAvailable) }));
    }

    static Task<EmbeddedKafka> StartAsync(KafkaProfile profile) =>
        EmbeddedKafka.StartAsync(options: new EmbeddedKafkaOptions { Profile = profile });

    static Samsa.Wire.IRequest Simple(short key) => key switch
    {
        0 => new Produce.Request { Acks = 1, TopicData = [] },
        1 => new Fetch.Request(),
        2 => new ListOffsets.Request { ReplicaId = -1 },
        3 => new Metadata.Request(),
        10 => new FindCoordinator.Request { Key = "g" },
        18 => new ApiVersions.Request { ClientSoftwareName = "raw", ClientSoftwareVersion = "1" },
        19 => new CreateTopics.Request(),
        20 => new DeleteTopics.Request(),
        21 => new DeleteRecords.Request(),
        23 => new OffsetForLeaderEpoch.Request(),
        32 => new DescribeConfigs.Request(),
        37 => new CreatePartitions.Request(),
        60 => new DescribeCluster.Request(),
        75 => new DescribeTopicPartitions.Request(),
        _ => new InitProducerId.Request(),
    };
}
