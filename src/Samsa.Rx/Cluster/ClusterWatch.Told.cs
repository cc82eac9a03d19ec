namespace Samsa.Rx;

/// <content>What somebody else says of the cluster, and brokers confirm.</content>
sealed partial class ClusterWatch
{
    /// <summary>Much changes at once, and one question answers all of it.</summary>
    static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    /// <summary>How often brokers are asked in vain. They hear of most things from the controller within a second.</summary>
    const int MostQuestionsInVain = 10;

    readonly Signal wasTold = new();
    // What was told last, and what of that was compared with the view, or asked about.
    ClusterView? told, settled;
    int confirming;

    /// <summary>
    /// Takes what ZooKeeper says of the cluster as a reason to ask: where it is different from the view, brokers are asked until they say so, too. They are believed,
    /// for it is them that take records. Returns at once.
    /// </summary>
    public void Told(ClusterView view)
    {
        Volatile.Write(ref told, view);
        wasTold.Set();
        if (Interlocked.Exchange(ref confirming, 1) == 0) _ = ConfirmAsync();
    }

    async Task ConfirmAsync()
    {
        try
        {
            while (true)
            {
                await wasTold.WaitAsync(stop.Token);
                await Task.Delay(Quiet, options.Clock, stop.Token);
                var inVain = 0;
                while (inVain < MostQuestionsInVain)
                {
                    var (latest, before) = (Volatile.Read(ref told)!, Current);
                    var why = Doubtful(latest, before);
                    settled = latest;
                    if (why is null) break;
                    await RefreshAsync(why, isUrgent: inVain == 0, stop.Token);
                    inVain = ReferenceEquals(before, Current) ? inVain + 1 : 0;
                }
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The client is closed.
        }
    }

    /// <summary>What is told and not known, as a sentence; null for nothing.</summary>
    string? Doubtful(ClusterView told, ClusterView known)
    {
        foreach (var (id, broker) in told.Brokers)
        {
            if (!known.Brokers.ContainsKey(id)) return $"ZooKeeper says that broker {id} is there";
            // Brokers may have another address for us than for ZooKeeper, so only a change of it is a reason.
            if (settled?.Brokers.TryGetValue(id, out var was) == true && was != broker) return $"ZooKeeper says that broker {id} is elsewhere";
        }

        foreach (var broker in known.Brokers.Keys)
            if (!told.Brokers.ContainsKey(broker))
                return $"ZooKeeper says that broker {broker} is not there";
        string[] names;
        lock (gate) names = [.. followed.Keys];
        return names.Select(name => Doubtful(name, told.Topics.GetValueOrDefault(name), known.Topics.GetValueOrDefault(name))).FirstOrDefault(why => why is not null);
    }

    static string? Doubtful(string name, TopicView? told, TopicView? known)
    {
        if (told is null) return known is { Partitions.Count: > 0 } ? $"ZooKeeper says that there is no topic {name}" : null;
        if (known is null || known.Partitions.Count == 0) return $"ZooKeeper says that there is a topic {name}";
        if (told.Id != known.Id && told.Id != default && known.Id != default) return $"ZooKeeper says that {name} is another topic";
        foreach (var partition in told.Partitions)
        {
            if (known.Find(partition.Partition) is not { } now) return $"ZooKeeper says that {name} has a partition {partition.Partition}";
            // Brokers before 2.1 do not tell epochs.
            if (partition.Leader >= 0 && (now.LeaderEpoch < 0 ? now.Leader != partition.Leader : now.LeaderEpoch < partition.LeaderEpoch))
                return $"ZooKeeper says that broker {partition.Leader} leads {name} {partition.Partition}";
        }

        return null;
    }
}
