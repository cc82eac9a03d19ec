namespace Samsa.Protocol.Messages;

/// <summary>Where the records end that a leader of the past has written (KIP-101, for readers KIP-320).</summary>
[Api(23, "0-4", Flexible = 4)]
public static partial class OffsetForLeaderEpoch
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        [Since(3)]
        public int ReplicaId { get; init; } = -2;

        public IReadOnlyList<OffsetForLeaderTopic> Topics { get; init; } = [];

        public sealed partial record OffsetForLeaderTopic
        {
            public string Topic { get; init; } = "";
            public IReadOnlyList<OffsetForLeaderPartition> Partitions { get; init; } = [];
        }

        public sealed partial record OffsetForLeaderPartition
        {
            public int Partition { get; init; }

            [Since(2)]
            public int CurrentLeaderEpoch { get; init; } = -1;

            public int LeaderEpoch { get; init; }
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        [Since(2)]
        public int ThrottleTimeMs { get; init; }

        public IReadOnlyList<OffsetForLeaderTopicResult> Topics { get; init; } = [];

        public sealed partial record OffsetForLeaderTopicResult
        {
            public string Topic { get; init; } = "";
            public IReadOnlyList<EpochEndOffset> Partitions { get; init; } = [];
        }

        public sealed partial record EpochEndOffset
        {
            public ErrorCode ErrorCode { get; init; }
            public int Partition { get; init; }

            [Since(1)]
            public int LeaderEpoch { get; init; } = -1;

            public long EndOffset { get; init; } = -1;
        }
    }
}
