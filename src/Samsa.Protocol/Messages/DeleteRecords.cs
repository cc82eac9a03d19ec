namespace Samsa.Protocol.Messages;

/// <summary>Deletes what lies before an offset (KIP-107).</summary>
[Api(21, "0-2", Flexible = 2)]
public static partial class DeleteRecords
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public IReadOnlyList<DeleteRecordsTopic> Topics { get; init; } = [];
        public int TimeoutMs { get; init; }

        public sealed partial record DeleteRecordsTopic
        {
            public string Name { get; init; } = "";
            public IReadOnlyList<DeleteRecordsPartition> Partitions { get; init; } = [];
        }

        public sealed partial record DeleteRecordsPartition
        {
            public int PartitionIndex { get; init; }
            public long Offset { get; init; }
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        public int ThrottleTimeMs { get; init; }
        public IReadOnlyList<DeleteRecordsTopicResult> Topics { get; init; } = [];

        public sealed partial record DeleteRecordsTopicResult
        {
            public string Name { get; init; } = "";
            public IReadOnlyList<DeleteRecordsPartitionResult> Partitions { get; init; } = [];
        }

        public sealed partial record DeleteRecordsPartitionResult
        {
            public int PartitionIndex { get; init; }
            public long LowWatermark { get; init; }
            public ErrorCode ErrorCode { get; init; }
        }
    }
}
