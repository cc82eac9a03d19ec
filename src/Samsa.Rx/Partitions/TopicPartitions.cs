namespace Samsa.Rx;

/// <summary>
/// Says that a session reads a topic: all of its partitions, or those that were chosen. Partitions that are added later are taken in,
/// and a topic that is not there is waited for.
/// </summary>
sealed class TopicPartitions(FetchSession session, string topic)
{
    readonly ConsumeOptions options = session.Options;
    readonly HashSet<int> taken = [];

    /// <summary>Brokers that are just starting do not know their topics yet.</summary>
    static readonly TimeSpan TimeToStart = TimeSpan.FromSeconds(5);

    bool begun;
    bool wasMissing;
    bool isSealed;

    public async Task RunAsync(CancellationToken ct)
    {
        var changed = new Signal();
        using var interest = session.Watch.Follow(topic);
        using var views = session.Watch.Views.Subscribe(_ => changed.Set());
        TimeSpan? lackingSince = null;
        while (true)
        {
            var known = session.Watch.Current.Topics.GetValueOrDefault(topic);
            if (known is null)
            {
                await session.Watch.RefreshAsync($"{topic} is read", isUrgent: true, ct);
            }
            else if (known.Error != ErrorCode.None && !known.Error.CanRetry)
            {
                session.Fail(() => new BrokerException(known.Error, $"Metadata of topic {topic}"));
                return;
            }
            else if (Lacking(known) is not { } lacking)
            {
                lackingSince = null;
                Take(known);
                await changed.WaitAsync(ct);
            }
            else
            {
                wasMissing |= !begun;
                var limit = (begun ? options.DeletionTimeout : TopicTimeout, lackingSince ??= session.Now);
                if (!await AskAgainAsync(lacking, limit, ct)) return;
            }
        }
    }

    TimeSpan TopicTimeout => options.TopicTimeout ?? (options.UntilEnd ? TimeToStart : Timeout.InfiniteTimeSpan);

    /// <summary>What is not there, as a sentence; null when all is.</summary>
    string? Lacking(TopicView known)
    {
        if (known.Partitions.Count == 0) return $"There is no topic {topic}{(begun ? " any more" : "")}.";
        foreach (var partition in (IEnumerable<int>?)options.Partitions ?? taken)
            if (known.Find(partition) is null)
                return $"Topic {topic} has no partition {partition}{(begun ? " any more" : "")}.";
        return null;
    }

    void Take(TopicView known)
    {
        if (isSealed) return;
        var wanted = options.Partitions ?? [.. known.Partitions.Select(partition => partition.Partition)];
        var added = wanted.Where(taken.Add).ToList();
        if (added.Count > 0)
        {
            session.Tell(new PartitionsFound(session.Events.Now, topic, added));
            session.Add(topic, known.Id, added.Select(partition => (partition, StartOf(partition))));
        }

        begun = true;
        if (!options.UntilEnd) return;
        // What is added later lies behind the end that was seen now.
        isSealed = true;
        session.Seal();
    }

    StartFrom StartOf(int partition)
    {
        // Nothing that is written after the reading began may be left out, though nobody was there yet to see where the end was.
        var isAllNew = begun || wasMissing;
        return options.Start switch
        {
            StartFrom.AtEnd or StartFrom.BeforeEnd when isAllNew => StartFrom.Beginning,
            StartFrom.AtOffset or StartFrom.AtTime when begun => StartFrom.Beginning,
            var start => start.In(partition),
        };
    }

    /// <returns>False: it was asked for long enough, and the session was told so.</returns>
    async Task<bool> AskAgainAsync(string lacking, (TimeSpan Patience, TimeSpan Since) limit, CancellationToken ct)
    {
        var forEver = limit.Patience == Timeout.InfiniteTimeSpan;
        var left = limit.Since + limit.Patience - session.Now;
        if (!forEver && left <= TimeSpan.Zero)
        {
            session.Fail(() => new TopicNotFoundException(topic, lacking));
            return false;
        }

        // The watch makes those who ask again and again wait.
        var asked = session.Watch.RefreshAsync(lacking, ct);
        try
        {
            await (forEver ? asked : asked.WaitAsync(left, session.Clock, ct));
        }
        catch (TimeoutException)
        {
            // The next round sees that it was long enough.
        }

        return true;
    }
}
