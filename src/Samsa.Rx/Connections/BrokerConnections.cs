namespace Samsa.Rx;

/// <summary>The connections of a client: by broker and by use, opened when they are asked for, and again after they are lost.</summary>
sealed class BrokerConnections : IAsyncDisposable
{
    /// <summary>How long one address is waited for before the next is tried beside it.</summary>
    static readonly TimeSpan Stagger = TimeSpan.FromSeconds(1);

    /// <summary>After so many tries a broker that seems not to speak TLS is not just starting.</summary>
    const int TriesOfDoubt = 4;

    readonly KafkaOptions options;
    readonly KafkaEvents events;
    readonly Opening opening;
    readonly Lock gate = new();
    IReadOnlyList<BrokerNode> given;
    int lastGiven = -1;
    readonly Dictionary<int, BrokerNode> known = [];
    bool closed;
    int turn;

    public BrokerConnections(IReadOnlyList<BrokerAddress> bootstrap, KafkaOptions options, KafkaEvents events)
    {
        (this.options, this.events) = (options, events);
        opening = new(options, events);
        given = [.. bootstrap.Select(Give)];
    }

    /// <summary>The connection to a broker for one use. Opens it when there is none; concurrent callers share one attempt.</summary>
    /// <remarks>Each attempt waits first as long as the back-off of the broker says, so a loop around it does not spin.</remarks>
    /// <exception cref="ConnectionException">The broker cannot be reached, or nobody of that number is known. Nothing was sent.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public async ValueTask<BrokerConnection> GetAsync(int nodeId, ConnectionUse use, CancellationToken ct = default)
    {
        BrokerNode? node;
        lock (gate)
        {
            if (closed) throw Closed();
            known.TryGetValue(nodeId, out node);
        }
        return node is not null
            ? await node.GetAsync(use, ct)
            : throw new ConnectionException($"Broker {nodeId} is not known: the cluster names no such broker.") { Broker = $"{nodeId}" };
    }

    /// <summary>The connection to a broker for one use, when it is open.</summary>
    public BrokerConnection? Open(int nodeId, ConnectionUse use)
    {
        lock (gate) return known.GetValueOrDefault(nodeId)?.Open(use);
    }

    /// <summary>A connection to any broker, for questions that each can answer. Open ones first, then those that failed least, then the addresses that were given to begin with.</summary>
    /// <exception cref="NoBrokersAvailableException">Not one could be reached in this round.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public async ValueTask<BrokerConnection> GetAnyAsync(CancellationToken ct = default)
    {
        var candidates = Candidates();
        foreach (var node in candidates)
            if (node.Open(ConnectionUse.General) is { } open)
                return open;
        return await FirstAsync(candidates, ct);
    }

    /// <summary>What the cluster says of its brokers now: new ones are known, moved ones are asked elsewhere, the others are left.</summary>
    public void Know(IReadOnlyCollection<BrokerInfo> brokers)
    {
        List<BrokerNode> left;
        lock (gate)
        {
            if (closed) return;
            foreach (var broker in brokers) Meet(broker);
            left = [.. known.Values.Where(node => brokers.All(broker => broker.NodeId != node.Id))];
            foreach (var node in left) known.Remove(node.Id);
        }
        foreach (var node in left) node.LeaveAll();
    }

    /// <summary>One more broker, named in passing by another (KIP-951).</summary>
    public void Learn(BrokerInfo broker)
    {
        lock (gate)
            if (!closed)
                Meet(broker);
    }

    /// <summary>Forgets the brokers and begins again with the addresses that were given (KIP-899, KIP-1102).</summary>
    public void BeginAgain() => Know([]);

    /// <summary>Other addresses to begin with, from somebody who knows them better now.</summary>
    public void Give(IReadOnlyCollection<BrokerAddress> addresses)
    {
        List<BrokerNode> left;
        lock (gate)
        {
            if (closed) return;
            left = [.. given.Where(node => !addresses.Contains(node.Address))];
            given = [.. given.Except(left), .. addresses.Where(address => given.All(node => node.Address != address)).Select(Give)];
        }
        foreach (var node in left) node.LeaveAll();
    }

    /// <summary>That use is over, at all brokers. Its connections are closed now: what still waits on them gets a <see cref="ConnectionException"/>.</summary>
    public async ValueTask CloseAsync(ConnectionUse use)
    {
        List<BrokerNode> all;
        lock (gate) all = [.. known.Values, .. given];
        foreach (var node in all) await node.CloseAsync(use);
    }

    /// <summary>What is known to be wrong with each address, for an error that is to say all of it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Troubles() =>
        [.. Candidates().Select(node => KeyValuePair.Create(node.Name, node.Trouble?.Message ?? "no answer yet"))];

    /// <summary>Why those brokers that cannot be reached now cannot, a sentence each.</summary>
    public IReadOnlyList<string> Lost => [.. Candidates().Select(node => node.Trouble?.Message).OfType<string>()];

    /// <summary>Whether every peer spoke something that is not Kafka, or did not agree on TLS: asking again is of no use.</summary>
    public bool AreHopeless => Candidates().All(node => node.Failures > 0 && node.Trouble switch
    {
        TlsException tls => !tls.MayPass || node.Failures >= TriesOfDoubt,
        ConnectionException { InnerException: ProtocolException } => true,
        _ => false,
    });

    /// <summary>Closes all connections. Who waits for an answer gets a <see cref="ConnectionException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        List<BrokerNode> all;
        lock (gate)
        {
            closed = true;
            all = [.. known.Values, .. given];
        }
        await Task.WhenAll(all.Select(node => node.DisposeAsync().AsTask()));
    }

    /// <summary>What everybody gets who wants something of a client that is closed.</summary>
    internal static ObjectDisposedException Closed() => new("Samsa.Rx.Kafka");

    // Below -1, which means "nobody" in Kafka's own messages.
    BrokerNode Give(BrokerAddress address) => new(--lastGiven, address, opening, options, events);

    void Meet(BrokerInfo broker)
    {
        var address = new BrokerAddress(broker.Host, broker.Port);
        if (known.TryGetValue(broker.NodeId, out var node))
        {
            node.MoveTo(address);
            return;
        }
        known[broker.NodeId] = node = new(broker.NodeId, address, opening, options, events);
        // Often the address that was given is the one that the broker names, and then one connection is enough.
        if (given.FirstOrDefault(first => first.Address == address) is { } same) node.Adopt(same, ConnectionUse.General);
    }

    // Brokers that failed come later. Among equals each call begins with another one, so that no broker gets all questions of a client
    // whose favourite is slow.
    List<BrokerNode> Candidates()
    {
        lock (gate)
        {
            if (closed) throw Closed();
            var first = known.Count > 0 ? Math.Abs(turn++ % known.Count) : 0;
            var brokers = known.Values.OrderBy(node => node.Id).ToList();
            return
            [
                .. brokers.Skip(first).Concat(brokers.Take(first)).OrderBy(node => node.Failures),
                .. given.Where(node => brokers.All(broker => broker.Address != node.Address)).OrderBy(node => node.Failures),
            ];
        }
    }

    /// <summary>The first of them that lets us connect: one after the other, a slow one being overtaken.</summary>
    async Task<BrokerConnection> FirstAsync(List<BrokerNode> candidates, CancellationToken ct)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var next = 0;
        var trying = new Dictionary<Task<BrokerConnection>, BrokerNode>();
        var tried = new List<KeyValuePair<string, string>>();
        try
        {
            while (next < candidates.Count || trying.Count > 0)
            {
                if (next < candidates.Count)
                {
                    var node = candidates[next++];
                    trying.Add(node.GetAsync(ConnectionUse.General, enough.Token).AsTask(), node);
                }
                await AnyOrLaterAsync(trying.Keys, next < candidates.Count, enough.Token);
                foreach (var (attempt, node) in trying.Where(t => t.Key.IsCompleted).ToList())
                {
                    trying.Remove(attempt);
                    if (attempt.IsCompletedSuccessfully) return await attempt;
                    ct.ThrowIfCancellationRequested();
                    tried.Add(new(node.Name, attempt.Exception?.InnerException?.Message ?? "gave up"));
                }
            }
        }
        finally
        {
            await enough.CancelAsync();
        }
        throw new NoBrokersAvailableException(tried, "", candidates.Select(node => node.Trouble).OfType<TlsException>().FirstOrDefault());
    }

    async Task AnyOrLaterAsync(IEnumerable<Task> trying, bool more, CancellationToken ct)
    {
        if (!more)
        {
            await Task.WhenAny(trying);
            return;
        }
        using var later = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny([.. trying, Task.Delay(Stagger, options.Clock, later.Token)]);
        await later.CancelAsync();
    }
}
