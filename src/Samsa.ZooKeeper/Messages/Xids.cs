namespace Samsa.ZooKeeper.Messages;

/// <summary>The numbers of messages that are not requests in turn.</summary>
static class Xids
{
    public const int Event = -1;
    public const int Ping = -2;
    public const int Auth = -4;
}
