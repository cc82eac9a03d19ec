using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Messages;
using Samsa.Wire;
using static Samsa.Fuzz.Crafted;

namespace Samsa.Fuzz.Recording;

/// <summary>What a broker can be asked about a topic, so that there is something in the answer.</summary>
sealed class Questions(string topic, Guid topicId)
{
    public IEnumerable<IRequest> Of(ApiDescription api, short version) => (ApiKey)api.Key switch
    {
        ApiKey.Produce => Produces(version),
        ApiKey.Fetch => [Fetching(0), Fetching(1_000_000)],
        ApiKey.ListOffsets => [Offsets(-1), Offsets(-2)],
        ApiKey.Metadata => [new Metadata.Request { Topics = [new() { Name = topic }] }, new Metadata.Request { Topics = version == 0 ? [] : null }],
        ApiKey.FindCoordinator => [new FindCoordinator.Request { Key = "g", CoordinatorKeys = ["g", "h"] }],
        ApiKey.ApiVersions => [new ApiVersions.Request { ClientSoftwareName = "samsa", ClientSoftwareVersion = "1" }],
        ApiKey.CreateTopics => [new CreateTopics.Request { TimeoutMs = 1000, Topics = [New("a b"), New($"made{version}")] }],
        ApiKey.DeleteTopics =>
            [new DeleteTopics.Request { TimeoutMs = 1000, TopicNames = [$"made{version}", "nobody"], Topics = [new() { Name = $"made{version}" }] }],
        ApiKey.InitProducerId => [new InitProducerId.Request { TransactionTimeoutMs = 1000 }],
        ApiKey.CreatePartitions =>
            [new CreatePartitions.Request { TimeoutMs = 1000, Topics = [new() { Name = topic, Count = 1 }, new() { Name = "nobody", Count = 2 }] }],
        ApiKey.DeleteRecords => [new DeleteRecords.Request { TimeoutMs = 1000, Topics = [new() { Name = topic, Partitions = [new() { Offset = 1 }] }] }],
        ApiKey.DescribeCluster => [new DescribeCluster.Request { IncludeClusterAuthorizedOperations = true }],
        ApiKey.DescribeConfigs => [new DescribeConfigs.Request { IncludeSynonyms = true, Resources = [ConfigsOf(topic)] }],
        ApiKey.DescribeTopicPartitions => [new DescribeTopicPartitions.Request { Topics = [new() { Name = topic }, new() { Name = "nobody" }] }],
        ApiKey.OffsetForLeaderEpoch =>
            [new OffsetForLeaderEpoch.Request { Topics = [new() { Topic = topic, Partitions = [new() { LeaderEpoch = 0 }, new() { Partition = 9 }] }] }],
        _ => [],
    };

    static DescribeConfigs.Request.DescribeConfigsResource ConfigsOf(string topic) =>
        new() { ResourceType = 2, ResourceName = topic, ConfigurationKeys = ["cleanup.policy", "retention.ms"] };

    static CreateTopics.Request.CreatableTopic New(string name) => new() { Name = name, NumPartitions = 2, ReplicationFactor = 1 };

    IEnumerable<IRequest> Produces(short version)
    {
        var magic = (byte)(version < 2 ? 0 : version < 3 ? 1 : 2);
        foreach (var codec in Enum.GetValues<CompressionCodec>())
        {
            if (codec == CompressionCodec.Zstd && version < 7) continue;
            var partition = new Produce.Request.PartitionProduceData { Records = Records(magic, codec) };
            yield return new Produce.Request { Acks = -1, TimeoutMs = 1000, TopicData = [new() { Name = topic, TopicId = topicId, PartitionData = [partition] }] };
        }
    }

    static byte[] Records(byte magic, CompressionCodec codec)
    {
        if (magic == 2)
            return codec == CompressionCodec.None ? Simple(2)
                : Batch(Compressed(codec, Concat(Record(0, Utf8("k"), Utf8("one")), Record(1, null, null, 0, ("h", null)))), 2, attributes: (short)codec);
        var inner = Concat(Message(magic, 0, null, Utf8("one")), Message(magic, 1, null, Utf8("two")));
        return codec == CompressionCodec.None ? inner : Wrapper(magic, 1, inner, (byte)codec);
    }

    Fetch.Request Fetching(long offset) => new()
    {
        MinBytes = 1,
        MaxBytes = 800,
        Topics = [new() { Topic = topic, TopicId = topicId, Partitions = [new() { FetchOffset = offset, PartitionMaxBytes = 800 }] }],
    };

    ListOffsets.Request Offsets(long time) => new()
    {
        ReplicaId = -1,
        Topics = [new() { Name = topic, Partitions = [new() { Timestamp = time, MaxNumOffsets = 2 }] }],
    };
}
