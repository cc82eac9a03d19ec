namespace Samsa.Rx;

/// <summary>Takes fetch answers apart, one after the other: each partition that was asked for gets its own.</summary>
/// <param name="session">Whose they are.</param>
sealed class FetchAnswers(FetchSession session)
{
    // Used again for each answer. From version 13 on topics have ids and no names, before names and no ids.
    readonly Dictionary<(string Topic, Guid Id, int Partition), PartitionAsk> open = [];
    readonly List<ReadyBatch> batches = [];

    /// <summary>Takes everything.</summary>
    /// <param name="asks">What was asked.</param>
    /// <param name="answer">What came.</param>
    /// <param name="version">The version of the answer.</param>
    /// <returns>Whether there was anything but "nothing new".</returns>
    public bool Take(List<PartitionAsk> asks, Fetch.Response answer, short version)
    {
        foreach (var ask in asks) open[version >= 13 ? ("", ask.TopicId, ask.Id.Partition) : (ask.Id.Topic, default, ask.Id.Partition)] = ask;
        try
        {
            return TakeAll(answer, version);
        }
        finally
        {
            // What was read must not be held by what it was read with.
            open.Clear();
            batches.Clear();
        }
    }

    bool TakeAll(Fetch.Response answer, short version)
    {
        var room = session.Options.BufferedBytes;
        var isNew = false;
        foreach (var topic in answer.Responses)
        {
            foreach (var partition in topic.Partitions)
            {
                // Nobody asked, or it comes a second time: not ours.
                if (!open.Remove((version >= 13 ? "" : topic.Topic, topic.TopicId, partition.PartitionIndex), out var ask)) continue;
                isNew |= partition.ErrorCode != ErrorCode.None || partition.Records is { IsEmpty: false };
                // What finds no room is asked for again; nothing was said about it.
                if (room <= 0) continue;
                // First the hint: else somebody might look at the cluster in between, and ask the old leader once more.
                Hint(ask, partition, answer);
                Take(ask, partition, ref room);
            }
        }

        return isNew;
    }

    void Take(in PartitionAsk ask, Fetch.Response.PartitionData partition, ref long room)
    {
        var diverging = partition.DivergingEpoch;
        if (partition.ErrorCode != ErrorCode.None) session.Refused(ask, partition.ErrorCode, "Fetch");
        else if (diverging.EndOffset >= 0 && session.Diverged(ask, diverging.Epoch, diverging.EndOffset)) return;
        else if (partition is { PreferredReadReplica: >= 0, Records: null or { IsEmpty: true } }) session.Prefers(ask, partition.PreferredReadReplica);
        else session.Took(session.Decoding.Decode(ask, partition.Records ?? default, partition.AbortedTransactions, ref room, batches).Seal());
    }

    /// <summary>A broker that does not lead may say who does (KIP-951).</summary>
    void Hint(in PartitionAsk ask, Fetch.Response.PartitionData partition, Fetch.Response answer)
    {
        var leader = partition.CurrentLeader;
        if (leader.LeaderId < 0 || partition.ErrorCode is not (ErrorCode.NotLeaderOrFollower or ErrorCode.FencedLeaderEpoch)) return;
        var at = answer.NodeEndpoints.FirstOrDefault(node => node.NodeId == leader.LeaderId);
        session.Watch.Hint(ask.Id.Topic, ask.Id.Partition, leader.LeaderId, leader.LeaderEpoch,
            at is null ? null : new BrokerInfo(at.NodeId, at.Host, at.Port, at.Rack));
    }
}
