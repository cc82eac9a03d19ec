namespace Samsa.Rx;

/// <content>Which broker reads which partition: follows the cluster view, and has it renewed when brokers say that it is wrong.</content>
sealed partial class FetchSession
{
    readonly Signal doubts = new();
    long applied;

    async Task FollowLeadersAsync(CancellationToken ct)
    {
        using var views = Watch.Views.Subscribe(view => Apply(view, isFresh: false));
        while (true)
        {
            // The watch makes those who ask again and again wait.
            while (Unsure() is { } partition) Apply(await Watch.RefreshAsync($"nobody reads {partition}", ct), isFresh: true);
            await doubts.WaitAsync(ct);
        }
    }

    TopicPartition? Unsure()
    {
        lock (gate)
        {
            foreach (var reader in partitions.Values)
                if (reader is { IsUnsure: true, IsFinished: false })
                    return reader.Id;
            return null;
        }
    }

    /// <summary>Has each partition read by the broker that leads it now.</summary>
    /// <param name="view">The view.</param>
    /// <param name="isFresh">Whether it was asked for after whoever is unsure became so.</param>
    void Apply(ClusterView view, bool isFresh)
    {
        lock (gate)
        {
            // Views come from several sides; the older of two says nothing.
            if (view.Version < applied || stopped) return;
            applied = view.Version;
            foreach (var reader in partitions.Values)
                if (!reader.IsFinished && view.Topics.TryGetValue(reader.Id.Topic, out var topic))
                    Apply(reader, topic, isFresh || view.Version > reader.UnsureSince);
            if (Unsure() is not null) doubts.Set();
        }
    }

    void Apply(PartitionReader reader, TopicView topic, bool isNews)
    {
        if (topic.Id != default && topic.Id != reader.TopicId)
        {
            Rename(reader, topic.Id);
            reader.Broker?.Wake.Set();
        }

        if (topic.Find(reader.Id.Partition) is not { Leader: >= 0 } now)
        {
            // An election is running, or the topic is gone: there is nobody to ask.
            if (reader.Broker is not null) Detach(reader);
            reader.IsUnsure = true;
            return;
        }

        var isMoved = now.Leader != reader.Leader;
        var isRisen = now.LeaderEpoch > reader.LeaderEpoch;
        if (isMoved || (IsAtFollower(reader) && (isRisen || reader.Seek is not null))) Attach(reader, BrokerOf(now.Leader), now.Leader);
        // Each leader has a log of its own. It is asked whether it has what was read, before it is believed that it goes on there.
        if (isRisen && reader is { Seek: null, Trail: not null }) reader.Look(new(StartFrom.Beginning) { IsCheck = true });
        reader.LeaderEpoch = now.LeaderEpoch;
        if (!isMoved && !isRisen && !(reader.IsUnsure && isNews)) return;
        reader.IsUnsure = false;
        reader.Broker!.Wake.Set();
    }

    /// <summary>Another id under the same name is another topic: an offset of the old one says nothing about the new one.</summary>
    static void Rename(PartitionReader reader, Guid id)
    {
        var isOther = reader.TopicId != default;
        reader.TopicId = id;
        if (!isOther) return;
        if (reader.Seek is { IsAgain: false }) reader.Outdate();
        else reader.Look(new(StartFrom.Beginning, reader.Position) { IsNewTopic = true });
    }

    BrokerReader BrokerOf(int id)
    {
        if (brokers.TryGetValue(id, out var broker)) return broker;
        brokers[id] = broker = new(this, id);
        Track(broker.RunAsync);
        return broker;
    }

    static void Attach(PartitionReader reader, BrokerReader broker, int leader)
    {
        Detach(reader);
        reader.Broker = broker;
        reader.Leader = leader;
        broker.Partitions.Add(reader);
    }

    /// <summary>Nobody reads it from now on; what was asked and not answered yet does not count any more.</summary>
    static void Detach(PartitionReader reader)
    {
        reader.Outdate();
        reader.Broker?.Partitions.Remove(reader);
        (reader.Broker, reader.Leader, reader.FollowerUntil) = (null, -1, null);
    }
}
