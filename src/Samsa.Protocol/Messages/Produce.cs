namespace Samsa.Protocol.Messages;

/// <summary>Appends record batches to partitions.</summary>
[Api(0, "0-13", Flexible = 9)]
public static partial class Produce
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        [Since(3)]
        public string? TransactionalId { get; init; }

        public short Acks { get; init; }
        public int TimeoutMs { get; init; }
        public IReadOnlyList<TopicProduceData> TopicData { get; init; } = [];

        public sealed partial record TopicProduceData
        {
            [Until(12)]
            public string Name { get; init; } = "";

            [Since(13)]
            public Guid TopicId { get; init; }

            public IReadOnlyList<PartitionProduceData> PartitionData { get; init; } = [];
        }

        public sealed partial record PartitionProduceData
        {
            public int Index { get; init; }
            public ReadOnlyMemory<byte>? Records { get; init; }
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        public IReadOnlyList<TopicProduceResponse> Responses { get; init; } = [];

        [Since(1)]
        public int ThrottleTimeMs { get; init; }

        [Since(10), Tag(0)]
        public IReadOnlyList<NodeEndpoint> NodeEndpoints { get; init; } = [];

        public sealed partial record TopicProduceResponse
        {
            [Until(12)]
            public string Name { get; init; } = "";

            [Since(13)]
            public Guid TopicId { get; init; }

            public IReadOnlyList<PartitionProduceResponse> PartitionResponses { get; init; } = [];
        }

        public sealed partial record PartitionProduceResponse
        {
            public int Index { get; init; }
            public ErrorCode ErrorCode { get; init; }
            public long BaseOffset { get; init; }

            [Since(2)]
            public long LogAppendTimeMs { get; init; } = -1;

            [Since(5)]
            public long LogStartOffset { get; init; } = -1;

            [Since(8)]
            public IReadOnlyList<BatchIndexAndErrorMessage> RecordErrors { get; init; } = [];

            [Since(8)]
            public string? ErrorMessage { get; init; }

            [Since(10), Tag(0)]
            public LeaderIdAndEpoch CurrentLeader { get; init; } = LeaderIdAndEpoch.None;
        }

        public sealed partial record BatchIndexAndErrorMessage
        {
            public int BatchIndex { get; init; }
            public string? BatchIndexErrorMessage { get; init; }
        }

        public sealed partial record LeaderIdAndEpoch
        {
            public static LeaderIdAndEpoch None { get; } = new();

            public int LeaderId { get; init; } = -1;
            public int LeaderEpoch { get; init; } = -1;
        }

        public sealed partial record NodeEndpoint
        {
            public int NodeId { get; init; }
            public string Host { get; init; } = "";
            public int Port { get; init; }
            public string? Rack { get; init; }
        }
    }
}
