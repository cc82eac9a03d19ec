using Samsa.Protocol.Messages;

namespace Samsa.Protocol;

/// <summary>The APIs that are declared here.</summary>
public static class Apis
{
    static readonly ApiDescription?[] ByKey = new ApiDescription?[128];

    static Apis()
    {
        foreach (var api in Known) ByKey[api.Key] = api;
    }

    /// <summary>All of them, in the order of their keys.</summary>
    public static IReadOnlyList<ApiDescription> Known { get; } =
    [
        Produce.Api, Fetch.Api, ListOffsets.Api, Metadata.Api, FindCoordinator.Api,
        ApiVersions.Api, CreateTopics.Api, DeleteTopics.Api, DeleteRecords.Api, InitProducerId.Api, OffsetForLeaderEpoch.Api,
        DescribeConfigs.Api, CreatePartitions.Api, DescribeCluster.Api, DescribeTopicPartitions.Api,
    ];

    /// <summary>The API with a key, or null when it is not declared here.</summary>
    public static ApiDescription? Find(short key) => (uint)key < (uint)ByKey.Length ? ByKey[key] : null;
}
