namespace Samsa.Protocol.Messages;

/// <summary>Brokers, topics, partitions and their leaders.</summary>
[Api(3, "0-13", Flexible = 9)]
public static partial class Metadata
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        [NullableSince(1)]
        public IReadOnlyList<MetadataRequestTopic>? Topics { get; init; } = [];

        [Since(4)]
        public bool AllowAutoTopicCreation { get; init; } = true;

        [Since(8), Until(10)]
        public bool IncludeClusterAuthorizedOperations { get; init; }

        [Since(8)]
        public bool IncludeTopicAuthorizedOperations { get; init; }

        public sealed partial record MetadataRequestTopic
        {
            [Since(10)]
            public Guid TopicId { get; init; }

            [NullableSince(10)]
            public string? Name { get; init; }
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        [Since(3)]
        public int ThrottleTimeMs { get; init; }

        public IReadOnlyList<MetadataResponseBroker> Brokers { get; init; } = [];

        [Since(2)]
        public string? ClusterId { get; init; }

        [Since(1)]
        public int ControllerId { get; init; } = -1;

        public IReadOnlyList<MetadataResponseTopic> Topics { get; init; } = [];

        [Since(8), Until(10)]
        public int ClusterAuthorizedOperations { get; init; } = int.MinValue;

        [Since(13)]
        public ErrorCode ErrorCode { get; init; }

        public sealed partial record MetadataResponseBroker
        {
            public int NodeId { get; init; }
            public string Host { get; init; } = "";
            public int Port { get; init; }

            [Since(1)]
            public string? Rack { get; init; }
        }

        public sealed partial record MetadataResponseTopic
        {
            public ErrorCode ErrorCode { get; init; }

            [NullableSince(12)]
            public string? Name { get; init; }

            [Since(10)]
            public Guid TopicId { get; init; }

            [Since(1)]
            public bool IsInternal { get; init; }

            public IReadOnlyList<MetadataResponsePartition> Partitions { get; init; } = [];

            [Since(8)]
            public int TopicAuthorizedOperations { get; init; } = int.MinValue;
        }

        public sealed partial record MetadataResponsePartition
        {
            public ErrorCode ErrorCode { get; init; }
            public int PartitionIndex { get; init; }
            public int LeaderId { get; init; }

            [Since(7)]
            public int LeaderEpoch { get; init; } = -1;

            public IReadOnlyList<int> ReplicaNodes { get; init; } = [];
            public IReadOnlyList<int> IsrNodes { get; init; } = [];

            [Since(5)]
            public IReadOnlyList<int> OfflineReplicas { get; init; } = [];
        }
    }
}
