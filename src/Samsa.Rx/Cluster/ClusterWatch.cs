namespace Samsa.Rx;

/// <summary>
/// Owns what is known of the cluster. Asks for it on a timer, when somebody has reason to doubt it, and takes hints; everybody else
/// looks at snapshots that never change.
/// </summary>
/// <remarks>
/// One loop asks. Whoever wants news joins the next question; a question that failed, or told nothing new, makes the next one wait longer.
/// </remarks>
sealed partial class ClusterWatch : IAsyncDisposable
{
    readonly BrokerConnections connections;
    readonly MetadataQuestion question;
    readonly KafkaOptions options;
    readonly KafkaEvents events;
    readonly ILogger log;
    readonly Turns<ClusterView> views;
    readonly CancellationTokenSource stop = new();
    readonly Lock gate = new();
    readonly Dictionary<string, int> followed = new(StringComparer.Ordinal);
    readonly MissingTopics missing;
    volatile ClusterView current = ClusterView.Empty;
    Task loop = Task.CompletedTask;

    public ClusterWatch(BrokerConnections connections, KafkaOptions options, KafkaEvents events)
    {
        (this.connections, this.options, this.events) = (connections, options, events);
        question = new(connections);
        missing = new(options.Clock);
        log = options.LogOf("Cluster");
        views = new(most: 1, replayLatest: true, error => events.Post(new ObserverFailed(events.Now, "Cluster", error)));
    }

    /// <summary>What is known now.</summary>
    public ClusterView Current => current;

    /// <summary>The views as they come: the latest first, then each that differs, the newest only for an observer that is slow.</summary>
    public IObservable<ClusterView> Views => views;

    /// <summary>Begins. Ends when the first answer is there.</summary>
    /// <param name="atMost">What is left of <see cref="KafkaOptions.StartTimeout"/>; null for all of it.</param>
    /// <param name="ct">Stops trying.</param>
    /// <exception cref="NoBrokersAvailableException">There was none in time, or there will never be one.</exception>
    public async Task StartAsync(TimeSpan? atMost, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(atMost ?? options.StartTimeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        loop = Task.Run(RunAsync, CancellationToken.None);
        try
        {
            await RefreshAsync("the client starts", both.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new NoBrokersAvailableException(connections.Troubles(), $" within {options.StartTimeout}", lastFailure);
        }
    }

    /// <summary>Keeps the topic in the view until it is disposed. It is asked for with the next question; it is never created by it.</summary>
    public IDisposable Follow(string topic)
    {
        lock (gate) followed[topic] = followed.GetValueOrDefault(topic) + 1;
        return new Interest(this, topic);
    }

    /// <summary>Asks, and waits for the view after the answer. Concurrent callers share one question.</summary>
    /// <param name="why">Who wants to know, for the events.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The view after an answer to a question that was asked after this call. It may be the same as before.</returns>
    public Task<ClusterView> RefreshAsync(string why, CancellationToken ct = default) => DemandAsync(why, null, urgent: false, ct);

    /// <inheritdoc cref="RefreshAsync(string, CancellationToken)"/>
    /// <param name="why">Who wants to know, for the events.</param>
    /// <param name="isUrgent">Whether it is the first question of its kind, and so need not wait until a moment has passed since the last one.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<ClusterView> RefreshAsync(string why, bool isUrgent, CancellationToken ct) => DemandAsync(why, null, isUrgent, ct);

    /// <summary>Asks without waiting: somebody has reason to doubt the view.</summary>
    public void Doubt(string why) => _ = Join(why, null, urgent: false);

    /// <summary>
    /// Waits for a view that differs from the one under which something went wrong. When asking again tells nothing new, that view comes
    /// back after the back-off: so a loop around this neither spins nor stops.
    /// </summary>
    public async Task<ClusterView> AfterAsync(ClusterView seen, CancellationToken ct = default)
    {
        var now = Current;
        return now.Version > seen.Version ? now : await RefreshAsync("the view did not fit", ct);
    }

    /// <summary>Waits until the topic can be used. Follow it before, to keep it in the view after.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="create">Whether brokers that create topics on first use shall do so.</param>
    /// <param name="ct">Stops waiting: a topic that is not there is waited for as long as the caller likes.</param>
    /// <exception cref="BrokerException">It cannot be used: its name is illegal, or we may not see it.</exception>
    public async Task<TopicView> TopicAsync(string topic, bool create, CancellationToken ct = default)
    {
        using var interest = Follow(topic);
        var (view, asked) = (Current, false);
        while (true)
        {
            var known = view.Topics.GetValueOrDefault(topic);
            if (known is { Error: ErrorCode.None, Partitions.Count: > 0 }) return known;
            if (asked && known is not null && known.Error != ErrorCode.None && !known.Error.CanRetry)
                throw new BrokerException(known.Error, $"Metadata of topic {topic}");
            view = await DemandAsync($"{topic} is wanted", create ? topic : null, urgent: !asked, ct);
            asked = true;
        }
    }

    /// <summary>Somebody was told who leads a partition now (KIP-951). Older news than what is known is ignored.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="leader">The node id of the leader.</param>
    /// <param name="epoch">The epoch of the leader.</param>
    /// <param name="at">Where the leader listens, when that was told, too.</param>
    public void Hint(string topic, int partition, int leader, int epoch, BrokerInfo? at = null)
    {
        var named = at is not null && at.NodeId == leader && ViewReading.CanBe(at, options.MayConnect) ? at : null;
        lock (gate)
        {
            if (leader < 0 || Current.Find(topic, partition) is not { } known || epoch <= known.LeaderEpoch) return;
            var view = Current;
            if (named is not null)
            {
                connections.Learn(named);
                view = view.With(named);
            }
            if (view.Brokers.ContainsKey(leader))
            {
                Show(view.With(topic, known with { Leader = leader, LeaderEpoch = epoch, Error = ErrorCode.None }));
                return;
            }
        }
        Doubt($"{topic} {partition} is led by broker {leader}, which is not known");
    }

    /// <summary>Ends it. Who waits gets an <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        views.Complete();
    }

    /// <summary>Replaces the view by one that differs. Called under the lock, so that views come in their order.</summary>
    void Show(ClusterView view)
    {
        current = view with { Version = current.Version + 1 };
        views.Post(current);
    }

    sealed class Interest(ClusterWatch watch, string topic) : IDisposable
    {
        bool disposed;

        public void Dispose()
        {
            lock (watch.gate)
            {
                if (disposed) return;
                disposed = true;
                if (--watch.followed[topic] == 0) watch.followed.Remove(topic);
            }
        }
    }
}
