using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Creates topics, or says what would come of it.</summary>
static class CreateTopicsAnswer
{
    // From 4 on −1 leaves the number of partitions and replicas to the broker (KIP-464).
    const short TakesDefaults = 4;
    const int Default = -1;

    public static IMessage To(Asked asked, CreateTopics.Request request)
    {
        var twice = request.Topics.GroupBy(topic => topic.Name).Where(same => same.Count() > 1).Select(same => same.Key).ToHashSet();
        return new CreateTopics.Response
        {
            Topics = [.. request.Topics.DistinctBy(topic => topic.Name).Select(topic =>
                !asked.MayChangeTopics ? Failed(topic, ErrorCode.NotController, "This is not the controller.")
                : twice.Contains(topic.Name) ? Failed(topic, ErrorCode.InvalidRequest, "The topic is named twice.")
                : Create(asked, topic, request.ValidateOnly))],
        };
    }

    static CreateTopics.Response.CreatableTopicResult Create(Asked asked, CreateTopics.Request.CreatableTopic wanted, bool validateOnly)
    {
        if (TopicConfigs.Read(wanted.Configs.Select(one => (one.Name, one.Value)), asked.Options.Profile, out var settings) is { } wrong)
            return Failed(wanted, ErrorCode.InvalidConfig, wrong);
        if (Shape(asked, wanted, ref settings, out var replicas, out var count) is { } failed) return failed;

        TopicState? topic = null;
        var error = validateOnly
            ? asked.Cluster.WouldCreate(wanted.Name, count, settings)
            : asked.Cluster.Create(wanted.Name, replicas, count, settings, out topic);
        if (error != ErrorCode.None) return Failed(wanted, error, Reason(error, wanted, asked));
        return new()
        {
            Name = wanted.Name,
            TopicId = topic?.Id ?? Guid.Empty,
            NumPartitions = count,
            ReplicationFactor = (short)(topic?.Partitions[0].Leadership.Replicas.Length ?? settings.ReplicationFactor ?? -1),
            Configs = [.. wanted.Configs.Select(one => new CreateTopics.Response.CreatableTopicConfigs
            {
                Name = one.Name,
                Value = one.Value,
                ConfigSource = 1, // set for this topic
            })],
        };
    }

    // Either numbers of partitions and replicas, or for each partition the brokers that hold it.
    static CreateTopics.Response.CreatableTopicResult? Shape(
        Asked asked, CreateTopics.Request.CreatableTopic wanted, ref TopicSettings settings,
        out IReadOnlyList<IReadOnlyList<int>>? replicas, out int count)
    {
        replicas = null;
        count = wanted.NumPartitions;
        if (wanted.Assignments.Count > 0)
        {
            if (wanted.NumPartitions != Default || wanted.ReplicationFactor != Default)
                return Failed(wanted, ErrorCode.InvalidRequest, "Either numbers or an assignment can be given, not both.");
            var assigned = wanted.Assignments.OrderBy(one => one.PartitionIndex).ToList();
            var isWhole = assigned.Select(one => one.PartitionIndex).SequenceEqual(Enumerable.Range(0, assigned.Count));
            if (!isWhole || !assigned.TrueForAll(one => IsLegal(asked, one)))
                return Failed(wanted, ErrorCode.InvalidReplicaAssignment, "The assignment names partitions or brokers that cannot be.");
            replicas = [.. assigned.Select(one => one.BrokerIds)];
            count = replicas.Count;
            return null;
        }

        if (asked.Version >= TakesDefaults && count == Default) count = asked.Options.DefaultPartitions;
        if (count < 1) return Failed(wanted, ErrorCode.InvalidPartitions, "Number of partitions must be larger than 0.");
        if (asked.Version >= TakesDefaults && wanted.ReplicationFactor == Default) return null;
        if (wanted.ReplicationFactor < 1)
            return Failed(wanted, ErrorCode.InvalidReplicationFactor, "Replication factor must be larger than 0.");
        settings = settings with { ReplicationFactor = wanted.ReplicationFactor };
        return null;
    }

    static bool IsLegal(Asked asked, CreateTopics.Request.CreatableReplicaAssignment one) =>
        one.BrokerIds.Count > 0 && one.BrokerIds.Distinct().Count() == one.BrokerIds.Count
        && one.BrokerIds.All(asked.Cluster.Alive.ContainsKey);

    static string Reason(ErrorCode error, CreateTopics.Request.CreatableTopic wanted, Asked asked) => error switch
    {
        ErrorCode.TopicAlreadyExists => $"Topic '{wanted.Name}' already exists.",
        ErrorCode.InvalidTopic => $"'{wanted.Name}' is no name for a topic.",
        ErrorCode.InvalidReplicationFactor =>
            $"Replication factor {wanted.ReplicationFactor} is larger than the {asked.Cluster.Alive.Count} brokers that run.",
        ErrorCode.PolicyViolation => $"There can be {asked.Options.MaxPartitions} partitions in all.",
        _ => error.ToString(),
    };

    static CreateTopics.Response.CreatableTopicResult Failed(
        CreateTopics.Request.CreatableTopic wanted, ErrorCode error, string message) => new()
        {
            Name = wanted.Name,
            ErrorCode = error,
            ErrorMessage = message,
        };
}
