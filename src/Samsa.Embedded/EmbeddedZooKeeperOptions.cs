using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Samsa.Embedded;

/// <summary>How an <see cref="EmbeddedZooKeeper"/> behaves.</summary>
public sealed record EmbeddedZooKeeperOptions
{
    /// <summary>The port; 0 for any free one. ZooKeeper: <c>clientPort</c>.</summary>
    public int Port
    {
        get;
        init => field = value is >= 0 and <= 65535 ? value : throw Setting.NotBetween(nameof(Port), value, 0, 65535);
    }

    /// <summary>
    /// The shortest session; who asks for a shorter one gets this. ZooKeeper: <c>minSessionTimeout</c>, 4 s there; short here, so that a
    /// test need not wait for a session to end.
    /// </summary>
    public TimeSpan MinSessionTimeout { get; init => field = Positive(value, nameof(MinSessionTimeout)); } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest session; who asks for a longer one gets this. ZooKeeper: <c>maxSessionTimeout</c>, 40 s there.</summary>
    public TimeSpan MaxSessionTimeout { get; init => field = Positive(value, nameof(MaxSessionTimeout)); } = TimeSpan.FromMinutes(1);

    /// <summary>The longest request in bytes; a longer one closes its connection. ZooKeeper: <c>jute.maxbuffer</c>.</summary>
    public int MaxFrameBytes
    {
        get;
        init => field = value >= 1024 ? value : throw Setting.NotFrom(nameof(MaxFrameBytes), value, 1024);
    } = 0xfffff;

    /// <summary>How many connections it holds at a time; further ones are closed as they come. ZooKeeper: <c>maxCnxns</c>.</summary>
    public int MaxConnections
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(MaxConnections), value, 1);
    } = 1000;

    /// <summary>How many sessions it keeps at a time; who wants to begin another is sent away.</summary>
    public int MaxSessions
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(MaxSessions), value, 1);
    } = 10_000;

    /// <summary>How many watches one connection may have; it is closed when it sets more.</summary>
    public int MaxWatches
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(MaxWatches), value, 1);
    } = 100_000;

    /// <summary>How many bytes all nodes together may take, about; writes that would make it more are refused with QUOTA_EXCEEDED.</summary>
    public long MaxBytes
    {
        get;
        init => field = value >= 1 ? value : throw Setting.NotFrom(nameof(MaxBytes), value, 1);
    } = 256L * 1024 * 1024;

    /// <summary>
    /// Whether nodes may have a time to live; otherwise they are refused with UNIMPLEMENTED, as by any server that was not told to.
    /// ZooKeeper: <c>zookeeper.extendedTypesEnabled</c>.
    /// </summary>
    public bool AllowsTtl { get; init; }

    /// <summary>
    /// How often it looks for containers that were left and nodes whose time to live is over. ZooKeeper: <c>znode.container.checkIntervalMs</c>.
    /// </summary>
    public TimeSpan ContainerCheckInterval { get; init => field = Positive(value, nameof(ContainerCheckInterval)); } = TimeSpan.FromMinutes(1);

    /// <summary>The clock: when sessions are over, and the times of nodes.</summary>
    public TimeProvider Clock { get; init => field = Setting.Given(value); } = TimeProvider.System;

    /// <summary>Told of connections that were closed because of what came through them, and of sessions that expired.</summary>
    public ILogger Logger { get; init => field = Setting.Given(value); } = NullLogger.Instance;

    static TimeSpan Positive(TimeSpan value, string name) => value > TimeSpan.Zero && value <= TimeSpan.FromDays(1)
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} is {value}; it can be more than nothing, up to a day.");
}
