namespace Samsa.Protocol.Messages;

/// <summary>Deletes topics, by id from version 6.</summary>
[Api(20, "0-6", Flexible = 4)]
public static partial class DeleteTopics
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        [Since(6)]
        public IReadOnlyList<DeleteTopicState> Topics { get; init; } = [];

        [Until(5)]
        public IReadOnlyList<string> TopicNames { get; init; } = [];

        public int TimeoutMs { get; init; }

        public sealed partial record DeleteTopicState
        {
            public string? Name { get; init; }
            public Guid TopicId { get; init; }
        }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        [Since(1)]
        public int ThrottleTimeMs { get; init; }

        public IReadOnlyList<DeletableTopicResult> Responses { get; init; } = [];

        public sealed partial record DeletableTopicResult
        {
            [NullableSince(6)]
            public string? Name { get; init; }

            [Since(6)]
            public Guid TopicId { get; init; }

            public ErrorCode ErrorCode { get; init; }

            [Since(5)]
            public string? ErrorMessage { get; init; }
        }
    }
}
