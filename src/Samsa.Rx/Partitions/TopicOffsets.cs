namespace Samsa.Rx;

/// <summary>Asks the leaders of a topic where its partitions begin and end; asks again those that were not the leaders.</summary>
/// <param name="readers">Whom to ask through.</param>
/// <param name="topic">The topic.</param>
/// <param name="isolation">Whether the end is the high watermark or the last stable offset.</param>
sealed class TopicOffsets(Readers readers, string topic, Isolation isolation = Isolation.ReadUncommitted)
{
    readonly SortedDictionary<int, PartitionOffsets> known = [];
    Exception? last;

    public async Task<IReadOnlyList<PartitionOffsets>> AskAsync(CancellationToken ct)
    {
        await default(OffContext);
        using var patience = new CancellationTokenSource(readers.Settings.AdminTimeout, readers.Settings.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        using var interest = readers.Watch.Follow(topic);
        try
        {
            var view = await readers.Watch.RefreshAsync($"the offsets of {topic} are wanted", isUrgent: true, both.Token);
            while (!await AskAllAsync(view, both.Token)) view = await readers.Watch.AfterAsync(view, both.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"Not all leaders of {topic} told their offsets within {readers.Settings.AdminTimeout}. {Tried}", last);
        }

        return [.. known.Values];
    }

    async Task<bool> AskAllAsync(ClusterView view, CancellationToken ct)
    {
        var now = view.Topics.GetValueOrDefault(topic);
        if (now is null or { Error: ErrorCode.UnknownTopicOrPartition }) throw new TopicNotFoundException(topic, $"There is no topic {topic}.");
        if (now.Error != ErrorCode.None && !now.Error.CanRetry) throw new BrokerException(now.Error, $"Metadata of topic {topic}");
        foreach (var leader in now.Partitions.Where(partition => partition.Leader >= 0 && !known.ContainsKey(partition.Partition)).GroupBy(p => p.Leader))
            await AskLeaderAsync(leader.Key, [.. leader], ct);
        return now.Partitions.Count > 0 && now.Partitions.All(partition => known.ContainsKey(partition.Partition));
    }

    async Task AskLeaderAsync(int leader, List<PartitionView> partitions, CancellationToken ct)
    {
        try
        {
            var connection = await readers.ConnectAsync(leader, ct);
            var beginnings = await OffsetLookup.AskAsync(connection, Questions(partitions, OffsetLookup.Earliest), Isolation.ReadUncommitted, ct);
            var ends = await OffsetLookup.AskAsync(connection, Questions(partitions, OffsetLookup.Latest), isolation, ct);
            for (var i = 0; i < partitions.Count; i++) Take(partitions[i].Partition, beginnings[i], ends[i]);
        }
        catch (ConnectionException lost)
        {
            readers.Events.Post(new RequestRetried(readers.Events.Now, "ListOffsets", topic, lost));
            last = lost;
        }
    }

    /// <summary>What is wrong with the brokers; or what was wrong with the last question, when they can be reached.</summary>
    string Tried => readers.Troubles is { Count: > 0 } troubles ? string.Join(" ", troubles) : last is not null ? $"The last try: {last.Message}" : "";

    void Take(int partition, OffsetAnswer beginning, OffsetAnswer end)
    {
        var error = beginning.Error != ErrorCode.None ? beginning.Error : end.Error;
        if (error == ErrorCode.None) known[partition] = new(partition, beginning.Offset, end.Offset);
        else if (new BrokerException(error, $"ListOffsets of {topic} {partition}") is var refused && !error.CanRetry) throw refused;
        else last = refused;
    }

    List<OffsetQuestion> Questions(List<PartitionView> partitions, long time) =>
        [.. partitions.Select(partition => new OffsetQuestion(new(topic, partition.Partition), partition.LeaderEpoch, time))];
}

/// <summary>Where a partition begins and ends.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Beginning">The offset of its oldest record.</param>
/// <param name="End">The offset that the next record will have.</param>
public sealed record PartitionOffsets(int Partition, long Beginning, long End);
