using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Embedded.Storage;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>Stores what producers send, partition by partition: what is wrong with one does not touch the others.</summary>
static class ProduceAnswer
{
    const short ById = 13;
    const short NamesLeaders = 10;
    const short All = -1;

    /// <returns>Null with acks 0: nobody waits for an answer.</returns>
    public static IMessage? To(Asked asked, Produce.Request request)
    {
        var leaders = new HashSet<int>();
        var topics = new List<Produce.Response.TopicProduceResponse>(request.TopicData.Count);
        foreach (var data in request.TopicData)
        {
            var topic = asked.Version >= ById ? asked.Cluster.Find(data.TopicId) : asked.Cluster.Find(data.Name);
            var partitions = new List<Produce.Response.PartitionProduceResponse>(data.PartitionData.Count);
            foreach (var one in data.PartitionData) partitions.Add(Store(asked, request, topic, one, leaders));
            topics.Add(new() { Name = data.Name, TopicId = data.TopicId, PartitionResponses = partitions });
        }

        if (request.Acks == 0) return Silently(topics);
        return new Produce.Response { Responses = topics, NodeEndpoints = Endpoints(asked, leaders) };
    }

    // With acks 0 a closed connection is the only way to say that something was wrong.
    static IMessage? Silently(List<Produce.Response.TopicProduceResponse> topics)
    {
        var failed = topics.SelectMany(topic => topic.PartitionResponses).FirstOrDefault(one => one.ErrorCode != ErrorCode.None);
        return failed is null ? null
            : throw new RefusedRequestException($"A batch without acknowledgement was refused: {failed.ErrorCode.KafkaName}.");
    }

    static Produce.Response.PartitionProduceResponse Store(
        Asked asked, Produce.Request request, TopicState? topic, Produce.Request.PartitionProduceData data, HashSet<int> leaders)
    {
        if (topic?.Find(data.Index) is not { } partition)
        {
            var unknown = topic is null && asked.Version >= ById ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
            return Failed(data.Index, new Refusal(unknown, "There is no such topic or partition."));
        }

        var records = data.Records ?? ReadOnlyMemory<byte>.Empty;
        var now = asked.Cluster.Now;
        if (Refuse(asked, request, partition, records.Span) is { } refusal) return Explained(asked, partition, data.Index, refusal, leaders);
        refusal = Acceptance.Check(records, partition.Topic.Rules, asked.Generation, now, out var accepted);
        if (refusal is not null) return Failed(data.Index, refusal) with { LogStartOffset = StartFor(refusal, partition) };

        var appended = partition.Append(asked.Broker.Id, accepted, now, asked.Generation.WantsKnownProducers);
        if (appended.Error != ErrorCode.None)
        {
            var refused = new Refusal(appended.Error, appended.Error.KafkaName);
            return Explained(asked, partition, data.Index, refused, leaders) with { LogStartOffset = appended.LogStart };
        }

        return new()
        {
            Index = data.Index,
            BaseOffset = appended.Offset,
            LogAppendTimeMs = appended.AppendTime,
            LogStartOffset = appended.LogStart,
        };
    }

    // Where the log begins is told by a broker that came as far as the records.
    static long StartFor(Refusal refusal, PartitionState partition) =>
        refusal.Error is ErrorCode.CorruptMessage or ErrorCode.MessageTooLarge ? -1 : partition.Look((log, _, _) => log.Start);

    // What can be said without looking at the records themselves.
    static Refusal? Refuse(Asked asked, Produce.Request request, PartitionState partition, ReadOnlySpan<byte> records)
    {
        if (Acceptance.CheckForm(records, asked.Version) is { } form) return Older(form, asked.Generation);
        if (asked.Generation.ChecksAcks && request.Acks is not (0 or 1 or All))
            return new Refusal(ErrorCode.InvalidRequiredAcks, "Acks are 0, 1 or -1.");
        // A transaction begins at its coordinator, and there is none: no batch can be part of one.
        if (asked.Version >= 3 && Entry.IsTransactional(records))
            return request.TransactionalId is null
                ? new Refusal(ErrorCode.TransactionalIdAuthorizationFailed, "A transaction needs a transactional id.")
                : new Refusal(ErrorCode.InvalidTxnState, "The partition is not part of a transaction of this producer.");
        var leadership = partition.Leadership;
        if (leadership.Leader != asked.Broker.Id)
            return new Refusal(ErrorCode.NotLeaderOrFollower, "This broker does not lead the partition.");
        return request.Acks == All && leadership.InSync.Length < partition.Topic.Rules.MinInSync
            ? new Refusal(ErrorCode.NotEnoughReplicas, "Fewer replicas are in sync than the topic needs.")
            : null;
    }

    static Refusal Older(Refusal form, Generation generation) =>
        generation.KnowsInvalidRecords ? form
        : form.Error == ErrorCode.UnsupportedCompressionType ? form with { Error = ErrorCode.UnknownServerError }
        : throw new RefusedRequestException(form.Message);

    static Produce.Response.PartitionProduceResponse Explained(
        Asked asked, PartitionState partition, int index, Refusal refusal, HashSet<int> leaders)
    {
        var failed = Failed(index, refusal);
        if (refusal.Error != ErrorCode.NotLeaderOrFollower || asked.Version < NamesLeaders) return failed;
        var now = partition.Leadership;
        if (now.Leader != Leadership.None) leaders.Add(now.Leader);
        return failed with { CurrentLeader = new() { LeaderId = now.Leader, LeaderEpoch = now.Epoch } };
    }

    static Produce.Response.PartitionProduceResponse Failed(int index, Refusal refusal) => new()
    {
        Index = index,
        ErrorCode = refusal.Error,
        BaseOffset = -1,
        ErrorMessage = refusal.Message,
        RecordErrors = [.. refusal.Records.Select(record => new Produce.Response.BatchIndexAndErrorMessage
        {
            BatchIndex = record,
            BatchIndexErrorMessage = refusal.Message,
        })],
    };

    static List<Produce.Response.NodeEndpoint> Endpoints(Asked asked, HashSet<int> leaders)
    {
        var endpoints = new List<Produce.Response.NodeEndpoint>(leaders.Count);
        foreach (var leader in leaders)
            if (asked.Cluster.Alive.TryGetValue(leader, out var address))
                endpoints.Add(new() { NodeId = leader, Host = address.Host, Port = address.Port });
        return endpoints;
    }
}
