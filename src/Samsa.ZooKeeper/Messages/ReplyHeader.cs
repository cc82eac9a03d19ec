namespace Samsa.ZooKeeper.Messages;

/// <summary>What stands before each reply but the first.</summary>
[Part]
sealed partial record ReplyHeader
{
    public int Xid { get; init; }
    public long Zxid { get; init; }
    public ZooKeeperError Error { get; init; }

    /// <summary>The bytes that it takes.</summary>
    public const int Bytes = 16;
}
