using Samsa.Embedded.Serving;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Which answer belongs to which API. An API that a profile does not know never comes here.</summary>
static class AnswerTable
{
    static readonly Dictionary<short, IAnswer> Answers = new()
    {
        [Produce.Api.Key] = Of<Produce.Request>(ProduceAnswer.To),
        [Fetch.Api.Key] = new Answer<Fetch.Request>(FetchAnswer.ToAsync),
        [ListOffsets.Api.Key] = Of<ListOffsets.Request>(ListOffsetsAnswer.To),
        [Metadata.Api.Key] = Of<Metadata.Request>(MetadataAnswer.To),
        [FindCoordinator.Api.Key] = Of<FindCoordinator.Request>(FindCoordinatorAnswer.To),
        [ApiVersions.Api.Key] = Of<ApiVersions.Request>((asked, _) => ApiVersionsAnswer.To(asked)),
        [CreateTopics.Api.Key] = Of<CreateTopics.Request>(CreateTopicsAnswer.To),
        [DeleteTopics.Api.Key] = Of<DeleteTopics.Request>(DeleteTopicsAnswer.To),
        [DeleteRecords.Api.Key] = Of<DeleteRecords.Request>(DeleteRecordsAnswer.To),
        [InitProducerId.Api.Key] = Of<InitProducerId.Request>(InitProducerIdAnswer.To),
        [OffsetForLeaderEpoch.Api.Key] = Of<OffsetForLeaderEpoch.Request>(OffsetForLeaderEpochAnswer.To),
        [DescribeConfigs.Api.Key] = Of<DescribeConfigs.Request>(DescribeConfigsAnswer.To),
        [CreatePartitions.Api.Key] = Of<CreatePartitions.Request>(CreatePartitionsAnswer.To),
        [DescribeCluster.Api.Key] = Of<DescribeCluster.Request>(DescribeClusterAnswer.To),
        [DescribeTopicPartitions.Api.Key] = Of<DescribeTopicPartitions.Request>(DescribeTopicPartitionsAnswer.To),
    };

    public static IAnswer Find(short key) => Answers[key];

    static Answer<TRequest> Of<TRequest>(Func<Asked, TRequest, IMessage?> answer)
        where TRequest : IMessage<TRequest> =>
        new((asked, request) => new(answer(asked, request)));
}

/// <summary>Reads one kind of request and answers it.</summary>
interface IAnswer
{
    /// <summary>Reads the rest of a request, and answers it; null when it wants no answer.</summary>
    ValueTask<IMessage?> AnswerAsync(ref WireReader body, Asked asked);
}

sealed class Answer<TRequest>(Func<Asked, TRequest, ValueTask<IMessage?>> answer) : IAnswer
    where TRequest : IMessage<TRequest>
{
    public ValueTask<IMessage?> AnswerAsync(ref WireReader body, Asked asked)
    {
        var request = TRequest.Read(ref body, asked.Version);
        body.ExpectEnd();
        return answer(asked, request);
    }
}
