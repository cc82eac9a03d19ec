namespace Samsa.Protocol.Messages;

/// <summary>Which APIs and versions a broker speaks (KIP-35, KIP-511).</summary>
[Api(18, "0-4", Flexible = 3)]
public static partial class ApiVersions
{
    /// <summary>The question.</summary>
    public sealed partial record Request : IMessage<Request>, IRequest<Response>
    {
        [Since(3)]
        public string ClientSoftwareName { get; init; } = "";

        [Since(3)]
        public string ClientSoftwareVersion { get; init; } = "";
    }

    /// <summary>The answer.</summary>
    public sealed partial record Response : IMessage<Response>
    {
        public ErrorCode ErrorCode { get; init; }
        public IReadOnlyList<ApiVersion> ApiKeys { get; init; } = [];

        [Since(1)]
        public int ThrottleTimeMs { get; init; }

        [Since(3), Tag(0)]
        public IReadOnlyList<SupportedFeatureKey> SupportedFeatures { get; init; } = [];

        [Since(3), Tag(1)]
        public long FinalizedFeaturesEpoch { get; init; } = -1;

        [Since(3), Tag(2)]
        public IReadOnlyList<FinalizedFeatureKey> FinalizedFeatures { get; init; } = [];

        [Since(3), Tag(3)]
        public bool ZkMigrationReady { get; init; }

        public sealed partial record ApiVersion
        {
            public short ApiKey { get; init; }
            public short MinVersion { get; init; }
            public short MaxVersion { get; init; }
        }

        public sealed partial record SupportedFeatureKey
        {
            public string Name { get; init; } = "";
            public short MinVersion { get; init; }
            public short MaxVersion { get; init; }
        }

        public sealed partial record FinalizedFeatureKey
        {
            public string Name { get; init; } = "";
            public short MaxVersionLevel { get; init; }
            public short MinVersionLevel { get; init; }
        }
    }
}
