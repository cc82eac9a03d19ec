namespace Samsa.Protocol.Messages;

/// <summary>Finds the broker that coordinates a group or a transactional id.</summary>
[Api(10, "0-6", Flexible = 3)]
public static partial class FindCoordinator
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        [Until(3)]
        public string Key { get; init; } = "";

        [Since(1)]
        public sbyte KeyType { get; init; }

        [Since(4)]
        public IReadOnlyList<string> CoordinatorKeys { get; init; } = [];
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        [Since(1)]
        public int ThrottleTimeMs { get; init; }

        [Until(3)]
        public ErrorCode ErrorCode { get; init; }

        [Since(1), Until(3)]
        public string? ErrorMessage { get; init; }

        [Until(3)]
        public int NodeId { get; init; }

        [Until(3)]
        public string Host { get; init; } = "";

        [Until(3)]
        public int Port { get; init; }

        [Since(4)]
        public IReadOnlyList<Coordinator> Coordinators { get; init; } = [];

        public sealed partial record Coordinator
        {
            public string Key { get; init; } = "";
            public int NodeId { get; init; }
            public string Host { get; init; } = "";
            public int Port { get; init; }
            public ErrorCode ErrorCode { get; init; }
            public string? ErrorMessage { get; init; }
        }
    }
}
