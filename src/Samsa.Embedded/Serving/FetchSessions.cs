using Samsa.Protocol;

namespace Samsa.Embedded.Serving;

/// <summary>The fetch sessions of one broker (KIP-227): what a client reads is told once, after that only what changes.</summary>
sealed class FetchSessions
{
    // Kafka: max.incremental.fetch.session.cache.slots, and how long a session must have been idle to give its slot away.
    const int Slots = 1000;

    // So much all sessions together remember, whatever clients claim to read.
    const int Partitions = 200_000;
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

    /// <summary>Opens a session; null when there is no room for it, and the client goes on without one.</summary>
    /// <param name="byId">Whether topics are named by their ids.</param>
    /// <param name="partitions">How many partitions it is to hold.</param>
    /// <param name="clock">The clock of the broker.</param>
    public FetchSession? Open(bool byId, int partitions, TimeProvider clock)
    {
        lock (gate)
        {
            if (!HasRoomFor(partitions) || sessions.Count >= Slots && !Evict(clock)) return null;
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
    /// <param name="added">How many partitions the request names, at most as many of which are new.</param>
    /// <param name="clock">The clock of the broker.</param>
    /// <param name="session">The session, when there is no error.</param>
    public ErrorCode Continue(int id, int epoch, bool byId, int added, TimeProvider clock, out FetchSession? session)
    {
        lock (gate)
        {
            if (!sessions.TryGetValue(id, out session)) return ErrorCode.FetchSessionIdNotFound;
            if (session.ById != byId) return ErrorCode.FetchSessionTopicIdError;
            if (session.NextEpoch != epoch) return ErrorCode.InvalidFetchSessionEpoch;
            if (added > 0 && !HasRoomFor(added))
            {
                sessions.Remove(id);
                return ErrorCode.FetchSessionIdNotFound;
            }

            session.NextEpoch = epoch == int.MaxValue ? 1 : epoch + 1;
            session.LastUsed = clock.GetTimestamp();
            return ErrorCode.None;
        }
    }

    bool HasRoomFor(int partitions) => partitions <= Partitions - sessions.Values.Sum(session => (long)session.Count);

    bool Evict(TimeProvider clock)
    {
        var oldest = sessions.Values.MinBy(session => session.LastUsed)!;
        return clock.GetElapsedTime(oldest.LastUsed) > Idle && sessions.Remove(oldest.Id);
    }
}
