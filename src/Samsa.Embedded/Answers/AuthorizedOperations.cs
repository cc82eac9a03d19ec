namespace Samsa.Embedded.Answers;

/// <summary>What a client may do: everything, as on a broker without an authorizer. A bit for each number of Kafka's AclOperation.</summary>
static class AuthorizedOperations
{
    const int Read = 1 << 3, Write = 1 << 4, Create = 1 << 5, Delete = 1 << 6, Alter = 1 << 7, Describe = 1 << 8;
    const int ClusterAction = 1 << 9, DescribeConfigs = 1 << 10, AlterConfigs = 1 << 11, IdempotentWrite = 1 << 12;

    public const int OnTopic = Read | Write | Create | Delete | Alter | Describe | DescribeConfigs | AlterConfigs;

    public const int OnCluster = Create | Alter | Describe | ClusterAction | DescribeConfigs | AlterConfigs | IdempotentWrite;

    /// <summary>What is answered to who did not ask.</summary>
    public const int NotAsked = int.MinValue;
}
