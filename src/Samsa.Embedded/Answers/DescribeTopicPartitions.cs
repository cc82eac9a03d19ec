using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Describes topics by name, in pages of so many partitions. A topic that is split goes on in the next page.</summary>
static class DescribeTopicPartitionsAnswer
{
    // Kafka: max.request.partition.size.limit.
    const int MostPartitions = 2000;

    public static IMessage To(Asked asked, DescribeTopicPartitions.Request request)
    {
        if (request.Cursor is { PartitionIndex: < 0 })
            return Page([.. request.Topics.Select(topic => Failed(topic.Name, ErrorCode.InvalidRequest))], null, 0);
        var room = Math.Clamp(request.ResponsePartitionLimit, 1, MostPartitions);
        var described = new List<DescribeTopicPartitions.Response.DescribeTopicPartitionsResponseTopic>();
        foreach (var name in Names(asked, request))
        {
            var first = name == request.Cursor?.TopicName ? request.Cursor.PartitionIndex : 0;
            if (room == 0) return Page(described, name, first);
            if (asked.Cluster.Find(name) is not { } topic)
            {
                described.Add(Failed(name, TopicNames.IsLegal(name) ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopic));
                continue;
            }

            described.Add(Describe(topic, first, room, asked.Cluster));
            room -= described[^1].Partitions.Count;
            var next = first + described[^1].Partitions.Count;
            if (next < topic.Partitions.Count) return Page(described, name, next);
        }

        return Page(described, null, 0);
    }

    // Without names all topics are meant. The order is what makes pages possible.
    static IEnumerable<string> Names(Asked asked, DescribeTopicPartitions.Request request)
    {
        var wanted = request.Topics.Count > 0 ? request.Topics.Select(topic => topic.Name) : asked.Cluster.Topics.Select(topic => topic.Name);
        return wanted.Distinct()
            .Where(name => request.Cursor is not { } cursor || string.CompareOrdinal(name, cursor.TopicName) >= 0)
            .Order(StringComparer.Ordinal);
    }

    static DescribeTopicPartitions.Response Page(
        List<DescribeTopicPartitions.Response.DescribeTopicPartitionsResponseTopic> topics, string? next, int partition) => new()
        {
            Topics = topics,
            NextCursor = next is null ? null : new() { TopicName = next, PartitionIndex = partition },
        };

    static DescribeTopicPartitions.Response.DescribeTopicPartitionsResponseTopic Describe(
        TopicState topic, int first, int most, ClusterState cluster) => new()
        {
            Name = topic.Name,
            TopicId = topic.Id,
            Partitions = [.. topic.Partitions.Skip(first).Take(most).Select(partition => Describe(partition, cluster))],
            TopicAuthorizedOperations = AuthorizedOperations.OnTopic,
        };

    static DescribeTopicPartitions.Response.DescribeTopicPartitionsResponsePartition Describe(PartitionState partition, ClusterState cluster)
    {
        var now = partition.Leadership;
        return new()
        {
            ErrorCode = now.Error,
            PartitionIndex = partition.Index,
            LeaderId = now.Leader,
            LeaderEpoch = now.Epoch,
            ReplicaNodes = now.Replicas,
            IsrNodes = now.InSync,
            EligibleLeaderReplicas = [],
            LastKnownElr = [],
            OfflineReplicas = cluster.Offline(now),
        };
    }

    static DescribeTopicPartitions.Response.DescribeTopicPartitionsResponseTopic Failed(string name, ErrorCode error) =>
        new() { Name = name, ErrorCode = error };
}
