namespace Samsa.ZooKeeper.Messages;

/// <summary>What stands before each request but the first.</summary>
[Part]
sealed partial record RequestHeader
{
    public int Xid { get; init; }
    public int Operation { get; init; }
}
