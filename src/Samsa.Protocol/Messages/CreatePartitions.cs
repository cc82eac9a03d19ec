namespace Samsa.Protocol.Messages;

/// <summary>Adds partitions to topics (KIP-195).</summary>
[Api(37, "0-3", Flexible = 2)]
public static partial class CreatePartitions
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public IReadOnlyList<CreatePartitionsTopic> Topics { get; init; } = [];
        public int TimeoutMs { get; init; }
        public bool ValidateOnly { get; init; }

        public sealed partial record CreatePartitionsTopic
        {
            public string Name { get; init; } = "";
            public int Count { get; init; }
            public IReadOnlyList<CreatePartitionsAssignment>? Assignments { get; init; } = [];
        }

        public sealed partial record CreatePartitionsAssignment
        {
            public IReadOnlyList<int> BrokerIds { get; init; } = [];
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        public int ThrottleTimeMs { get; init; }
        public IReadOnlyList<CreatePartitionsTopicResult> Results { get; init; } = [];

        public sealed partial record CreatePartitionsTopicResult
        {
            public string Name { get; init; } = "";
            public ErrorCode ErrorCode { get; init; }
            public string? ErrorMessage { get; init; }
        }
    }
}
