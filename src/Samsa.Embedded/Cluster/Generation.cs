using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Cluster;

/// <summary>What sets the versions of Kafka apart, in one table. Seen on real brokers of each version.</summary>
sealed class Generation
{
    const long Hour = 60 * 60 * 1000;

    readonly Dictionary<short, SpokenApi> apis;

    Generation(params IReadOnlyList<SpokenApi> apis)
    {
        Apis = apis;
        this.apis = apis.ToDictionary(one => one.Api.Key);
    }

    /// <summary>What it speaks, by rising number.</summary>
    public IReadOnlyList<SpokenApi> Apis { get; }

    /// <summary>The format of the log.</summary>
    public byte StoredMagic { get; private init; } = 2;

    /// <summary>Whether it looks at the version of a request. 0.8.2 reads all as version 0.</summary>
    public bool ChecksVersions { get; private init; } = true;

    /// <summary>Whether the refusal of an ApiVersions request names the versions it could have had (KIP-511).</summary>
    public bool RefusalNamesRange { get; private init; } = true;

    /// <summary>Whether topics are created and deleted by the controller alone; with KRaft any broker passes the request on.</summary>
    public bool OnlyControllerCreates { get; private init; } = true;

    /// <summary>What is answered about a topic that is only now being created.</summary>
    public ErrorCode WhileCreating { get; private init; } = ErrorCode.LeaderNotAvailable;

    /// <summary>
    /// Whether brokers are named before there is a topic. Those of 0.8.2 hear of each other when the first one is
    /// created.
    /// </summary>
    public bool NamesBrokersAtOnce { get; private init; } = true;

    /// <summary>Whether acknowledgements other than 0, 1 and all are refused.</summary>
    public bool ChecksAcks { get; private init; } = true;

    /// <summary>
    /// Whether a producer that is not known must begin with sequence 0, or is answered UNKNOWN_PRODUCER_ID; from 2.5 on
    /// it may begin anywhere.
    /// </summary>
    public bool WantsKnownProducers { get; private init; }

    /// <summary>Whether readers of everything are told the last stable offset, too.</summary>
    public bool TellsStableOffset { get; private init; } = true;

    /// <summary>Whether times below −2 are commands to ListOffsets, and unknown ones refused; before 3.0 they are times.</summary>
    public bool HasSpecialTimes { get; private init; } = true;

    /// <summary>
    /// Whether a batch that cannot be is answered INVALID_RECORD. Before 2.4 it was CORRUPT_MESSAGE, the connection was
    /// closed on one that is not even in the form a request of its version has, and a client that set the log append time
    /// itself was refused.
    /// </summary>
    public bool KnowsInvalidRecords { get; private init; } = true;

    /// <summary>Whether the settings of a topic that is not there are told as if it were; from 2.x on it is an error.</summary>
    public bool DescribesMissingTopics { get; private init; }

    /// <summary>How far timestamps may be ahead of the clock, in ms.</summary>
    public long MaxTimestampAheadMs { get; private init; } = long.MaxValue;

    public static Generation Of(KafkaProfile profile) => profile switch
    {
        KafkaProfile.V0_8_2 => V0_8_2,
        KafkaProfile.V0_10_2 => V0_10_2,
        KafkaProfile.V1_1 => V1_1,
        KafkaProfile.V3_9 => V3_9,
        KafkaProfile.V4_3 => V4_3,
        _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, "There is no such profile."),
    };

    public SpokenApi? Find(short key) => apis.TryGetValue(key, out var found) ? found : null;

#pragma warning disable CA1707 // The same names as the profiles have.
    static Generation V0_8_2 { get; } = new(
        new SpokenApi(Produce.Api, 0, 0),
        new SpokenApi(Fetch.Api, 0, 0),
        new SpokenApi(ListOffsets.Api, 0, 0),
        new SpokenApi(Metadata.Api, 0, 0),
        new SpokenApi(FindCoordinator.Api, 0, 0))
    {
        StoredMagic = 0,
        ChecksVersions = false,
        NamesBrokersAtOnce = false,
        ChecksAcks = false,
        HasSpecialTimes = false,
    };

    static Generation V0_10_2 { get; } = new(
        new SpokenApi(Produce.Api, 0, 2),
        new SpokenApi(Fetch.Api, 0, 3),
        new SpokenApi(ListOffsets.Api, 0, 1),
        new SpokenApi(Metadata.Api, 0, 2),
        new SpokenApi(FindCoordinator.Api, 0, 0),
        new SpokenApi(ApiVersions.Api, 0, 0),
        new SpokenApi(CreateTopics.Api, 0, 1),
        new SpokenApi(DeleteTopics.Api, 0, 0))
    {
        StoredMagic = 1,
        RefusalNamesRange = false,
        HasSpecialTimes = false,
    };

    static Generation V1_1 { get; } = new(
        new SpokenApi(Produce.Api, 0, 5),
        new SpokenApi(Fetch.Api, 0, 7),
        new SpokenApi(ListOffsets.Api, 0, 2),
        new SpokenApi(Metadata.Api, 0, 5),
        new SpokenApi(FindCoordinator.Api, 0, 1),
        new SpokenApi(ApiVersions.Api, 0, 1),
        new SpokenApi(CreateTopics.Api, 0, 2),
        new SpokenApi(DeleteTopics.Api, 0, 1),
        new SpokenApi(DeleteRecords.Api, 0, 0),
        new SpokenApi(InitProducerId.Api, 0, 0),
        new SpokenApi(OffsetForLeaderEpoch.Api, 0, 0),
        new SpokenApi(DescribeConfigs.Api, 0, 1),
        new SpokenApi(CreatePartitions.Api, 0, 0))
    {
        RefusalNamesRange = false,
        HasSpecialTimes = false,
        WantsKnownProducers = true,
        TellsStableOffset = false,
        KnowsInvalidRecords = false,
        DescribesMissingTopics = true,
    };

    static Generation V3_9 { get; } = new(
        new SpokenApi(Produce.Api, 0, 11),
        new SpokenApi(Fetch.Api, 0, 17),
        new SpokenApi(ListOffsets.Api, 0, 9),
        new SpokenApi(Metadata.Api, 0, 12),
        new SpokenApi(FindCoordinator.Api, 0, 6),
        new SpokenApi(ApiVersions.Api, 0, 4),
        new SpokenApi(CreateTopics.Api, 0, 7),
        new SpokenApi(DeleteTopics.Api, 0, 6),
        new SpokenApi(DeleteRecords.Api, 0, 2),
        new SpokenApi(InitProducerId.Api, 0, 5),
        new SpokenApi(OffsetForLeaderEpoch.Api, 0, 4),
        new SpokenApi(DescribeConfigs.Api, 0, 4),
        new SpokenApi(CreatePartitions.Api, 0, 3),
        new SpokenApi(DescribeCluster.Api, 0, 1));

    // Produce is advertised from 0 on though 0 to 2 are refused: old librdkafka wants to see 0 (KAFKA-18659).
    static Generation V4_3 { get; } = new(
        new SpokenApi(Produce.Api, 3, 13) { AdvertisedMin = 0 },
        new SpokenApi(Fetch.Api, 4, 18),
        new SpokenApi(ListOffsets.Api, 1, 11),
        new SpokenApi(Metadata.Api, 0, 13),
        new SpokenApi(FindCoordinator.Api, 0, 6),
        new SpokenApi(ApiVersions.Api, 0, 4),
        new SpokenApi(CreateTopics.Api, 2, 7),
        new SpokenApi(DeleteTopics.Api, 1, 6),
        new SpokenApi(DeleteRecords.Api, 0, 2),
        new SpokenApi(InitProducerId.Api, 0, 5),
        new SpokenApi(OffsetForLeaderEpoch.Api, 2, 4),
        new SpokenApi(DescribeConfigs.Api, 1, 4),
        new SpokenApi(CreatePartitions.Api, 0, 3),
        new SpokenApi(DescribeCluster.Api, 0, 2),
        new SpokenApi(DescribeTopicPartitions.Api, 0, 0))
    {
        OnlyControllerCreates = false,
        WhileCreating = ErrorCode.UnknownTopicOrPartition,
        MaxTimestampAheadMs = Hour,
    };
#pragma warning restore CA1707
}

/// <summary>An API, and the versions of it that are answered.</summary>
sealed record SpokenApi(ApiDescription Api, short Min, short Max)
{
    /// <summary>The lowest version that is advertised.</summary>
    public short AdvertisedMin { get; init; } = Min;

    public bool Speaks(short version) => version >= Min && version <= Max;
}
