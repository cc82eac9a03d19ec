using Samsa.Embedded.Serving;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Which answer belongs to which API. An API that a profile does not know never comes here.</summary>
static class AnswerTable
{
    static readonly Dictionary<short, IAnswer> Answers = new()
    {
        [Produce.Api.Key] = new Answer<Produce.Request>((asked, request) => new(ProduceAnswer.To(asked, request))),
        [Fetch.Api.Key] = new Answer<Fetch.Request>(FetchAnswer.ToAsync),
        [ListOffsets.Api.Key] = new Answer<ListOffsets.Request>((asked, request) => new(ListOffsetsAnswer.To(asked, request))),
        [Metadata.Api.Key] = new Answer<Metadata.Request>((asked, request) => new(MetadataAnswer.To(asked, request))),
        [FindCoordinator.Api.Key] = new Answer<FindCoordinator.Request>((asked, request) => new(FindCoordinatorAnswer.To(asked, request))),
        [ApiVersions.Api.Key] = new Answer<ApiVersions.Request>((asked, _) => new(ApiVersionsAnswer.To(asked))),
        [CreateTopics.Api.Key] = new Answer<CreateTopics.Request>((asked, request) => new(CreateTopicsAnswer.To(asked, request))),
        [DeleteTopics.Api.Key] = new Answer<DeleteTopics.Request>((asked, request) => new(DeleteTopicsAnswer.To(asked, request))),
        [InitProducerId.Api.Key] = new Answer<InitProducerId.Request>((asked, request) => new(InitProducerIdAnswer.To(asked, request))),
        [OffsetForLeaderEpoch.Api.Key] = new Answer<OffsetForLeaderEpoch.Request>((asked, request) => new(OffsetForLeaderEpochAnswer.To(asked, request))),
    };

    public static IAnswer Find(short key) => Answers[key];
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
