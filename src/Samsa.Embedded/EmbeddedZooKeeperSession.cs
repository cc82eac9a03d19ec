namespace Samsa.Embedded;

/// <summary>A session that an <see cref="EmbeddedZooKeeper"/> keeps.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Timeout">How long it lives without a word of its client: what the client asked for, within what the options allow.</param>
/// <param name="IsConnected">Whether its client has a connection.</param>
/// <param name="Ephemerals">The paths of the nodes that go with it.</param>
public sealed record EmbeddedZooKeeperSession(long Id, TimeSpan Timeout, bool IsConnected, IReadOnlyCollection<string> Ephemerals)
{
    /// <summary>Its number as ZooKeeper writes it, and how long it lives.</summary>
    public override string ToString() => $"0x{Id:x} ({Timeout.TotalSeconds:0.###} s{(IsConnected ? "" : ", away")})";
}
