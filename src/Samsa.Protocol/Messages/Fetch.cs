namespace Samsa.Protocol.Messages;

/// <summary>Reads record batches from partitions, in sessions from version 7 (KIP-227).</summary>
[Api(1, "0-18", Flexible = 12)]
public static partial class Fetch
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        [Since(12), Tag(0)]
        public string? ClusterId { get; init; }

        [Until(14)]
        public int ReplicaId { get; init; } = -1;

        [Since(15), Tag(1)]
        public FollowerState ReplicaState { get; init; } = FollowerState.None;

        public int MaxWaitMs { get; init; }
        public int MinBytes { get; init; }

        [Since(3)]
        public int MaxBytes { get; init; } = int.MaxValue;

        [Since(4)]
        public sbyte IsolationLevel { get; init; }

        [Since(7)]
        public int SessionId { get; init; }

        [Since(7)]
        public int SessionEpoch { get; init; } = -1;

        public IReadOnlyList<FetchTopic> Topics { get; init; } = [];

        [Since(7)]
        public IReadOnlyList<ForgottenTopic> ForgottenTopicsData { get; init; } = [];

        [Since(11)]
        public string RackId { get; init; } = "";

        public sealed partial record FollowerState
        {
            public static FollowerState None { get; } = new();

            public int ReplicaId { get; init; } = -1;
            public long ReplicaEpoch { get; init; } = -1;
        }

        public sealed partial record FetchTopic
        {
            [Until(12)]
            public string Topic { get; init; } = "";

            [Since(13)]
            public Guid TopicId { get; init; }

            public IReadOnlyList<FetchPartition> Partitions { get; init; } = [];
        }

        public sealed partial record FetchPartition
        {
            public int Partition { get; init; }

            [Since(9)]
            public int CurrentLeaderEpoch { get; init; } = -1;

            public long FetchOffset { get; init; }

            [Since(12)]
            public int LastFetchedEpoch { get; init; } = -1;

            [Since(5)]
            public long LogStartOffset { get; init; } = -1;

            public int PartitionMaxBytes { get; init; }

            [Since(17), Tag(0)]
            public Guid ReplicaDirectoryId { get; init; }

            [Since(18), Tag(1)]
            public long HighWatermark { get; init; } = long.MaxValue;
        }

        public sealed partial record ForgottenTopic
        {
            [Until(12)]
            public string Topic { get; init; } = "";

            [Since(13)]
            public Guid TopicId { get; init; }

            public IReadOnlyList<int> Partitions { get; init; } = [];
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        [Since(1)]
        public int ThrottleTimeMs { get; init; }

        [Since(7)]
        public ErrorCode ErrorCode { get; init; }

        [Since(7)]
        public int SessionId { get; init; }

        public IReadOnlyList<FetchableTopicResponse> Responses { get; init; } = [];

        [Since(16), Tag(0)]
        public IReadOnlyList<NodeEndpoint> NodeEndpoints { get; init; } = [];

        public sealed partial record FetchableTopicResponse
        {
            [Until(12)]
            public string Topic { get; init; } = "";

            [Since(13)]
            public Guid TopicId { get; init; }

            public IReadOnlyList<PartitionData> Partitions { get; init; } = [];
        }

        public sealed partial record PartitionData
        {
            public int PartitionIndex { get; init; }
            public ErrorCode ErrorCode { get; init; }
            public long HighWatermark { get; init; }

            [Since(4)]
            public long LastStableOffset { get; init; } = -1;

            [Since(5)]
            public long LogStartOffset { get; init; } = -1;

            [Since(12), Tag(0)]
            public EpochEndOffset DivergingEpoch { get; init; } = EpochEndOffset.None;

            [Since(12), Tag(1)]
            public LeaderIdAndEpoch CurrentLeader { get; init; } = LeaderIdAndEpoch.None;

            [Since(12), Tag(2)]
            public SnapshotEnd SnapshotId { get; init; } = SnapshotEnd.None;

            [Since(4)]
            public IReadOnlyList<AbortedTransaction>? AbortedTransactions { get; init; } = [];

            [Since(11)]
            public int PreferredReadReplica { get; init; } = -1;

            public ReadOnlyMemory<byte>? Records { get; init; }
        }

        public sealed partial record EpochEndOffset
        {
            public static EpochEndOffset None { get; } = new();

            public int Epoch { get; init; } = -1;
            public long EndOffset { get; init; } = -1;
        }

        public sealed partial record LeaderIdAndEpoch
        {
            public static LeaderIdAndEpoch None { get; } = new();

            public int LeaderId { get; init; } = -1;
            public int LeaderEpoch { get; init; } = -1;
        }

        public sealed partial record SnapshotEnd
        {
            public static SnapshotEnd None { get; } = new();

            public long EndOffset { get; init; } = -1;
            public int Epoch { get; init; } = -1;
        }

        public sealed partial record AbortedTransaction
        {
            public long ProducerId { get; init; }
            public long FirstOffset { get; init; }
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
