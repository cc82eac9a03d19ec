using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Embedded.Answers;

/// <content>The APIs of administrators.</content>
static partial class ErrorAnswers
{
    static CreateTopics.Response OfCreateTopics(Asked asked, ErrorCode error) => new()
    {
        Topics = [.. Read<CreateTopics.Request>(asked).Topics.Select(topic => new CreateTopics.Response.CreatableTopicResult
        {
            Name = topic.Name,
            ErrorCode = error,
        })],
    };

    static DeleteTopics.Response OfDeleteTopics(Asked asked, ErrorCode error)
    {
        var request = Read<DeleteTopics.Request>(asked);
        var wanted = request.Topics.Select(one => (one.Name, one.TopicId)).Concat(request.TopicNames.Select(name => ((string?)name, Guid.Empty)));
        return new()
        {
            Responses = [.. wanted.Select(one => new DeleteTopics.Response.DeletableTopicResult
            {
                Name = one.Item1,
                TopicId = one.Item2,
                ErrorCode = error,
            })],
        };
    }

    static DeleteRecords.Response OfDeleteRecords(Asked asked, ErrorCode error) => new()
    {
        Topics = [.. Read<DeleteRecords.Request>(asked).Topics.Select(topic => new DeleteRecords.Response.DeleteRecordsTopicResult
        {
            Name = topic.Name,
            Partitions = [.. topic.Partitions.Select(one => new DeleteRecords.Response.DeleteRecordsPartitionResult
            {
                PartitionIndex = one.PartitionIndex,
                LowWatermark = -1,
                ErrorCode = error,
            })],
        })],
    };

    static CreatePartitions.Response OfCreatePartitions(Asked asked, ErrorCode error) => new()
    {
        Results = [.. Read<CreatePartitions.Request>(asked).Topics.Select(topic => new CreatePartitions.Response.CreatePartitionsTopicResult
        {
            Name = topic.Name,
            ErrorCode = error,
        })],
    };

    static DescribeConfigs.Response OfDescribeConfigs(Asked asked, ErrorCode error) => new()
    {
        Results = [.. Read<DescribeConfigs.Request>(asked).Resources.Select(one => new DescribeConfigs.Response.DescribeConfigsResult
        {
            ErrorCode = error,
            ResourceType = one.ResourceType,
            ResourceName = one.ResourceName,
        })],
    };

    static DescribeTopicPartitions.Response OfDescribeTopicPartitions(Asked asked, ErrorCode error) => new()
    {
        Topics = [.. Read<DescribeTopicPartitions.Request>(asked).Topics.Select(
            topic => new DescribeTopicPartitions.Response.DescribeTopicPartitionsResponseTopic
            {
                ErrorCode = error,
                Name = topic.Name,
            })],
    };
}
