namespace Samsa.ZooKeeper;

/// <summary>The errors of ZooKeeper, with their numbers on the wire. (ZooKeeper: KeeperException.Code)</summary>
public enum ZooKeeperError
{
    /// <summary>None.</summary>
    Ok = 0,

    /// <summary>Something is wrong with the server.</summary>
    SystemError = -1,

    /// <summary>The server contradicts itself; inside a multi: not tried, because another operation was refused.</summary>
    RuntimeInconsistency = -2,

    /// <summary>The data of the server contradicts itself.</summary>
    DataInconsistency = -3,

    /// <summary>The connection was lost before the answer came. Made by the client.</summary>
    ConnectionLoss = -4,

    /// <summary>A message could not be read.</summary>
    MarshallingError = -5,

    /// <summary>The server does not know the operation; it may be too old.</summary>
    Unimplemented = -6,

    /// <summary>It took too long. Made by the client.</summary>
    OperationTimeout = -7,

    /// <summary>The arguments make no sense to the server.</summary>
    BadArguments = -8,

    /// <summary>The session is not known to the server.</summary>
    UnknownSession = -12,

    /// <summary>There is no such node.</summary>
    NoNode = -101,

    /// <summary>The access list of the node does not allow it.</summary>
    NoAuth = -102,

    /// <summary>The node has another version than the one that was asked for.</summary>
    BadVersion = -103,

    /// <summary>An ephemeral node cannot have children.</summary>
    NoChildrenForEphemerals = -108,

    /// <summary>There is such a node already.</summary>
    NodeExists = -110,

    /// <summary>The node has children.</summary>
    NotEmpty = -111,

    /// <summary>The session is over.</summary>
    SessionExpired = -112,

    /// <summary>The access list makes no sense, or is empty.</summary>
    InvalidAcl = -114,

    /// <summary>The server does not believe who we are.</summary>
    AuthFailed = -115,

    /// <summary>The session is on another connection now.</summary>
    SessionMoved = -118,

    /// <summary>The server has lost its ensemble and takes no writes.</summary>
    NotReadOnly = -119,

    /// <summary>Ephemeral nodes are not for local sessions.</summary>
    EphemeralOnLocalSession = -120,

    /// <summary>There is no such watch.</summary>
    NoWatcher = -121,

    /// <summary>The server took too long itself.</summary>
    RequestTimeout = -122,

    /// <summary>The ensemble cannot be changed this way.</summary>
    ReconfigDisabled = -123,

    /// <summary>The session was closed for its requests are not allowed without authentication.</summary>
    SessionClosedRequireSaslAuth = -124,

    /// <summary>There would be more nodes or bytes than are allowed.</summary>
    QuotaExceeded = -125,

    /// <summary>The server takes no more now.</summary>
    Throttled = -127,
}
