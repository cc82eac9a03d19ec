namespace Samsa.Protocol;

/// <summary>The numbers of the APIs that clients use, the ones that are not declared here included.</summary>
/// <remarks>The names and numbers are those of Kafka's <c>org.apache.kafka.common.protocol.ApiKeys</c>.</remarks>
public enum ApiKey : short
{
    /// <summary>Appends record batches.</summary>
    Produce = 0,

    /// <summary>Reads record batches.</summary>
    Fetch = 1,

    /// <summary>Finds offsets by time.</summary>
    ListOffsets = 2,

    /// <summary>Brokers, topics, partitions and leaders.</summary>
    Metadata = 3,

    /// <summary>Stores offsets of a group.</summary>
    OffsetCommit = 8,

    /// <summary>Reads offsets of a group.</summary>
    OffsetFetch = 9,

    /// <summary>Finds the coordinator of a group or transaction.</summary>
    FindCoordinator = 10,

    /// <summary>Joins a classic group.</summary>
    JoinGroup = 11,

    /// <summary>Stays in a classic group.</summary>
    Heartbeat = 12,

    /// <summary>Leaves a classic group.</summary>
    LeaveGroup = 13,

    /// <summary>Gives or takes the assignment of a classic group.</summary>
    SyncGroup = 14,

    /// <summary>Describes classic groups.</summary>
    DescribeGroups = 15,

    /// <summary>Lists groups.</summary>
    ListGroups = 16,

    /// <summary>Chooses a SASL mechanism.</summary>
    SaslHandshake = 17,

    /// <summary>Which APIs and versions the broker speaks.</summary>
    ApiVersions = 18,

    /// <summary>Creates topics.</summary>
    CreateTopics = 19,

    /// <summary>Deletes topics.</summary>
    DeleteTopics = 20,

    /// <summary>Deletes records before an offset.</summary>
    DeleteRecords = 21,

    /// <summary>Gives a producer its id and epoch.</summary>
    InitProducerId = 22,

    /// <summary>Where a leader epoch ends.</summary>
    OffsetForLeaderEpoch = 23,

    /// <summary>Adds partitions to a transaction.</summary>
    AddPartitionsToTxn = 24,

    /// <summary>Adds the offsets of a group to a transaction.</summary>
    AddOffsetsToTxn = 25,

    /// <summary>Commits or aborts a transaction.</summary>
    EndTxn = 26,

    /// <summary>Stores offsets of a group in a transaction.</summary>
    TxnOffsetCommit = 28,

    /// <summary>Describes access rules.</summary>
    DescribeAcls = 29,

    /// <summary>Creates access rules.</summary>
    CreateAcls = 30,

    /// <summary>Deletes access rules.</summary>
    DeleteAcls = 31,

    /// <summary>Reads settings.</summary>
    DescribeConfigs = 32,

    /// <summary>Replaces settings.</summary>
    AlterConfigs = 33,

    /// <summary>Carries the tokens of a SASL mechanism.</summary>
    SaslAuthenticate = 36,

    /// <summary>Adds partitions to topics.</summary>
    CreatePartitions = 37,

    /// <summary>Deletes groups.</summary>
    DeleteGroups = 42,

    /// <summary>Elects leaders.</summary>
    ElectLeaders = 43,

    /// <summary>Changes settings.</summary>
    IncrementalAlterConfigs = 44,

    /// <summary>Moves partitions.</summary>
    AlterPartitionReassignments = 45,

    /// <summary>Lists partitions that are being moved.</summary>
    ListPartitionReassignments = 46,

    /// <summary>Deletes offsets of a group.</summary>
    OffsetDelete = 47,

    /// <summary>Reads quotas.</summary>
    DescribeClientQuotas = 48,

    /// <summary>Reads which SCRAM credentials exist.</summary>
    DescribeUserScramCredentials = 50,

    /// <summary>Changes SCRAM credentials.</summary>
    AlterUserScramCredentials = 51,

    /// <summary>Changes features of the cluster.</summary>
    UpdateFeatures = 57,

    /// <summary>Describes the cluster.</summary>
    DescribeCluster = 60,

    /// <summary>Describes producers of partitions.</summary>
    DescribeProducers = 61,

    /// <summary>Describes transactions.</summary>
    DescribeTransactions = 65,

    /// <summary>Lists transactions.</summary>
    ListTransactions = 66,

    /// <summary>Joins and stays in a group of KIP-848.</summary>
    ConsumerGroupHeartbeat = 68,

    /// <summary>Describes groups of KIP-848.</summary>
    ConsumerGroupDescribe = 69,

    /// <summary>Asks which telemetry the broker wants.</summary>
    GetTelemetrySubscriptions = 71,

    /// <summary>Sends telemetry.</summary>
    PushTelemetry = 72,

    /// <summary>Lists what has settings.</summary>
    ListConfigResources = 74,

    /// <summary>Describes topics page by page.</summary>
    DescribeTopicPartitions = 75,

    /// <summary>Joins and stays in a share group.</summary>
    ShareGroupHeartbeat = 76,

    /// <summary>Describes share groups.</summary>
    ShareGroupDescribe = 77,

    /// <summary>Reads records of a share group.</summary>
    ShareFetch = 78,

    /// <summary>Acknowledges records of a share group.</summary>
    ShareAcknowledge = 79,
}
