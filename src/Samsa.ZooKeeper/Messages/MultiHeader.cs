namespace Samsa.ZooKeeper.Messages;

/// <summary>What stands before each operation of a <see cref="Multi"/>, and before each of its results.</summary>
[Part]
sealed partial record MultiHeader
{
    public int Type { get; init; } = -1;
    public bool Done { get; init; }
    public ZooKeeperError Error { get; init; } = (ZooKeeperError)(-1);
}
