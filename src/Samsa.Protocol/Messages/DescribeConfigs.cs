namespace Samsa.Protocol.Messages;

/// <summary>What is set for topics and brokers (KIP-133).</summary>
[Api(32, "0-4", Flexible = 4)]
public static partial class DescribeConfigs
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public IReadOnlyList<DescribeConfigsResource> Resources { get; init; } = [];

        [Since(1)]
        public bool IncludeSynonyms { get; init; }

        [Since(3)]
        public bool IncludeDocumentation { get; init; }

        public sealed partial record DescribeConfigsResource
        {
            public sbyte ResourceType { get; init; }
            public string ResourceName { get; init; } = "";
            public IReadOnlyList<string>? ConfigurationKeys { get; init; } = [];
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        public int ThrottleTimeMs { get; init; }
        public IReadOnlyList<DescribeConfigsResult> Results { get; init; } = [];

        public sealed partial record DescribeConfigsResult
        {
            public ErrorCode ErrorCode { get; init; }
            public string? ErrorMessage { get; init; }
            public sbyte ResourceType { get; init; }
            public string ResourceName { get; init; } = "";
            public IReadOnlyList<DescribeConfigsResourceResult> Configs { get; init; } = [];
        }

        public sealed partial record DescribeConfigsResourceResult
        {
            public string Name { get; init; } = "";
            public string? Value { get; init; }
            public bool ReadOnly { get; init; }

            [Until(0)]
            public bool IsDefault { get; init; }

            [Since(1)]
            public sbyte ConfigSource { get; init; } = -1;

            public bool IsSensitive { get; init; }

            [Since(1)]
            public IReadOnlyList<DescribeConfigsSynonym> Synonyms { get; init; } = [];

            [Since(3)]
            public sbyte ConfigType { get; init; }

            [Since(3)]
            public string? Documentation { get; init; }
        }

        public sealed partial record DescribeConfigsSynonym
        {
            public string Name { get; init; } = "";
            public string? Value { get; init; }
            public sbyte Source { get; init; }
        }
    }
}
