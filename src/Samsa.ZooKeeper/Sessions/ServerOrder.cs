namespace Samsa.ZooKeeper;

/// <summary>The servers in an order of our own, so that many clients do not all go to the first; when all failed, a while of silence.</summary>
sealed class ServerOrder
{
    static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(50);

    readonly ServerAddress[] servers;
    readonly TimeSpan mostBackoff;
    int next, failures;

    public ServerOrder(IReadOnlyList<ServerAddress> servers, TimeSpan mostBackoff)
    {
        this.servers = [.. servers];
        this.mostBackoff = mostBackoff;
        Random.Shared.Shuffle(this.servers);
    }

    public int Count => servers.Length;

    /// <summary>All servers but one.</summary>
    public IEnumerable<ServerAddress> Others(ServerAddress than) => servers.Where(server => server != than);

    public ServerAddress Next()
    {
        var server = servers[next];
        next = (next + 1) % servers.Length;
        return server;
    }

    /// <summary>The next one is to be this one.</summary>
    public void Prefer(ServerAddress server) => next = Math.Max(0, Array.IndexOf(servers, server));

    /// <summary>A server answered.</summary>
    public void Answered() => failures = 0;

    /// <summary>One did not.</summary>
    /// <returns>How long to wait before the next is tried.</returns>
    public TimeSpan Failed()
    {
        if (++failures % servers.Length != 0) return TimeSpan.Zero;
        var rounds = Math.Min(failures / servers.Length, 16);
        var longest = Math.Min(mostBackoff.TotalMilliseconds, FirstBackoff.TotalMilliseconds * (1 << rounds));
        // All who lost the same server should not come back at the same time.
#pragma warning disable CA5394 // This is no secret.
        return TimeSpan.FromMilliseconds(longest * (0.5 + Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
    }
}
