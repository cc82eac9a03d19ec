using System.Net.Security;

namespace Samsa.ZooKeeper;

/// <summary>Who we are, for one scheme of authentication.</summary>
/// <param name="Scheme">The scheme: <c>digest</c>, or what else the servers know.</param>
/// <param name="Credentials">What the scheme wants to know.</param>
public sealed record ZkAuth(string Scheme, ReadOnlyMemory<byte> Credentials)
{
    /// <summary>A name and a password.</summary>
    public static ZkAuth Digest(string user, string password) => new("digest", System.Text.Encoding.UTF8.GetBytes($"{user}:{password}"));
}

/// <summary>How a <see cref="ZooKeeperClient"/> behaves.</summary>
public sealed record ZooKeeperOptions
{
    /// <summary>
    /// How long the session should live without a connection. The servers have the last word, usually from 2 to 20 of their ticks.
    /// Java: the parameter sessionTimeout.
    /// </summary>
    public TimeSpan SessionTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(100), value, TimeSpan.FromHours(1));
    } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request, or <see cref="ZooKeeperClient.ConnectAsync"/>, waits while no server can be reached.</summary>
    public TimeSpan ConnectTimeout
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromHours(1));
    } = TimeSpan.FromSeconds(15);

    /// <summary>The longest wait before the servers are tried once more, when none of them could be reached.</summary>
    public TimeSpan MaxBackoff
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromMinutes(10));
    } = TimeSpan.FromSeconds(1);

    /// <summary>Whether a server will do that has lost its ensemble. Others are looked for meanwhile. Java: canBeReadOnly.</summary>
    public bool ReadOnlyAllowed { get; init; }

    /// <summary>Who we are: said to each server before anything is asked.</summary>
    public IReadOnlyList<ZkAuth> Auth
    {
        get;
        init => field = Option.Given(value);
    } = [];

    /// <summary>TLS, for the secure ports of servers; null for plain text. The name of the server is filled in when there is none.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>The longest answer that is accepted, in bytes. Java: jute.maxbuffer.</summary>
    public int MaxFrameBytes
    {
        get;
        init => field = Option.Between(1024, value, 1 << 30);
    } = 4 << 20;

    /// <summary>How many requests may wait for their answers; further ones wait for a place. What watches read has places of its own.</summary>
    public int MaxRequestsWaiting
    {
        get;
        init => field = Option.Between(1, value, 1_000_000);
    } = 4096;

    /// <summary>How many watched nodes are read at the same time, when a connection is new or much changes at once.</summary>
    public int MaxWatchReads
    {
        get;
        init => field = Option.Between(1, value, 10_000);
    } = 64;

    /// <summary>
    /// Whether servers are told when nobody observes a watched path any more. Without it they forget the watch when it fires, or when the
    /// session moves. It needs ZooKeeper 3.5 on all servers: an older one closes the connection when it is told so.
    /// </summary>
    public bool RemovesWatches { get; init; }

    /// <summary>The clock that all timeouts ask.</summary>
    public TimeProvider Clock
    {
        get;
        init => field = Option.Given(value);
    } = TimeProvider.System;

    /// <summary>
    /// Told what an observer threw; its subscription has ended then, the others go on. Without it such an exception ends the process, as one
    /// that nobody catches on a thread of the pool does.
    /// </summary>
    public Action<Exception>? ObserverFailed { get; init; }
}
