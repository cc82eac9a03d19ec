using Samsa.Embedded.Cluster;
using Samsa.Embedded.Serving;
using Samsa.Embedded.Storage;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Embedded.Answers;

/// <summary>One fetch: reads its partitions, and reads again when something came, until there is enough or time is over.</summary>
sealed class FetchRound
{
    // Kafka: fetch.max.bytes of the broker. From Fetch 3 on a client says its own limit, which can only be lower.
    const int MostBytes = 55 * 1024 * 1024;
    const short CutsUntil = 2;
    const short NamesFollowers = 11;
    const short NamesLeaders = 16;

    readonly Asked asked;
    readonly Fetch.Request request;
    readonly IReadOnlyList<SessionPartition> wanted;
    readonly byte magic;
    bool isComplete;

    public FetchRound(Asked asked, Fetch.Request request, IReadOnlyList<SessionPartition> wanted)
    {
        (this.asked, this.request, this.wanted) = (asked, request, wanted);
        magic = asked.Version switch { 0 or 1 => 0, 2 or 3 => 1, _ => 2 };
    }

    public IReadOnlyList<FetchResult> Results { get; private set; } = [];

    /// <summary>Whether only what is committed is given (read_committed).</summary>
    public bool Committed => request.IsolationLevel == 1;

    public async ValueTask CompleteAsync()
    {
        Read();
        if (isComplete || request.MaxWaitMs <= 0) return;
        var clock = asked.Options.Clock;
        var started = clock.GetTimestamp();
        var patience = TimeSpan.FromMilliseconds(request.MaxWaitMs);
        while (clock.GetElapsedTime(started) is var passed && passed < patience)
        {
            await WaitAsync(patience - passed, clock).ConfigureAwait(false);
            if (isComplete) return;
        }
    }

    /// <summary>Notes what the client now knows, and lets the partitions that gave records wait for their next turn.</summary>
    /// <param name="session">The session.</param>
    /// <param name="goesOn">Whether the session was there before; the first round changes no order.</param>
    public void Told(FetchSession session, bool goesOn)
    {
        foreach (var one in Results)
        {
            if (one.IsNews) one.Remember();
            if (goesOn && !one.Reading.Records.IsEmpty) session.MoveToEnd(one.Partition.Asked.Name);
        }
    }

    // Whatever is appended after the fetch has joined is counted; what came before it is seen by reading once more.
    async ValueTask WaitAsync(TimeSpan patience, TimeProvider clock)
    {
        var wait = new FetchWait(Math.Max(1, request.MinBytes - Bytes));
        var joined = Join(wait);
        try
        {
            Read();
            if (isComplete) return;
            using var timer = clock.CreateTimer(static state => ((FetchWait)state!).Wake(), wait, patience, Timeout.InfiniteTimeSpan);
            using var stop = asked.Stopping.UnsafeRegister(static state => ((FetchWait)state!).Wake(), wait);
            await wait.Woken.ConfigureAwait(false);
            asked.Stopping.ThrowIfCancellationRequested();
        }
        finally
        {
            foreach (var partition in joined) partition.Leave(wait);
        }

        Read();
    }

    long Bytes => Results.Sum(one => (long)one.Reading.Records.Length);

    List<PartitionState> Join(FetchWait wait)
    {
        var joined = new List<PartitionState>(Results.Count);
        foreach (var one in Results)
        {
            if (one.State is not { } state) continue;
            state.Join(wait);
            joined.Add(state);
        }

        return joined;
    }

    void Read()
    {
        var results = new FetchResult[wanted.Count];
        var left = asked.Version <= CutsUntil ? int.MaxValue : Math.Clamp(request.MaxBytes, 0, MostBytes);
        var nothingYet = true;
        var mustAnswer = wanted.Count == 0;
        for (var i = 0; i < results.Length; i++)
        {
            var one = results[i] = ReadOne(wanted[i], left, nothingYet);
            left = Math.Max(0, left - one.Reading.Records.Length);
            nothingYet &= one.Reading.Records.IsEmpty;
            mustAnswer |= one.Reading.Error != ErrorCode.None || one.Reading.Diverging is not null || one.Nearer is not null;
        }

        Results = results;
        isComplete = mustAnswer || Bytes >= request.MinBytes;
    }

    FetchResult ReadOne(SessionPartition partition, int left, bool atLeastOne)
    {
        var ask = partition.Asked;
        var topic = asked.Version >= 13 ? asked.Cluster.Find(ask.Name.TopicId) : asked.Cluster.Find(ask.Name.Topic);
        if (topic?.Find(ask.Name.Partition) is not { } state)
        {
            var unknown = topic is null && asked.Version >= 13 ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
            return new FetchResult(partition, null, Reading.Failed(unknown));
        }

        var converts = magic < asked.Generation.StoredMagic;
        var cuts = asked.Version <= CutsUntil;
        var most = Math.Min(left, Math.Max(0, ask.MaxBytes));
        var reading = state.Read(asked.Broker.Id, new ReadAsk
        {
            Offset = ask.Offset,
            MaxBytes = most,
            // What is converted is cut afterwards, when its size is known.
            AtLeastOne = cuts ? converts : atLeastOne,
            CutsFirst = cuts && !converts,
            Committed = Committed,
            LeaderEpoch = ask.LeaderEpoch,
            LastEpoch = ask.LastEpoch,
            FromFollowers = asked.Version >= NamesFollowers && asked.Options.Racks is not null,
        });
        // Who is sent to a follower gets no records here.
        if (Nearer(state, reading.Error) is { } follower)
            return new FetchResult(partition, state, reading with { Records = default, Aborted = [] }) { Nearer = follower };
        if (converts && !reading.Records.IsEmpty) reading = DownConversion.Convert(reading, magic, cuts ? most : int.MaxValue);
        return new FetchResult(partition, state, reading) { Leader = LeaderFor(state, reading.Error) };
    }

    // The follower in the rack of the reader, when the leader is somewhere else.
    int? Nearer(PartitionState state, ErrorCode error)
    {
        var (options, leadership) = (asked.Options, state.Leadership);
        if (asked.Version < NamesFollowers || request.RackId.Length == 0 || error != ErrorCode.None || leadership.Leader != asked.Broker.Id) return null;
        if (options.RackOf(leadership.Leader) == request.RackId) return null;
        var near = leadership.InSync.Where(broker => options.RackOf(broker) == request.RackId && asked.Cluster.Alive.ContainsKey(broker)).ToList();
        return near.Count > 0 ? near[0] : null;
    }

    Leadership? LeaderFor(PartitionState state, ErrorCode error) =>
        asked.Version >= NamesLeaders && error is ErrorCode.NotLeaderOrFollower or ErrorCode.FencedLeaderEpoch ? state.Leadership : null;
}

/// <summary>What was read of one partition.</summary>
/// <param name="Partition">What was asked, and what the client was told before.</param>
/// <param name="State">The partition; null when there is none.</param>
/// <param name="Reading">What it says.</param>
readonly record struct FetchResult(SessionPartition Partition, PartitionState? State, Reading Reading)
{
    /// <summary>The leader, for who asked another broker.</summary>
    public Leadership? Leader { get; init; }

    /// <summary>The follower that the reader should ask; null to go on here.</summary>
    public int? Nearer { get; init; }

    /// <summary>Whether a session has to tell of it.</summary>
    public bool IsNews =>
        Nearer is not null || !Reading.Records.IsEmpty || Reading.Error != ErrorCode.None || Reading.Diverging is not null
        || Reading.HighWatermark != Partition.ToldHighWatermark || Reading.LogStart != Partition.ToldLogStart;

    public void Remember()
    {
        // After an error or a divergence the next answer tells all of it again.
        var again = Reading.Error != ErrorCode.None || Reading.Diverging is not null;
        Partition.ToldHighWatermark = again ? -1 : Reading.HighWatermark;
        Partition.ToldLogStart = Reading.LogStart;
    }

    public Fetch.Response.PartitionData ToData(bool committed, bool tellsStable)
    {
        var data = new Fetch.Response.PartitionData
        {
            PartitionIndex = Partition.Asked.Name.Partition,
            ErrorCode = Reading.Error,
            HighWatermark = Reading.HighWatermark,
            LastStableOffset = committed || tellsStable ? Reading.LastStable : -1,
            LogStartOffset = Reading.LogStart,
            AbortedTransactions = committed || State is null ? [.. Reading.Aborted.Select(ToData)] : null,
            Records = Reading.Records,
        };
        if (Reading.Diverging is { } end) data = data with { DivergingEpoch = new() { Epoch = end.Epoch, EndOffset = end.EndOffset } };
        if (Nearer is { } follower) data = data with { PreferredReadReplica = follower };
        if (Leader is { } leader) data = data with { CurrentLeader = new() { LeaderId = leader.Leader, LeaderEpoch = leader.Epoch } };
        return data;
    }

    static Fetch.Response.AbortedTransaction ToData(Transactions.Aborted one) => new() { ProducerId = one.ProducerId, FirstOffset = one.First };
}
