namespace Samsa.Rx;

/// <summary>
/// Writes the fetch requests of one reader to one broker. From version 7 on the broker remembers what was asked (KIP-227), and only what
/// changed is asked; before, everything is asked every time.
/// </summary>
/// <remarks>
/// The session lives in the broker, not in the connection. When it may not be what we think it is (an error, a lost answer), the
/// next request asks for everything, in a new session that closes the old one.
/// </remarks>
sealed class IncrementalFetch(ConsumeOptions options)
{
    const short FirstWithSessions = 7;
    const short FirstWithIds = 13;

    /// <summary>What the broker remembers of a partition.</summary>
    readonly record struct Remembered(Guid TopicId, long Position, int LeaderEpoch, int LastEpoch, int MaxBytes)
    {
        public Remembered(in PartitionAsk ask)
            : this(ask.TopicId, ask.Position, ask.LeaderEpoch, ask.LastEpoch, ask.MaxBytes)
        {
        }
    }

    readonly Dictionary<PartitionReader, Remembered> remembered = [];
    readonly Dictionary<string, Guid> topicIds = new(StringComparer.Ordinal);
    // What is different this time; used again for each request.
    readonly List<PartitionAsk> changed = [];
    readonly List<TopicPartition> forgotten = [];
    int session;
    int epoch;
    bool byId;

    /// <summary>The request that asks for these partitions and no others.</summary>
    /// <param name="asks">What is asked of each partition.</param>
    /// <param name="version">The version it will be sent in.</param>
    /// <param name="maxWait">How long the broker may wait for records.</param>
    /// <param name="rack">Where the client is, for the broker to name a nearer one; empty to be given the records by this one.</param>
    public Fetch.Request Ask(List<PartitionAsk> asks, short version, TimeSpan maxWait, string rack = "")
    {
        // A topic that was created again has another id, and names say nothing to who was asked by id.
        if (byId != version >= FirstWithIds || AnyIsOtherTopic(asks)) Forget();
        byId = version >= FirstWithIds;

        changed.Clear();
        forgotten.Clear();
        if (version >= FirstWithSessions) Remember(asks);
        return new()
        {
            MaxWaitMs = (int)maxWait.TotalMilliseconds,
            MinBytes = options.MinBytes,
            MaxBytes = options.FetchBytes,
            IsolationLevel = (sbyte)options.Isolation,
            SessionId = session,
            SessionEpoch = version >= FirstWithSessions ? epoch : -1,
            Topics = Topics(version >= FirstWithSessions ? changed : asks),
            ForgottenTopicsData = forgotten.Count > 0 ? Forgotten(forgotten) : [],
            RackId = rack,
        };
    }

    /// <summary>The answer came, and is not an error.</summary>
    public void Answered(Fetch.Response response, short version)
    {
        if (version < FirstWithSessions) return;
        session = response.SessionId;
        // The broker has no place for one more session: it answered, and remembers nothing.
        if (session == 0) epoch = 0;
        else epoch = epoch == int.MaxValue ? 1 : epoch + 1;
        if (epoch == 0) remembered.Clear();
    }

    /// <summary>The answer did not come, or speaks of another session. The next request asks for everything.</summary>
    public void Forget()
    {
        epoch = 0;
        remembered.Clear();
        topicIds.Clear();
    }

    /// <summary>The broker does not know the session (any more).</summary>
    public void Lost()
    {
        Forget();
        session = 0;
    }

    /// <summary>The request that ends the session; null when there is none.</summary>
    public Fetch.Request? Leave() => session == 0 ? null : new() { SessionId = session, SessionEpoch = -1 };

    bool AnyIsOtherTopic(List<PartitionAsk> asks)
    {
        foreach (var ask in asks)
            if (remembered.TryGetValue(ask.Reader, out var before) && before.TopicId != ask.TopicId)
                return true;
        return false;
    }

    void Remember(List<PartitionAsk> asks)
    {
        foreach (var ask in asks)
        {
            var now = new Remembered(ask);
            topicIds[ask.Id.Topic] = ask.TopicId;
            if (remembered.TryGetValue(ask.Reader, out var before) && before == now) continue;
            remembered[ask.Reader] = now;
            changed.Add(ask);
        }

        if (remembered.Count == asks.Count) return;
        var wanted = asks.Select(ask => ask.Reader).ToHashSet();
        foreach (var reader in remembered.Keys.Where(reader => !wanted.Contains(reader)).ToList())
        {
            remembered.Remove(reader);
            forgotten.Add(reader.Id);
        }
    }

    static List<Fetch.Request.FetchTopic> Topics(List<PartitionAsk> asks)
    {
        // A session reads one topic most often, and never many.
        var topics = new List<Fetch.Request.FetchTopic>(1);
        var partitions = new List<List<Fetch.Request.FetchPartition>>(1);
        foreach (var ask in asks)
        {
            var at = 0;
            while (at < topics.Count && (topics[at].Topic != ask.Id.Topic || topics[at].TopicId != ask.TopicId)) at++;
            if (at == topics.Count)
            {
                partitions.Add([]);
                topics.Add(new() { Topic = ask.Id.Topic, TopicId = ask.TopicId, Partitions = partitions[at] });
            }

            partitions[at].Add(AsAsked(ask));
        }

        return topics;
    }

    static Fetch.Request.FetchPartition AsAsked(in PartitionAsk ask) => new()
    {
        Partition = ask.Id.Partition,
        CurrentLeaderEpoch = ask.LeaderEpoch,
        FetchOffset = ask.Position,
        LastFetchedEpoch = ask.LastEpoch,
        PartitionMaxBytes = ask.MaxBytes,
    };

    List<Fetch.Request.ForgottenTopic> Forgotten(List<TopicPartition> partitions) =>
    [
        .. partitions.GroupBy(partition => partition.Topic, StringComparer.Ordinal).Select(topic => new Fetch.Request.ForgottenTopic
        {
            Topic = topic.Key,
            TopicId = topicIds.GetValueOrDefault(topic.Key),
            Partitions = [.. topic.Select(partition => partition.Partition)],
        }),
    ];
}
