namespace Samsa.Rx;

/// <summary>The readings of one client: opens them, and ends those that are left when the client closes.</summary>
sealed class Readers(ClusterWatch watch, BrokerConnections connections, KafkaOptions kafka, KafkaEvents events) : IAsyncDisposable
{
    readonly Lock gate = new();
    readonly HashSet<FetchSession> live = [];
    readonly FramePool frames = new();
    bool disposed;

    public ClusterWatch Watch => watch;

    public BrokerConnections Connections => connections;

    public KafkaOptions Settings => kafka;

    public KafkaEvents Events => events;

    /// <summary>How many are open.</summary>
    public int Count
    {
        get
        {
            lock (gate) return live.Count;
        }
    }

    /// <summary>How many bytes of records lie ready, in all of them.</summary>
    public long ReadyBytes
    {
        get
        {
            lock (gate) return live.Sum(session => session.ReadyBytes);
        }
    }

    /// <summary>Begins a reading of nothing yet. Returns at once.</summary>
    /// <param name="options">How is read.</param>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public FetchSession Open(ConsumeOptions options)
    {
        var session = new FetchSession(watch, connections, kafka, events, options, Forget, frames);
        lock (gate)
        {
            if (disposed) throw Closed();
            live.Add(session);
        }

        session.Start();
        return session;
    }

    /// <summary>What is wrong with those brokers that cannot be reached, a sentence each.</summary>
    public IReadOnlyList<string> Troubles => connections.Lost;

    /// <summary>A connection for short questions.</summary>
    public ValueTask<BrokerConnection> ConnectAsync(int broker, CancellationToken ct) => connections.GetAsync(broker, ConnectionUse.General, ct);

    /// <summary>Ends all readings: their observers are told that the client is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        List<FetchSession> left;
        lock (gate)
        {
            disposed = true;
            left = [.. live];
        }

        foreach (var session in left) await session.AbortAsync(Closed);
    }

    static ObjectDisposedException Closed() => new("Samsa.Rx.Kafka");

    void Forget(FetchSession session)
    {
        lock (gate)
        {
            live.Remove(session);
            if (live.Count > 0) return;
        }

        frames.Trim();
    }
}
