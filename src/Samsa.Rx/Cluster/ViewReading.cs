using System.Collections.Immutable;

namespace Samsa.Rx;

/// <summary>Turns an answer to Metadata into a view: takes what can be, keeps what was known better.</summary>
/// <remarks>
/// Answers come from brokers that may lag, restart, or mean harm. So an older leader epoch never replaces a newer one, what is missing
/// is kept for the caller to judge, and what cannot be is left out.
/// </remarks>
static class ViewReading
{
    /// <summary>No real topic has more; beyond it the answer is cut.</summary>
    const int MostPartitions = 200_000;

    /// <summary>The brokers that could be connected to; the first of those with the same number.</summary>
    public static ImmutableSortedDictionary<int, BrokerInfo> Brokers(Metadata.Response answer, Func<BrokerInfo, bool>? mayConnect = null)
    {
        var brokers = ImmutableSortedDictionary.CreateBuilder<int, BrokerInfo>();
        foreach (var broker in answer.Brokers)
        {
            var named = new BrokerInfo(broker.NodeId, broker.Host, broker.Port, broker.Rack);
            if (CanBe(named, mayConnect)) brokers.TryAdd(broker.NodeId, named);
        }
        return brokers.ToImmutable();
    }

    /// <summary>Whether a broker that somebody named could be connected to, and may.</summary>
    public static bool CanBe(BrokerInfo broker, Func<BrokerInfo, bool>? mayConnect) =>
        broker.NodeId >= 0 && new BrokerAddress(broker.Host, broker.Port).IsPlausible && mayConnect?.Invoke(broker) != false;

    /// <summary>The answered topics by name: those that can exist, the first of those with the same name or id.</summary>
    public static Dictionary<string, Metadata.Response.MetadataResponseTopic> Topics(Metadata.Response answer)
    {
        var topics = new Dictionary<string, Metadata.Response.MetadataResponseTopic>(StringComparer.Ordinal);
        var ids = new HashSet<Guid>();
        foreach (var topic in answer.Topics)
            if (TopicName.IsLegal(topic.Name) && (topic.TopicId == default || ids.Add(topic.TopicId)))
                topics.TryAdd(topic.Name!, topic);
        return topics;
    }

    /// <summary>A topic, as the answer and what was known before make it.</summary>
    /// <param name="answer">The answer about it.</param>
    /// <param name="before">What was known; null for nothing.</param>
    /// <param name="brokers">The brokers that are there: a leader that is not among them is none.</param>
    public static TopicView Topic(
        Metadata.Response.MetadataResponseTopic answer, TopicView? before, IReadOnlyDictionary<int, BrokerInfo> brokers)
    {
        // A broker of an older version in the same cluster gives no id. That is not another topic.
        var id = answer.TopicId == default && before is not null ? before.Id : answer.TopicId;
        var same = before is not null && (before.Id == id || before.Id == default) ? before : null;

        // An election, or a topic that is just being made: what is known of it stays good.
        if (answer.ErrorCode == ErrorCode.LeaderNotAvailable && same is { Partitions.Count: > 0 }) return same;
        if (answer.ErrorCode != ErrorCode.None) return new(answer.Name!, id, answer.IsInternal, answer.ErrorCode, []);

        var partitions = new SortedDictionary<int, PartitionView>();
        foreach (var partition in answer.Partitions.Take(MostPartitions))
            if (partition.PartitionIndex is >= 0 and < int.MaxValue)
                partitions.TryAdd(partition.PartitionIndex, Partition(partition, same?.Find(partition.PartitionIndex), brokers));
        // Partitions do not become fewer: who names fewer is behind.
        foreach (var known in same?.Partitions ?? [])
            partitions.TryAdd(known.Partition, known);

        var view = new TopicView(answer.Name!, id, answer.IsInternal, ErrorCode.None, [.. partitions.Values]);
        return before is not null && SameTopic(before, view) ? before : view;
    }

    /// <summary>Whether two views tell the same.</summary>
    public static bool Same(ClusterView a, ClusterView b) =>
        a.ClusterId == b.ClusterId && a.ControllerId == b.ControllerId
        && a.Brokers.Count == b.Brokers.Count && a.Brokers.All(broker => b.Brokers.GetValueOrDefault(broker.Key) == broker.Value)
        && a.Topics.Count == b.Topics.Count && a.Topics.All(topic => b.Topics.GetValueOrDefault(topic.Key) is { } other && SameTopic(topic.Value, other));

    static PartitionView Partition(
        Metadata.Response.MetadataResponsePartition answer, PartitionView? before, IReadOnlyDictionary<int, BrokerInfo> brokers)
    {
        var epoch = Math.Max(answer.LeaderEpoch, -1);
        // The leader moved, this broker has not heard of it yet, and another one has told us already. Its epoch is lower then.
        if (before is not null && answer.LeaderEpoch != -1 && epoch < before.LeaderEpoch) return before;

        // A missing replica is no trouble for a client.
        var error = answer.ErrorCode == ErrorCode.ReplicaNotAvailable ? ErrorCode.None : answer.ErrorCode;
        var hasLeader = brokers.ContainsKey(answer.LeaderId);
        if (!hasLeader && error == ErrorCode.None) error = ErrorCode.LeaderNotAvailable;
        return new(answer.PartitionIndex, hasLeader ? answer.LeaderId : -1, epoch, [.. answer.ReplicaNodes], [.. answer.IsrNodes], error);
    }

    static bool SameTopic(TopicView a, TopicView b) =>
        ReferenceEquals(a, b)
        || a.Name == b.Name && a.Id == b.Id && a.Born == b.Born && a.IsInternal == b.IsInternal && a.Error == b.Error && a.Partitions.SequenceEqual(b.Partitions);
}
