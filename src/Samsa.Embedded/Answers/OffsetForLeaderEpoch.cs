using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Says where the records of a leader end, so that a reader can see whether its own ones are still there.</summary>
static class OffsetForLeaderEpochAnswer
{
    public static IMessage To(Asked asked, OffsetForLeaderEpoch.Request request) => new OffsetForLeaderEpoch.Response
    {
        Topics = [.. request.Topics.Select(topic => new OffsetForLeaderEpoch.Response.OffsetForLeaderTopicResult
        {
            Topic = topic.Topic,
            Partitions = [.. topic.Partitions.Select(one => Find(asked, asked.Cluster.Find(topic.Topic), one))],
        })],
    };

    static OffsetForLeaderEpoch.Response.EpochEndOffset Find(
        Asked asked, TopicState? topic, OffsetForLeaderEpoch.Request.OffsetForLeaderPartition one)
    {
        if (topic?.Find(one.Partition) is not { } partition) return Failed(one, ErrorCode.UnknownTopicOrPartition);
        var error = partition.CheckLeader(asked.Broker.Id, one.CurrentLeaderEpoch);
        if (error != ErrorCode.None) return Failed(one, error);
        var (epoch, end) = partition.Look((log, epochs, _) => epochs.EndOf(one.LeaderEpoch, log.End));
        return new() { Partition = one.Partition, LeaderEpoch = epoch, EndOffset = end };
    }

    static OffsetForLeaderEpoch.Response.EpochEndOffset Failed(
        OffsetForLeaderEpoch.Request.OffsetForLeaderPartition one, ErrorCode error) =>
        new() { Partition = one.Partition, ErrorCode = error };
}
