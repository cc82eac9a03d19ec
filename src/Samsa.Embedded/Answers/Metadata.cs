using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Brokers that run, topics, and who leads their partitions.</summary>
static class MetadataAnswer
{
    // From 4 on the client says whether a topic may be created; before, asking was enough.
    const short AsksBeforeCreating = 4;

    // Topics can be asked for by their ids from 12 on; 10 and 11 have a place for ids that no broker looks at (KIP-516).
    const short KnowsIds = 12;

    public static IMessage To(Asked asked, Metadata.Request request) => About(asked, Topics(asked, request)) with
    {
        ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? AuthorizedOperations.OnCluster : AuthorizedOperations.NotAsked,
    };

    /// <summary>The brokers, and what is to be said of topics.</summary>
    public static Metadata.Response About(Asked asked, IEnumerable<Metadata.Response.MetadataResponseTopic> topics)
    {
        var named = asked.Generation.NamesBrokersAtOnce || asked.Cluster.HadTopics;
        return new Metadata.Response
        {
            Brokers = !named ? [] : [.. asked.Cluster.Alive.Select(broker => new Metadata.Response.MetadataResponseBroker
            {
                NodeId = broker.Key,
                Host = broker.Value.Host,
                Port = broker.Value.Port,
                Rack = asked.Options.RackOf(broker.Key),
            })],
            ClusterId = asked.Cluster.ClusterId,
            ControllerId = asked.Cluster.Controller,
            Topics = [.. topics],
        };
    }

    static IEnumerable<Metadata.Response.MetadataResponseTopic> Topics(Asked asked, Metadata.Request request)
    {
        // All topics: an empty list in version 0, null after it.
        var all = asked.Version == 0 ? request.Topics is not { Count: > 0 } : request.Topics is null;
        var described = all
            ? asked.Cluster.Topics.Select(topic => Describe(topic, asked.Cluster))
            : request.Topics!.Select(one => One(asked, one, request.AllowAutoTopicCreation || asked.Version < AsksBeforeCreating));
        return !request.IncludeTopicAuthorizedOperations ? described : described.Select(topic =>
            topic.ErrorCode == ErrorCode.None ? topic with { TopicAuthorizedOperations = AuthorizedOperations.OnTopic } : topic);
    }

    static Metadata.Response.MetadataResponseTopic One(Asked asked, Metadata.Request.MetadataRequestTopic wanted, bool mayCreate)
    {
        if (wanted.Name is not { } name)
        {
            // The answer cannot leave the name out either, before brokers knew ids.
            if (asked.Version < KnowsIds) return new() { ErrorCode = ErrorCode.InvalidRequest, Name = "" };
            return asked.Cluster.Find(wanted.TopicId) is { } known
                ? Describe(known, asked.Cluster)
                : new() { ErrorCode = ErrorCode.UnknownTopicId, TopicId = wanted.TopicId };
        }

        if (asked.Cluster.Find(name) is { } topic) return Describe(topic, asked.Cluster);
        var error = !TopicNames.IsLegal(name) ? ErrorCode.InvalidTopic
            : mayCreate && asked.Options.AutoCreateTopics ? Create(asked, name)
            : ErrorCode.UnknownTopicOrPartition;
        return new() { ErrorCode = error, Name = name };
    }

    static ErrorCode Create(Asked asked, string name)
    {
        var error = asked.Cluster.Create(name, null, asked.Options.DefaultPartitions, null, out _);
        // Somebody else may have been faster. In any case the next question finds it.
        return error is ErrorCode.None or ErrorCode.TopicAlreadyExists ? asked.Generation.WhileCreating : error;
    }

    static Metadata.Response.MetadataResponseTopic Describe(TopicState topic, ClusterState cluster) => new()
    {
        Name = topic.Name,
        TopicId = topic.Id,
        Partitions = [.. topic.Partitions.Select(partition => Describe(partition, cluster))],
    };

    static Metadata.Response.MetadataResponsePartition Describe(PartitionState partition, ClusterState cluster)
    {
        var now = partition.Leadership;
        return new()
        {
            ErrorCode = now.Error,
            PartitionIndex = partition.Index,
            LeaderId = now.Leader,
            LeaderEpoch = now.Epoch,
            ReplicaNodes = now.Replicas,
            IsrNodes = now.InSync,
            OfflineReplicas = cluster.Offline(now),
        };
    }
}
