namespace Samsa.ZooKeeper;

/// <summary>What can be said of a session.</summary>
public enum ZkSessionState
{
    /// <summary>There is none yet; servers are being tried.</summary>
    Connecting,

    /// <summary>It lives, and a server answers.</summary>
    Connected,

    /// <summary>A server answers that has lost its ensemble: what it says may be old, and it takes no writes.</summary>
    ConnectedReadOnly,

    /// <summary>The connection is lost, and servers are being tried. The session may still live, or be over.</summary>
    Suspended,

    /// <summary>It is over, and its ephemeral nodes are gone or are going. A new one is begun.</summary>
    Expired,

    /// <summary>A server did not believe who we are. The client has ended.</summary>
    AuthFailed,

    /// <summary>The client was disposed.</summary>
    Closed,
}

/// <summary>The session, as it is now.</summary>
/// <param name="State">Whether it lives.</param>
/// <param name="Id">Its number at the servers; 0 while there is none.</param>
/// <param name="Epoch">Counts the sessions of this client, from 1. Whatever went with the session has to be made again when it rises.</param>
/// <param name="Timeout">How long it lives without a connection, as the server said; zero while there is none.</param>
/// <param name="Server">The server, when there is one.</param>
/// <param name="Trouble">What went wrong, for people; null when nothing did.</param>
public sealed record ZkSession(ZkSessionState State, long Id, int Epoch, TimeSpan Timeout, string? Server, string? Trouble)
{
    /// <summary>Whether a server answers.</summary>
    public bool IsConnected => State is ZkSessionState.Connected or ZkSessionState.ConnectedReadOnly;
}
