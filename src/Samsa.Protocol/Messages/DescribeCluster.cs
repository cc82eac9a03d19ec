namespace Samsa.Protocol.Messages;

/// <summary>The brokers of a cluster, without its topics (KIP-700).</summary>
[Api(60, "0-2", Flexible = 0)]
public static partial class DescribeCluster
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        public bool IncludeClusterAuthorizedOperations { get; init; }

        [Since(1)]
        public sbyte EndpointType { get; init; } = 1;

        [Since(2)]
        public bool IncludeFencedBrokers { get; init; }
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        public int ThrottleTimeMs { get; init; }
        public ErrorCode ErrorCode { get; init; }
        public string? ErrorMessage { get; init; }

        [Since(1)]
        public sbyte EndpointType { get; init; } = 1;

        public string ClusterId { get; init; } = "";
        public int ControllerId { get; init; } = -1;
        public IReadOnlyList<DescribeClusterBroker> Brokers { get; init; } = [];
        public int ClusterAuthorizedOperations { get; init; } = int.MinValue;

        public sealed partial record DescribeClusterBroker
        {
            public int BrokerId { get; init; }
            public string Host { get; init; } = "";
            public int Port { get; init; }
            public string? Rack { get; init; }

            [Since(2)]
            public bool IsFenced { get; init; }
        }
    }
}
