using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Embedded.Storage;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Finds offsets: the ends of partitions, and what was written at a time.</summary>
static class ListOffsetsAnswer
{
    const short KnowsEpochs = 4;

    public static IMessage To(Asked asked, ListOffsets.Request request) => new ListOffsets.Response
    {
        Topics = [.. request.Topics.Select(topic => new ListOffsets.Response.ListOffsetsTopicResponse
        {
            Name = topic.Name,
            Partitions = [.. topic.Partitions.Select(one => Find(asked, asked.Cluster.Find(topic.Name), one, request.IsolationLevel == 1))],
        })],
    };

    static ListOffsets.Response.ListOffsetsPartitionResponse Find(
        Asked asked, TopicState? topic, ListOffsets.Request.ListOffsetsPartition one, bool committed)
    {
        if (topic?.Find(one.PartitionIndex) is not { } partition) return Failed(one, ErrorCode.UnknownTopicOrPartition);
        var error = partition.CheckLeader(asked.Broker.Id, one.CurrentLeaderEpoch);
        if (error != ErrorCode.None) return Failed(one, error);
        var special = asked.Generation.HasSpecialTimes;
        if (special && !OffsetSearch.Knows(one.Timestamp, asked.Version)) return Failed(one, ErrorCode.UnsupportedVersion);
        if (asked.Version == 0) return Old(one, partition, asked.Cluster.Now);
        var found = partition.Look((log, epochs, stable) => OffsetSearch.Find(log, epochs, committed ? stable : log.End, one.Timestamp, special));
        return new()
        {
            PartitionIndex = one.PartitionIndex,
            Timestamp = found.Timestamp,
            Offset = found.Offset,
            LeaderEpoch = asked.Version >= KnowsEpochs ? found.LeaderEpoch : -1,
        };
    }

    static ListOffsets.Response.ListOffsetsPartitionResponse Old(
        ListOffsets.Request.ListOffsetsPartition one, PartitionState partition, long now) => new()
        {
            PartitionIndex = one.PartitionIndex,
            OldStyleOffsets = partition.Look((log, _, _) => OffsetSearch.Segments(log, one.Timestamp, one.MaxNumOffsets, now)),
        };

    static ListOffsets.Response.ListOffsetsPartitionResponse Failed(ListOffsets.Request.ListOffsetsPartition one, ErrorCode error) =>
        new() { PartitionIndex = one.PartitionIndex, ErrorCode = error };
}
