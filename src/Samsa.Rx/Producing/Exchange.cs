namespace Samsa.Rx;

/// <summary>One request with the batches in it, and the answer to it taken apart.</summary>
sealed class Exchange(Producer producer)
{
    readonly Dictionary<(string Topic, int Partition), OutgoingBatch> batches = [];
    readonly Dictionary<string, List<Produce.Request.PartitionProduceData>> topics = [];

    /// <summary>Whether every topic in it has an id, which Produce 13 and later need in place of the name.</summary>
    public bool HasTopicIds { get; private set; } = true;

    public bool IsEmpty => batches.Count == 0;

    /// <summary>How many records are in it.</summary>
    public int Records => batches.Values.Sum(batch => batch.Count);

    public void Add(OutgoingBatch batch, ReadOnlyMemory<byte> bytes)
    {
        var lane = batch.Lane;
        if (!topics.TryGetValue(lane.Topic, out var partitions)) topics[lane.Topic] = partitions = [];
        partitions.Add(new() { Index = lane.Partition, Records = bytes });
        batches.Add((lane.Topic, lane.Partition), batch);
    }

    public Produce.Request ToRequest()
    {
        var data = new List<Produce.Request.TopicProduceData>(topics.Count);
        foreach (var (topic, partitions) in topics)
        {
            var id = producer.IdOf(topic);
            HasTopicIds &= id != Guid.Empty;
            data.Add(new() { Name = topic, TopicId = id, PartitionData = partitions });
        }

        return new() { Acks = (short)producer.Options.Acks, TimeoutMs = (int)producer.Options.RequestTimeout.TotalMilliseconds, TopicData = data };
    }

    /// <summary>The broker answered.</summary>
    /// <returns>The first topic and partition that it told of without being asked, or twice; null when there is none.</returns>
    public string? Settle(Produce.Response answer, Produce.Request request)
    {
        string? unasked = null;
        foreach (var topic in answer.Responses)
        {
            // From version 13 on a topic goes by its id.
            var name = topic.TopicId == Guid.Empty ? topic.Name : request.TopicData.FirstOrDefault(asked => asked.TopicId == topic.TopicId)?.Name;
            foreach (var partition in topic.PartitionResponses)
            {
                if (name is null || !batches.Remove((name, partition.Index), out var batch))
                {
                    unasked ??= $"{Foreign.Text(name ?? (topic.TopicId == Guid.Empty ? topic.Name : $"{topic.TopicId}"))} {partition.Index}";
                    continue;
                }

                var (leader, epoch) = (partition.CurrentLeader.LeaderId, partition.CurrentLeader.LeaderEpoch);
                if (partition.ErrorCode is ErrorCode.NotLeaderOrFollower or ErrorCode.FencedLeaderEpoch && leader >= 0)
                    producer.LeaderIs(batch.Lane, leader, epoch, AddressOf(leader, answer));
                End(batch, Verdict.Of(partition, batch.Count, batch.Attempts));
            }
        }

        Settle(Verdict.Omitted());
        return unasked;
    }

    /// <summary>All batches that are left ended alike. It is empty then, and can be filled again.</summary>
    public void Settle(in Verdict verdict)
    {
        foreach (var batch in batches.Values) End(batch, verdict);
        batches.Clear();
        topics.Clear();
        HasTopicIds = true;
    }

    static BrokerInfo? AddressOf(int leader, Produce.Response answer) =>
        answer.NodeEndpoints.FirstOrDefault(node => node.NodeId == leader) is { } node ? new(node.NodeId, node.Host, node.Port, node.Rack) : null;

    static void End(OutgoingBatch batch, in Verdict verdict)
    {
        batch.Lane.Settle(batch, verdict);
        batch.Let();
    }
}
