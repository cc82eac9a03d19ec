using Samsa.Protocol;

namespace Samsa.Embedded.Serving;

/// <summary>The fetch sessions of one broker (KIP-227): what a client reads is told once, after that only what changes.</summary>
sealed class FetchSessions
{
    // Kafka: max.incremental.fetch.session.cache.slots, and how long a session must have been idle to give its slot away.
    const int Slots = 1000;
    static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);

    readonly Lock gate = new();
    readonly Dictionary<int, FetchSession> sessions = [];
    int lastId;

    public int Count
    {
        get
        {
            lock (gate) return sessions.Count;
        }
    }

    /// <summary>Opens a session; null when all slots are in use, and the client goes on without one.</summary>
    public FetchSession? Open(bool byId, TimeProvider clock)
    {
        lock (gate)
        {
            if (sessions.Count >= Slots && !Evict(clock)) return null;
            // 0 stands for no session.
            do lastId = lastId == int.MaxValue ? 1 : lastId + 1;
            while (sessions.ContainsKey(lastId));
            return sessions[lastId] = new FetchSession(lastId, byId) { LastUsed = clock.GetTimestamp() };
        }
    }

    public void Close(int id)
    {
        lock (gate) sessions.Remove(id);
    }

    /// <summary>Finds the session of a request that goes on with one.</summary>
    /// <param name="id">The number of the session.</param>
    /// <param name="epoch">The number of the request in it.</param>
    /// <param name="byId">Whether the request names topics by their ids.</param>
    /// <param name="clock">The clock of the broker.</param>
    /// <param name="session">The session, when there is no error.</param>
    public ErrorCode Continue(int id, int epoch, bool byId, TimeProvider clock, out FetchSession? session)
    {
        lock (gate)
        {
            if (!sessions.TryGetValue(id, out session)) return ErrorCode.FetchSessionIdNotFound;
            if (session.ById != byId) return ErrorCode.FetchSessionTopicIdError;
            if (session.NextEpoch != epoch) return ErrorCode.InvalidFetchSessionEpoch;
            session.NextEpoch = epoch == int.MaxValue ? 1 : epoch + 1;
            session.LastUsed = clock.GetTimestamp();
            return ErrorCode.None;
        }
    }

    bool Evict(TimeProvider clock)
    {
        var oldest = sessions.Values.MinBy(session => session.LastUsed)!;
        return clock.GetElapsedTime(oldest.LastUsed) > Idle && sessions.Remove(oldest.Id);
    }
}
