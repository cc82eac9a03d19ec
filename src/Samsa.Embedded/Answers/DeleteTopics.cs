using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Deletes topics: by name, from version 6 on by id as well.</summary>
static class DeleteTopicsAnswer
{
    const short ById = 6;

    public static IMessage To(Asked asked, DeleteTopics.Request request)
    {
        var wanted = asked.Version >= ById
            ? request.Topics.Select(one => (one.Name, one.TopicId))
            : request.TopicNames.Select(name => ((string?)name, Guid.Empty));
        return new DeleteTopics.Response { Responses = [.. wanted.Select(one => Delete(asked, one.Item1, one.Item2))] };
    }

    static DeleteTopics.Response.DeletableTopicResult Delete(Asked asked, string? name, Guid id)
    {
        if (!asked.MayChangeTopics) return Result(name, id, ErrorCode.NotController);
        if (name is not null && id != Guid.Empty) return Result(name, id, ErrorCode.InvalidRequest);
        var topic = name is null ? asked.Cluster.Find(id) : asked.Cluster.Find(name);
        if (topic is null || !asked.Cluster.Delete(topic))
            return Result(name, id, name is null ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition);
        return Result(topic.Name, topic.Id, ErrorCode.None);
    }

    static DeleteTopics.Response.DeletableTopicResult Result(string? name, Guid id, ErrorCode error) => new()
    {
        Name = name,
        TopicId = id,
        ErrorCode = error,
        ErrorMessage = error == ErrorCode.None ? null : error.KafkaName,
    };
}
