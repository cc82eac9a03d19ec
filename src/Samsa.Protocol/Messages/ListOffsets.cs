namespace Samsa.Protocol.Messages;

/// <summary>Finds offsets by time, and the ends of partitions.</summary>
[Api(2, "0-11", Flexible = 6)]
public static partial class ListOffsets
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public int ReplicaId { get; init; }

        [Since(2)]
        public sbyte IsolationLevel { get; init; }

        public IReadOnlyList<ListOffsetsTopic> Topics { get; init; } = [];

        [Since(10)]
        public int TimeoutMs { get; init; }

        public sealed partial record ListOffsetsTopic
        {
            public string Name { get; init; } = "";
            public IReadOnlyList<ListOffsetsPartition> Partitions { get; init; } = [];
        }

        public sealed partial record ListOffsetsPartition
        {
            public int PartitionIndex { get; init; }

            [Since(4)]
            public int CurrentLeaderEpoch { get; init; } = -1;

            public long Timestamp { get; init; }

            [Until(0)]
            public int MaxNumOffsets { get; init; } = 1;
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        [Since(2)]
        public int ThrottleTimeMs { get; init; }

        public IReadOnlyList<ListOffsetsTopicResponse> Topics { get; init; } = [];

        public sealed partial record ListOffsetsTopicResponse
        {
            public string Name { get; init; } = "";
            public IReadOnlyList<ListOffsetsPartitionResponse> Partitions { get; init; } = [];
        }

        public sealed partial record ListOffsetsPartitionResponse
        {
            public int PartitionIndex { get; init; }
            public ErrorCode ErrorCode { get; init; }

            [Until(0)]
            public IReadOnlyList<long> OldStyleOffsets { get; init; } = [];

            [Since(1)]
            public long Timestamp { get; init; } = -1;

            [Since(1)]
            public long Offset { get; init; } = -1;

            [Since(4)]
            public int LeaderEpoch { get; init; } = -1;
        }
    }
}
