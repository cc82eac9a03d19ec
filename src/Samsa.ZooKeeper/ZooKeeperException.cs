namespace Samsa.ZooKeeper;

/// <summary>ZooKeeper refused something, or could not be asked. The message says what can be done.</summary>
public sealed class ZooKeeperException : Exception
{
    internal ZooKeeperException(ZooKeeperError error, string asked, string? why = null, Exception? inner = null)
        : base($"{asked}: {why ?? Advice(error)} ({error})", inner) => (Error, Asked) = (error, asked);

    /// <summary>The error.</summary>
    public ZooKeeperError Error { get; }

    /// <summary>What was asked, for people: the operation and the path.</summary>
    public string Asked { get; }

    /// <summary>
    /// Whether it may have been done all the same: the connection was lost after it was sent. Read what there is before trying again.
    /// </summary>
    public bool IsOutcomeUnknown { get; init; }

    /// <summary>Whether the same may succeed a moment later.</summary>
    public bool CanRetry => Error is ZooKeeperError.ConnectionLoss or ZooKeeperError.OperationTimeout or ZooKeeperError.SessionExpired
        or ZooKeeperError.SessionMoved or ZooKeeperError.NotReadOnly or ZooKeeperError.RequestTimeout or ZooKeeperError.Throttled;

    static string Advice(ZooKeeperError error) => error switch
    {
        ZooKeeperError.NoNode => "there is no such node; create it, and its parents, first",
        ZooKeeperError.NodeExists => "there is such a node already; read it to see whose it is",
        ZooKeeperError.NoAuth => "the access list of the node does not allow it; give credentials in ZooKeeperOptions.Auth that it names",
        ZooKeeperError.BadVersion => "somebody else wrote the node in between; read it again and decide anew",
        ZooKeeperError.NotEmpty => "the node has children; delete them first",
        ZooKeeperError.NoChildrenForEphemerals => "an ephemeral node cannot have children; put the node elsewhere",
        ZooKeeperError.InvalidAcl => "the access list makes no sense to the server, or is empty",
        ZooKeeperError.AuthFailed => "the server does not believe who we are; correct ZooKeeperOptions.Auth",
        ZooKeeperError.ConnectionLoss => "the connection was lost; it may have been done, read before trying again",
        ZooKeeperError.OperationTimeout => "it took too long; it may have been done, read before trying again",
        ZooKeeperError.SessionExpired => "the session is over; a new one is begun by itself, try again",
        ZooKeeperError.SessionMoved => "the session is on another connection; try again",
        ZooKeeperError.NotReadOnly => "the server has lost its ensemble and takes no writes; try again when the session is Connected",
        ZooKeeperError.Unimplemented => "the server does not know the operation; it may be too old, or have it switched off",
        ZooKeeperError.BadArguments => "the server takes the arguments for wrong",
        ZooKeeperError.RuntimeInconsistency => "not tried, because another operation of the same request was refused",
        _ => "the server refused it",
    };
}
