namespace Samsa.Protocol.Messages;

/// <summary>The partitions of topics, in pages (KIP-966).</summary>
[Api(75, "0", Flexible = 0)]
public static partial class DescribeTopicPartitions
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public IReadOnlyList<TopicRequest> Topics { get; init; } = [];
        public int ResponsePartitionLimit { get; init; } = 2000;
        public From? Cursor { get; init; }

        public sealed partial record TopicRequest
        {
            public string Name { get; init; } = "";
        }

        /// <summary>Where a page begins.</summary>
        public sealed partial record From
        {
            public string TopicName { get; init; } = "";
            public int PartitionIndex { get; init; }
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        public int ThrottleTimeMs { get; init; }
        public IReadOnlyList<DescribeTopicPartitionsResponseTopic> Topics { get; init; } = [];
        public Next? NextCursor { get; init; }

        public sealed partial record DescribeTopicPartitionsResponseTopic
        {
            public ErrorCode ErrorCode { get; init; }
            public string? Name { get; init; }
            public Guid TopicId { get; init; }
            public bool IsInternal { get; init; }
            public IReadOnlyList<DescribeTopicPartitionsResponsePartition> Partitions { get; init; } = [];
            public int TopicAuthorizedOperations { get; init; } = int.MinValue;
        }

        public sealed partial record DescribeTopicPartitionsResponsePartition
        {
            public ErrorCode ErrorCode { get; init; }
            public int PartitionIndex { get; init; }
            public int LeaderId { get; init; }
            public int LeaderEpoch { get; init; } = -1;
            public IReadOnlyList<int> ReplicaNodes { get; init; } = [];
            public IReadOnlyList<int> IsrNodes { get; init; } = [];
            public IReadOnlyList<int>? EligibleLeaderReplicas { get; init; }
            public IReadOnlyList<int>? LastKnownElr { get; init; }
            public IReadOnlyList<int> OfflineReplicas { get; init; } = [];
        }

        /// <summary>Where the next page begins; null after the last one.</summary>
        public sealed partial record Next
        {
            public string TopicName { get; init; } = "";
            public int PartitionIndex { get; init; }
        }
    }
}
