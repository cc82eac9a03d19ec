using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Answers;

/// <summary>
/// Reads for consumers: finds out what is wanted, waits until there is enough of it, and says what a session has not said
/// yet.
/// </summary>
static class FetchAnswer
{
    const short ById = 13;
    const short HasSessions = 7;
    const int NoSession = 0;
    const int FirstOfSession = 0;
    const int LastOfSession = -1;

    public static async ValueTask<IMessage?> ToAsync(Asked asked, Fetch.Request request)
    {
        if (Begin(asked, request, out var session, out var wanted) is var error && error != ErrorCode.None)
            return new Fetch.Response { ErrorCode = error };
        var round = new FetchRound(asked, request, wanted);
        await round.CompleteAsync().ConfigureAwait(false);
        // Whoever goes on with a session hears only of what changed.
        var told = session is null || request.SessionEpoch == FirstOfSession ? round.Results : round.Results.Where(one => one.IsNews);
        var answer = Answer(asked, [.. told], round.Committed);
        if (session is not null) round.Told(session, goesOn: request.SessionEpoch != FirstOfSession);
        return answer with { SessionId = session?.Id ?? NoSession };
    }

    /// <summary>Answers with an error: what is wrong with a session for all of it, everything else for each partition.</summary>
    public static Fetch.Response Refuse(Asked asked, Fetch.Request request, ErrorCode error)
    {
        var ofSession = error is ErrorCode.FetchSessionIdNotFound or ErrorCode.InvalidFetchSessionEpoch or ErrorCode.FetchSessionTopicIdError;
        if (ofSession && asked.Version >= HasSessions) return new() { ErrorCode = error };
        if (Begin(asked, request, out var session, out var wanted) is var wrong && wrong != ErrorCode.None) return new() { ErrorCode = wrong };
        foreach (var one in wanted) one.ToldHighWatermark = -1;
        var failed = wanted.Select(one => new FetchResult(one, null, Reading.Failed(error)));
        return Answer(asked, [.. failed], committed: false) with { SessionId = session?.Id ?? NoSession };
    }

    /// <summary>The same answer, with an error and nothing else for each partition.</summary>
    public static Fetch.Response Failed(Fetch.Response answer, ErrorCode error) => answer with
    {
        Responses = [.. answer.Responses.Select(topic => topic with
        {
            Partitions = [.. topic.Partitions.Select(one => new Fetch.Response.PartitionData
            {
                PartitionIndex = one.PartitionIndex,
                ErrorCode = error,
                HighWatermark = -1,
            })],
        })],
    };

    static ErrorCode Begin(Asked asked, Fetch.Request request, out FetchSession? session, out IReadOnlyList<SessionPartition> wanted)
    {
        var sessions = asked.Broker.Sessions;
        var clock = asked.Options.Clock;
        session = null;
        wanted = [];
        if (asked.Version < HasSessions || request.SessionEpoch is LastOfSession or FirstOfSession)
        {
            if (asked.Version >= HasSessions && request.SessionId != NoSession) sessions.Close(request.SessionId);
            if (asked.Version >= HasSessions && request.SessionEpoch == FirstOfSession)
                session = sessions.Open(asked.Version >= ById, Count(request), clock);
            // Without a session, too, a partition is read once, however often a request names it; the last time counts, as in Kafka.
            wanted = (session ?? new FetchSession(NoSession, asked.Version >= ById)).Update(Partitions(request), []);
            return ErrorCode.None;
        }

        var error = sessions.Continue(request.SessionId, request.SessionEpoch, asked.Version >= ById, Count(request), clock, out session);
        if (error != ErrorCode.None) return error;
        wanted = session!.Update(Partitions(request), Forgotten(request));
        if (wanted.Count > 0) return ErrorCode.None;
        sessions.Close(session.Id);
        session = null;
        return ErrorCode.None;
    }

    static int Count(Fetch.Request request) => request.Topics.Sum(topic => topic.Partitions.Count);

    static IEnumerable<AskedPartition> Partitions(Fetch.Request request) =>
        from topic in request.Topics
        from one in topic.Partitions
        let name = new TopicPartition(topic.Topic, topic.TopicId, one.Partition)
        select new AskedPartition(name, one.FetchOffset, one.PartitionMaxBytes, one.CurrentLeaderEpoch, one.LastFetchedEpoch);

    static IEnumerable<TopicPartition> Forgotten(Fetch.Request request) =>
        from topic in request.ForgottenTopicsData
        from partition in topic.Partitions
        select new TopicPartition(topic.Topic, topic.TopicId, partition);

    static Fetch.Response Answer(Asked asked, IReadOnlyList<FetchResult> told, bool committed)
    {
        var topics = new List<Fetch.Response.FetchableTopicResponse>();
        var places = new Dictionary<(string, Guid), List<Fetch.Response.PartitionData>>();
        foreach (var one in told)
        {
            var name = one.Partition.Asked.Name;
            if (!places.TryGetValue((name.Topic, name.TopicId), out var partitions))
            {
                partitions = places[(name.Topic, name.TopicId)] = [];
                topics.Add(new() { Topic = name.Topic, TopicId = name.TopicId, Partitions = partitions });
            }

            partitions.Add(one.ToData(committed, asked.Generation.TellsStableOffset));
        }

        return new Fetch.Response { Responses = topics, NodeEndpoints = Endpoints(asked, told) };
    }

    // Who is told of another leader is told where it is, too (KIP-951).
    static List<Fetch.Response.NodeEndpoint> Endpoints(Asked asked, IReadOnlyList<FetchResult> told)
    {
        var endpoints = new List<Fetch.Response.NodeEndpoint>();
        foreach (var leader in told.Where(one => one.Leader is not null).Select(one => one.Leader!.Leader).Distinct())
            if (asked.Cluster.Alive.TryGetValue(leader, out var address))
                endpoints.Add(new() { NodeId = leader, Host = address.Host, Port = address.Port, Rack = asked.Options.RackOf(leader) });
        return endpoints;
    }
}
