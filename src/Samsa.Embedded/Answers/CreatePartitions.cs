using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Adds partitions to topics, or says what would come of it.</summary>
static class CreatePartitionsAnswer
{
    public static IMessage To(Asked asked, CreatePartitions.Request request)
    {
        var twice = request.Topics.GroupBy(topic => topic.Name).Where(same => same.Count() > 1).Select(same => same.Key).ToHashSet();
        return new CreatePartitions.Response
        {
            Results = [.. request.Topics.DistinctBy(topic => topic.Name).Select(topic =>
                !asked.MayChangeTopics ? Result(topic, ErrorCode.NotController, "This is not the controller.")
                : twice.Contains(topic.Name) ? Result(topic, ErrorCode.InvalidRequest, "The topic is named twice.")
                : Grow(asked, topic, request.ValidateOnly))],
        };
    }

    static CreatePartitions.Response.CreatePartitionsTopicResult Grow(
        Asked asked, CreatePartitions.Request.CreatePartitionsTopic wanted, bool validateOnly)
    {
        if (asked.Cluster.Find(wanted.Name) is not { } topic)
            return Result(wanted, ErrorCode.UnknownTopicOrPartition, $"There is no topic {wanted.Name}.");
        var have = topic.Partitions.Count;
        IReadOnlyList<IReadOnlyList<int>>? replicas = wanted.Assignments?.Select(one => one.BrokerIds).ToList();
        if (replicas is not null && wanted.Count > have && !AreLegal(asked, topic, replicas, wanted.Count - have))
            return Result(wanted, ErrorCode.InvalidReplicaAssignment, "The assignment does not fit, or names brokers that cannot be.");
        var error = asked.Cluster.Grow(topic, wanted.Count, replicas, validateOnly);
        return Result(wanted, error, error switch
        {
            ErrorCode.None => null,
            ErrorCode.InvalidPartitions => $"The topic has {have} partitions; {wanted.Count} are not more.",
            ErrorCode.PolicyViolation => $"There can be {asked.Options.MaxPartitions} partitions in all.",
            _ => error.ToString(),
        });
    }

    // New partitions have as many replicas as those that are there.
    static bool AreLegal(Asked asked, TopicState topic, IReadOnlyList<IReadOnlyList<int>> replicas, int added) =>
        replicas.Count == added && replicas.All(one =>
            one.Count == topic.Partitions[0].Leadership.Replicas.Length
            && one.Distinct().Count() == one.Count && one.All(asked.Cluster.Alive.ContainsKey));

    static CreatePartitions.Response.CreatePartitionsTopicResult Result(
        CreatePartitions.Request.CreatePartitionsTopic wanted, ErrorCode error, string? message) => new()
        {
            Name = wanted.Name,
            ErrorCode = error,
            ErrorMessage = message,
        };
}
