namespace Samsa.Rx;

/// <summary>How long a broker wants silence on a connection after an answer (KIP-219).</summary>
static class Quiet
{
    /// <summary>More than this is not believed.</summary>
    static readonly TimeSpan Most = TimeSpan.FromMinutes(1);

    /// <summary>The time that the answer asks for; zero where the broker has already waited itself, as brokers before 2.0 do.</summary>
    public static TimeSpan AskedFor<TResponse>(TResponse answer, short version)
    {
        var (milliseconds, since) = answer switch
        {
            Fetch.Response fetch => (fetch.ThrottleTimeMs, 8),
            Produce.Response produce => (produce.ThrottleTimeMs, 6),
            Metadata.Response metadata => (metadata.ThrottleTimeMs, 6),
            ListOffsets.Response offsets => (offsets.ThrottleTimeMs, 3),
            InitProducerId.Response id => (id.ThrottleTimeMs, 1),
            FindCoordinator.Response coordinator => (coordinator.ThrottleTimeMs, 2),
            CreateTopics.Response create => (create.ThrottleTimeMs, 3),
            DeleteTopics.Response delete => (delete.ThrottleTimeMs, 2),
            ApiVersions.Response versions => (versions.ThrottleTimeMs, 2),
            _ => (0, 0),
        };
        if (milliseconds <= 0 || version < since) return TimeSpan.Zero;
        var asked = TimeSpan.FromMilliseconds(milliseconds);
        return asked < Most ? asked : Most;
    }
}
