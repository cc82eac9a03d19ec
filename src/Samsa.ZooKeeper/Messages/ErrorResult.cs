namespace Samsa.ZooKeeper.Messages;

/// <summary>How one operation of a refused <see cref="Multi"/> ended.</summary>
[Part]
sealed partial record ErrorResult
{
    public ZooKeeperError Error { get; init; }
}
