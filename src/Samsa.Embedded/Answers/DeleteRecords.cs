using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Moves the start of logs. A batch of which a record is left stays whole, as in Kafka.</summary>
static class DeleteRecordsAnswer
{
    const long NotKnown = -1;

    public static IMessage To(Asked asked, DeleteRecords.Request request) => new DeleteRecords.Response
    {
        Topics = [.. request.Topics.Select(topic => new DeleteRecords.Response.DeleteRecordsTopicResult
        {
            Name = topic.Name,
            Partitions = [.. topic.Partitions.Select(one => Delete(asked, asked.Cluster.Find(topic.Name), one))],
        })],
    };

    static DeleteRecords.Response.DeleteRecordsPartitionResult Delete(
        Asked asked, TopicState? topic, DeleteRecords.Request.DeleteRecordsPartition one)
    {
        var start = NotKnown;
        var error = topic?.Find(one.PartitionIndex) is { } partition
            ? partition.DeleteBefore(asked.Broker.Id, one.Offset, out start)
            : ErrorCode.UnknownTopicOrPartition;
        return new() { PartitionIndex = one.PartitionIndex, LowWatermark = start, ErrorCode = error };
    }
}
