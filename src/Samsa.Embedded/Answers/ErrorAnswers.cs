using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Answers that say nothing but an error, wherever the answer of an API has a place for one.</summary>
static partial class ErrorAnswers
{
    static readonly Dictionary<short, Func<Asked, ErrorCode, IMessage>> Answers = new()
    {
        [Produce.Api.Key] = OfProduce,
        [Fetch.Api.Key] = (asked, error) => FetchAnswer.Refuse(asked, Read<Fetch.Request>(asked), error),
        [ListOffsets.Api.Key] = OfListOffsets,
        [Metadata.Api.Key] = OfMetadata,
        [FindCoordinator.Api.Key] = OfFindCoordinator,
        [ApiVersions.Api.Key] = (_, error) => new ApiVersions.Response { ErrorCode = error },
        [CreateTopics.Api.Key] = OfCreateTopics,
        [DeleteTopics.Api.Key] = OfDeleteTopics,
        [InitProducerId.Api.Key] = (_, error) => new InitProducerId.Response { ErrorCode = error, ProducerEpoch = -1 },
        [OffsetForLeaderEpoch.Api.Key] = OfOffsetForLeaderEpoch,
        [DeleteRecords.Api.Key] = OfDeleteRecords,
        [CreatePartitions.Api.Key] = OfCreatePartitions,
        [DescribeConfigs.Api.Key] = OfDescribeConfigs,
        [DescribeCluster.Api.Key] = (_, error) => new DescribeCluster.Response { ErrorCode = error },
        [DescribeTopicPartitions.Api.Key] = OfDescribeTopicPartitions,
    };

    public static bool Knows(short api) => Answers.ContainsKey(api);

    /// <param name="asked">The request.</param>
    /// <param name="error">The error.</param>
    /// <exception cref="RefusedRequestException">The request wants no answer: only closing the connection says something.</exception>
    public static IMessage To(Asked asked, ErrorCode error) => Answers.TryGetValue(asked.Api.Key, out var answer)
        ? answer(asked, error)
        : throw new InvalidOperationException($"Answers of {asked.Api.Name} with an error are not known.");

    static Produce.Response OfProduce(Asked asked, ErrorCode error)
    {
        var request = Read<Produce.Request>(asked);
        if (request.Acks == 0) throw new RefusedRequestException($"By script, a batch without acknowledgement fails: {error.KafkaName}.");
        return new()
        {
            Responses = [.. request.TopicData.Select(topic => new Produce.Response.TopicProduceResponse
            {
                Name = topic.Name,
                TopicId = topic.TopicId,
                PartitionResponses = [.. topic.PartitionData.Select(one => new Produce.Response.PartitionProduceResponse
                {
                    Index = one.Index,
                    ErrorCode = error,
                    BaseOffset = -1,
                })],
            })],
        };
    }

    static ListOffsets.Response OfListOffsets(Asked asked, ErrorCode error) => new()
    {
        Topics = [.. Read<ListOffsets.Request>(asked).Topics.Select(topic => new ListOffsets.Response.ListOffsetsTopicResponse
        {
            Name = topic.Name,
            Partitions = [.. topic.Partitions.Select(one => new ListOffsets.Response.ListOffsetsPartitionResponse
            {
                PartitionIndex = one.PartitionIndex,
                ErrorCode = error,
            })],
        })],
    };

    // The brokers are told all the same; the error is that of each topic, known or not.
    static Metadata.Response OfMetadata(Asked asked, ErrorCode error)
    {
        var wanted = Read<Metadata.Request>(asked).Topics is { Count: > 0 } named
            ? named.Select(one => (one.Name, one.TopicId))
            : asked.Cluster.Topics.Select(topic => ((string?)topic.Name, topic.Id));
        return MetadataAnswer.About(asked, wanted.Select(one => new Metadata.Response.MetadataResponseTopic
        {
            ErrorCode = error,
            Name = one.Item1,
            TopicId = one.Item2,
        }));
    }

    static FindCoordinator.Response OfFindCoordinator(Asked asked, ErrorCode error) => new()
    {
        ErrorCode = error,
        NodeId = -1,
        Port = -1,
        Coordinators = [.. Read<FindCoordinator.Request>(asked).CoordinatorKeys.Select(key => new FindCoordinator.Response.Coordinator
        {
            Key = key,
            NodeId = -1,
            Port = -1,
            ErrorCode = error,
        })],
    };

    static OffsetForLeaderEpoch.Response OfOffsetForLeaderEpoch(Asked asked, ErrorCode error) => new()
    {
        Topics = [.. Read<OffsetForLeaderEpoch.Request>(asked).Topics.Select(topic => new OffsetForLeaderEpoch.Response.OffsetForLeaderTopicResult
        {
            Topic = topic.Topic,
            Partitions = [.. topic.Partitions.Select(one => new OffsetForLeaderEpoch.Response.EpochEndOffset
            {
                Partition = one.Partition,
                ErrorCode = error,
            })],
        })],
    };

    static TRequest Read<TRequest>(Asked asked)
        where TRequest : IMessage<TRequest>
    {
        var reader = new WireReader(asked.Body, asked.Flexible);
        return TRequest.Read(ref reader, asked.Version);
    }
}
