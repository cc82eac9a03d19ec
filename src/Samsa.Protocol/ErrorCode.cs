namespace Samsa.Protocol;

/// <summary>What a broker answers when something is not as asked. Codes that are not named here are possible.</summary>
/// <remarks>The names and numbers are those of Kafka's <c>org.apache.kafka.common.protocol.Errors</c>;
/// <see cref="ErrorCodes"/> knows its spelling.</remarks>
public enum ErrorCode : short
{
    /// <summary>The broker failed in a way it has no code for.</summary>
    UnknownServerError = -1,

    /// <summary>All is well.</summary>
    None = 0,

    /// <summary>The offset is below the start or above the end of the log.</summary>
    OffsetOutOfRange = 1,

    /// <summary>A checksum, size or key of the records is wrong.</summary>
    CorruptMessage = 2,

    /// <summary>The broker does not know the topic or partition, perhaps not yet.</summary>
    UnknownTopicOrPartition = 3,

    /// <summary>The fetch asks for an impossible number of bytes.</summary>
    InvalidFetchSize = 4,

    /// <summary>The partition has no leader while one is elected.</summary>
    LeaderNotAvailable = 5,

    /// <summary>The broker does not lead the partition (any more), or holds no replica of it.</summary>
    NotLeaderOrFollower = 6,

    /// <summary>The broker did not finish in the time the request gave it.</summary>
    RequestTimedOut = 7,

    /// <summary>The broker is not there.</summary>
    BrokerNotAvailable = 8,

    /// <summary>A replica is not there; the leader may be usable all the same.</summary>
    ReplicaNotAvailable = 9,

    /// <summary>The batch is larger than the topic allows (max.message.bytes).</summary>
    MessageTooLarge = 10,

    /// <summary>The controller has moved.</summary>
    StaleControllerEpoch = 11,

    /// <summary>The text beside a committed offset is too long.</summary>
    OffsetMetadataTooLarge = 12,

    /// <summary>The connection ended before the answer came. To brokers of 0.8 it is a stale leader epoch.</summary>
    NetworkException = 13,

    /// <summary>The coordinator is still reading its log.</summary>
    CoordinatorLoadInProgress = 14,

    /// <summary>No coordinator is ready.</summary>
    CoordinatorNotAvailable = 15,

    /// <summary>The broker does not coordinate the group or transaction (any more).</summary>
    NotCoordinator = 16,

    /// <summary>The topic name is illegal, or the topic may not be used so.</summary>
    InvalidTopic = 17,

    /// <summary>The batch is larger than a segment of the log.</summary>
    RecordListTooLarge = 18,

    /// <summary>Too few replicas are in sync; nothing was written.</summary>
    NotEnoughReplicas = 19,

    /// <summary>The records were written, then too few replicas were in sync.</summary>
    NotEnoughReplicasAfterAppend = 20,

    /// <summary>Acks can be 0, 1 or −1.</summary>
    InvalidRequiredAcks = 21,

    /// <summary>The group has gone on to another generation.</summary>
    IllegalGeneration = 22,

    /// <summary>The member shares no protocol with the group.</summary>
    InconsistentGroupProtocol = 23,

    /// <summary>The group id is empty or illegal.</summary>
    InvalidGroupId = 24,

    /// <summary>The coordinator does not know the member.</summary>
    UnknownMemberId = 25,

    /// <summary>The session timeout is outside of what the broker allows.</summary>
    InvalidSessionTimeout = 26,

    /// <summary>The group is rebalancing; the member must join again.</summary>
    RebalanceInProgress = 27,

    /// <summary>The commit is too large for the log of the group.</summary>
    InvalidCommitOffsetSize = 28,

    /// <summary>The client may not do this with the topic.</summary>
    TopicAuthorizationFailed = 29,

    /// <summary>The client may not do this with the group.</summary>
    GroupAuthorizationFailed = 30,

    /// <summary>The client may not do this with the cluster.</summary>
    ClusterAuthorizationFailed = 31,

    /// <summary>A timestamp is outside of what the topic allows.</summary>
    InvalidTimestamp = 32,

    /// <summary>The broker does not offer the SASL mechanism.</summary>
    UnsupportedSaslMechanism = 33,

    /// <summary>The request does not fit the state of the authentication.</summary>
    IllegalSaslState = 34,

    /// <summary>The broker does not speak the version of the request.</summary>
    UnsupportedVersion = 35,

    /// <summary>A topic of the name exists.</summary>
    TopicAlreadyExists = 36,

    /// <summary>The number of partitions is impossible.</summary>
    InvalidPartitions = 37,

    /// <summary>The number of replicas is impossible with the brokers there are.</summary>
    InvalidReplicationFactor = 38,

    /// <summary>The assignment of replicas to brokers is wrong.</summary>
    InvalidReplicaAssignment = 39,

    /// <summary>A setting has an illegal value.</summary>
    InvalidConfig = 40,

    /// <summary>The broker is not the controller.</summary>
    NotController = 41,

    /// <summary>The request makes no sense to the broker.</summary>
    InvalidRequest = 42,

    /// <summary>The log keeps its records in a format that is too old for this.</summary>
    UnsupportedForMessageFormat = 43,

    /// <summary>A policy of the cluster forbids this.</summary>
    PolicyViolation = 44,

    /// <summary>A sequence number leaves a gap after the last one.</summary>
    OutOfOrderSequence = 45,

    /// <summary>The batch was written before; for a retry this is success.</summary>
    DuplicateSequence = 46,

    /// <summary>A newer producer has taken over the producer id.</summary>
    InvalidProducerEpoch = 47,

    /// <summary>The transaction is in a state that does not allow this.</summary>
    InvalidTxnState = 48,

    /// <summary>The producer id does not belong to the transactional id.</summary>
    InvalidProducerIdMapping = 49,

    /// <summary>The transaction timeout is longer than the broker allows.</summary>
    InvalidTransactionTimeout = 50,

    /// <summary>The transaction is still finishing its last step.</summary>
    ConcurrentTransactions = 51,

    /// <summary>A newer coordinator has taken over the transaction.</summary>
    TransactionCoordinatorFenced = 52,

    /// <summary>The client may not use the transactional id.</summary>
    TransactionalIdAuthorizationFailed = 53,

    /// <summary>The broker has no authorizer.</summary>
    SecurityDisabled = 54,

    /// <summary>The broker stopped before it came to this item.</summary>
    OperationNotAttempted = 55,

    /// <summary>A disk of the broker failed.</summary>
    KafkaStorageError = 56,

    /// <summary>The broker has no such log directory.</summary>
    LogDirNotFound = 57,

    /// <summary>The credentials were refused.</summary>
    SaslAuthenticationFailed = 58,

    /// <summary>The broker has forgotten the producer, perhaps with its last records.</summary>
    UnknownProducerId = 59,

    /// <summary>The partition is being moved.</summary>
    ReassignmentInProgress = 60,

    /// <summary>The broker does not offer delegation tokens.</summary>
    DelegationTokenAuthDisabled = 61,

    /// <summary>The broker does not know the delegation token.</summary>
    DelegationTokenNotFound = 62,

    /// <summary>The delegation token belongs to somebody else.</summary>
    DelegationTokenOwnerMismatch = 63,

    /// <summary>Delegation tokens cannot be asked for on such a connection.</summary>
    DelegationTokenRequestNotAllowed = 64,

    /// <summary>The client may not do this with the delegation token.</summary>
    DelegationTokenAuthorizationFailed = 65,

    /// <summary>The delegation token is past its time.</summary>
    DelegationTokenExpired = 66,

    /// <summary>The type of the principal is not known.</summary>
    InvalidPrincipalType = 67,

    /// <summary>The group still has members.</summary>
    NonEmptyGroup = 68,

    /// <summary>There is no such group.</summary>
    GroupIdNotFound = 69,

    /// <summary>The broker has dropped the fetch session.</summary>
    FetchSessionIdNotFound = 70,

    /// <summary>The fetch session is at another step.</summary>
    InvalidFetchSessionEpoch = 71,

    /// <summary>The leader has no listener of the kind we came in by.</summary>
    ListenerNotFound = 72,

    /// <summary>The cluster does not delete topics.</summary>
    TopicDeletionDisabled = 73,

    /// <summary>Our leader epoch is older than the broker's.</summary>
    FencedLeaderEpoch = 74,

    /// <summary>Our leader epoch is newer than the broker's.</summary>
    UnknownLeaderEpoch = 75,

    /// <summary>The version of the request does not allow the compression.</summary>
    UnsupportedCompressionType = 76,

    /// <summary>The broker has registered anew.</summary>
    StaleBrokerEpoch = 77,

    /// <summary>A new leader does not know the end of its log yet.</summary>
    OffsetNotAvailable = 78,

    /// <summary>Join again with the member id that came with the answer.</summary>
    MemberIdRequired = 79,

    /// <summary>The preferred leader is not there.</summary>
    PreferredLeaderNotAvailable = 80,

    /// <summary>The group has as many members as it may.</summary>
    GroupMaxSizeReached = 81,

    /// <summary>Another member has taken over the static instance id.</summary>
    FencedInstanceId = 82,

    /// <summary>No replica that could lead is there.</summary>
    EligibleLeadersNotAvailable = 83,

    /// <summary>The wanted leader leads already.</summary>
    ElectionNotNeeded = 84,

    /// <summary>The partition is not being moved.</summary>
    NoReassignmentInProgress = 85,

    /// <summary>Offsets of a topic that the group reads cannot be deleted.</summary>
    GroupSubscribedToTopic = 86,

    /// <summary>The broker refuses a record or the shape of the batch.</summary>
    InvalidRecord = 87,

    /// <summary>An open transaction still holds offsets of the group.</summary>
    UnstableOffsetCommit = 88,

    /// <summary>The client asks too much too fast.</summary>
    ThrottlingQuotaExceeded = 89,

    /// <summary>A newer producer with the same transactional id has taken over.</summary>
    ProducerFenced = 90,

    /// <summary>What was asked for does not exist.</summary>
    ResourceNotFound = 91,

    /// <summary>The same thing was asked for twice.</summary>
    DuplicateResource = 92,

    /// <summary>The credential does not meet the rules.</summary>
    UnacceptableCredential = 93,

    /// <summary>Voters disagree about who votes.</summary>
    InconsistentVoterSet = 94,

    /// <summary>The version of the update is wrong.</summary>
    InvalidUpdateVersion = 95,

    /// <summary>Features could not be changed.</summary>
    FeatureUpdateFailed = 96,

    /// <summary>The brokers cannot read each other's principals.</summary>
    PrincipalDeserializationFailure = 97,

    /// <summary>There is no such snapshot.</summary>
    SnapshotNotFound = 98,

    /// <summary>The position is outside of the snapshot.</summary>
    PositionOutOfRange = 99,

    /// <summary>The broker does not know the topic id, perhaps not yet.</summary>
    UnknownTopicId = 100,

    /// <summary>Another broker has the id.</summary>
    DuplicateBrokerRegistration = 101,

    /// <summary>The broker id is not registered.</summary>
    BrokerIdNotRegistered = 102,

    /// <summary>The topic of the name has another id; it was created anew.</summary>
    InconsistentTopicId = 103,

    /// <summary>The broker belongs to another cluster.</summary>
    InconsistentClusterId = 104,

    /// <summary>There is no such transactional id.</summary>
    TransactionalIdNotFound = 105,

    /// <summary>The fetch session mixes topic names and ids.</summary>
    FetchSessionTopicIdError = 106,

    /// <summary>A replica may not be in sync.</summary>
    IneligibleReplica = 107,

    /// <summary>The change was made and the leader has moved with it.</summary>
    NewLeaderElected = 108,

    /// <summary>The offset is only in remote storage.</summary>
    OffsetMovedToTieredStorage = 109,

    /// <summary>The member must give up its partitions and join again.</summary>
    FencedMemberEpoch = 110,

    /// <summary>Another member still uses the static instance id.</summary>
    UnreleasedInstanceId = 111,

    /// <summary>The group does not have the assignor.</summary>
    UnsupportedAssignor = 112,

    /// <summary>The member must learn its new epoch by a heartbeat first.</summary>
    StaleMemberEpoch = 113,

    /// <summary>The request is for the other kind of endpoint, broker or controller.</summary>
    MismatchedEndpointType = 114,

    /// <summary>The broker does not have this kind of endpoint.</summary>
    UnsupportedEndpointType = 115,

    /// <summary>There is no such controller.</summary>
    UnknownControllerId = 116,

    /// <summary>The telemetry subscription is outdated.</summary>
    UnknownSubscriptionId = 117,

    /// <summary>The telemetry is larger than the broker accepts.</summary>
    TelemetryTooLarge = 118,

    /// <summary>The controller refuses the registration of the broker.</summary>
    InvalidRegistration = 119,

    /// <summary>The transaction must be aborted; the producer can go on.</summary>
    TransactionAbortable = 120,

    /// <summary>A shared record is not in a state that can be acknowledged.</summary>
    InvalidRecordState = 121,

    /// <summary>The broker has dropped the share session.</summary>
    ShareSessionNotFound = 122,

    /// <summary>The share session is at another step.</summary>
    InvalidShareSessionEpoch = 123,

    /// <summary>The state of the share group has gone on.</summary>
    FencedStateEpoch = 124,

    /// <summary>The key of the voter is not the replica's.</summary>
    InvalidVoterKey = 125,

    /// <summary>The voter votes already.</summary>
    DuplicateVoter = 126,

    /// <summary>There is no such voter.</summary>
    VoterNotFound = 127,

    /// <summary>The regular expression of a subscription is wrong.</summary>
    InvalidRegularExpression = 128,

    /// <summary>The client must begin again with its bootstrap servers.</summary>
    RebootstrapRequired = 129,

    /// <summary>The topology of the streams group is wrong.</summary>
    StreamsInvalidTopology = 130,

    /// <summary>The epoch of the topology is wrong.</summary>
    StreamsInvalidTopologyEpoch = 131,

    /// <summary>The topology of the streams group has gone on.</summary>
    StreamsTopologyFenced = 132,

    /// <summary>The broker has as many share sessions as it may.</summary>
    ShareSessionLimitReached = 133,
}
