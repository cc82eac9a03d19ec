namespace Samsa.Protocol.Messages;

/// <summary>Creates topics.</summary>
[Api(19, "0-7", Flexible = 5)]
public static partial class CreateTopics
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public IReadOnlyList<CreatableTopic> Topics { get; init; } = [];
        public int TimeoutMs { get; init; } = 60000;

        [Since(1)]
        public bool ValidateOnly { get; init; }

        public sealed partial record CreatableTopic
        {
            public string Name { get; init; } = "";
            public int NumPartitions { get; init; }
            public short ReplicationFactor { get; init; }
            public IReadOnlyList<CreatableReplicaAssignment> Assignments { get; init; } = [];
            public IReadOnlyList<CreatableTopicConfig> Configs { get; init; } = [];
        }

        public sealed partial record CreatableReplicaAssignment
        {
            public int PartitionIndex { get; init; }
            public IReadOnlyList<int> BrokerIds { get; init; } = [];
        }

        public sealed partial record CreatableTopicConfig
        {
            public string Name { get; init; } = "";
            public string? Value { get; init; }
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        [Since(2)]
        public int ThrottleTimeMs { get; init; }

        public IReadOnlyList<CreatableTopicResult> Topics { get; init; } = [];

        public sealed partial record CreatableTopicResult
        {
            public string Name { get; init; } = "";

            [Since(7)]
            public Guid TopicId { get; init; }

            public ErrorCode ErrorCode { get; init; }

            [Since(1)]
            public string? ErrorMessage { get; init; }

            [Since(5), Tag(0)]
            public ErrorCode TopicConfigErrorCode { get; init; }

            [Since(5)]
            public int NumPartitions { get; init; } = -1;

            [Since(5)]
            public short ReplicationFactor { get; init; } = -1;

            [Since(5)]
            public IReadOnlyList<CreatableTopicConfigs>? Configs { get; init; } = [];
        }

        public sealed partial record CreatableTopicConfigs
        {
            public string Name { get; init; } = "";
            public string? Value { get; init; }
            public bool ReadOnly { get; init; }
            public sbyte ConfigSource { get; init; } = -1;
            public bool IsSensitive { get; init; }
        }
    }
}
