using System.Runtime.CompilerServices;

namespace Samsa.Rx;

/// <summary>
/// Reads everything that one broker leads for one session: one loop, one request under way at a time, on a connection of its own.
/// </summary>
sealed class BrokerReader(FetchSession session, int broker)
{
    /// <summary>Answers that make no sense at all are asked for again so many times.</summary>
    const int MaxNonsense = 5;

    /// <summary>How often at most it is looked whether somebody delivers again.</summary>
    static readonly TimeSpan LeastRest = TimeSpan.FromMilliseconds(50);

    /// <summary>A broker that had nothing new for so long is asked less often: each time costs the processor more than the asking.</summary>
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    /// <summary>So many times longer may it wait then. A partition that comes to it waits for that, too.</summary>
    const int Patience = 4;

    readonly Turn turn = new();
    readonly IncrementalFetch fetching = new(session.Options);
    readonly FetchAnswers answers = new(session);
    int nonsense;
    int emptyAtOnce;
    TimeSpan lastNews = session.Now;

    /// <summary>When the broker was last asked without waiting and had nothing, because some partitions had no room.</summary>
    (TimeSpan At, long Delivered)? nothingNew;

    public int Broker { get; } = broker;

    /// <summary>Wakes the loop: a partition came, has room again, or its time has come.</summary>
    public Signal Wake { get; } = new();

    /// <summary>The partitions that the broker leads. Its session changes it, under its gate.</summary>
    public List<PartitionReader> Partitions { get; } = [];

    /// <summary>With which of them the next turn begins, so that each comes first some time. The session's, too.</summary>
    public int First { get; set; }

    ConsumeOptions Options => session.Options;

    public async Task RunAsync(CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            session.Plan(turn, this);
            try
            {
                if (turn.Seeks.Count > 0) await SeekAsync(turn.Seeks, stopped);
                else if (turn.Fetches.Count > 0 && IsWorthAsking()) await FetchAsync(stopped);
                else await RestAsync(stopped);
            }
            catch (Exception) when (stopped.IsCancellationRequested)
            {
                // Whatever it was, it is over.
            }
            catch (UnsupportedApiException error)
            {
                session.Fail(() => error);
                return;
            }
            catch (Exception error) when (error is ProtocolException || error.InnerException is ProtocolException)
            {
                if (++nonsense >= MaxNonsense)
                    session.Fail(() => new KafkaException($"Broker {Broker} gives answers that cannot be read: {error.Message}", error));
                await LostAsync(error, stopped);
            }
            catch (ConnectionException error)
            {
                await LostAsync(error, stopped);
            }
        }
    }

    /// <summary>Ends the session at the broker, once the loop has ended.</summary>
    public async Task LeaveAsync(BrokerConnection? connection, CancellationToken ct)
    {
        if (connection is not null && fetching.Leave() is { } request) await connection.AskAsync(request, ct: ct);
    }

    async Task SeekAsync(List<PartitionAsk> asks, CancellationToken ct)
    {
        // Short questions: they need not wait behind a fetch that waits for records.
        var connection = await session.ConnectAsync(Broker, ConnectionUse.General, ct);
        foreach (var found in await new PositionSearch(connection, Options).FindAsync(asks, ct)) session.Found(found);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    async ValueTask FetchAsync(CancellationToken ct)
    {
        var connection = await session.ConnectAsync(Broker, session.Use, ct);
        var version = connection.VersionOf(Fetch.Api, turn.Fetches.Exists(static ask => ask.TopicId == default) ? (short)12 : short.MaxValue);
        var asks = version < 3 ? Fitting(turn.Fetches) : turn.Fetches;
        var wait = turn.IsPartial ? TimeSpan.Zero : IsIdle() ? Patience * Options.MaxWait : Options.MaxWait;
        var request = fetching.Ask(asks, version, wait, session.RackFor(asks));
        Fetch.Response answer;
        var askedAt = session.Now;
        try
        {
            var asked = await connection.StartAsync(request, session.Settings.RequestTimeout + wait, version, ct);
            answer = await asked.Answer;
        }
        catch
        {
            fetching.Forget();
            throw;
        }

        nonsense = 0;
        if (answer.ErrorCode != ErrorCode.None)
        {
            await RefusedAsync(asks, answer.ErrorCode, ct);
            return;
        }

        fetching.Answered(answer, version);
        var isNew = answers.Take(asks, answer, version);
        if (isNew) lastNews = session.Now;
        nothingNew = isNew || !turn.IsPartial ? null : (session.Now, turn.Delivered);
        await KeepCalmAsync(isNew || session.Now - askedAt >= wait / 2, ct);
    }

    /// <summary>
    /// When partitions have no room, the others are asked without letting the broker wait: else those would wait, too, once they have
    /// room. If there is nothing new they are asked again after a while, but only while records are being delivered: a blocked observer
    /// costs nothing.
    /// </summary>
    bool IsWorthAsking() =>
        !turn.IsPartial || nothingNew is not { } before || (turn.Now - before.At >= Options.MaxWait && turn.Delivered != before.Delivered);

    // A broker that gathers bytes would hold back what came.
    bool IsIdle() => Options.MinBytes == 1 && turn.Now - lastNews >= Idle;

    async Task RestAsync(CancellationToken ct)
    {
        var wait = turn.NotBefore - turn.Now;
        if (turn.Fetches.Count > 0) wait = TimeSpan.FromTicks(Math.Min(wait.Ticks, Math.Max(Options.MaxWait.Ticks, LeastRest.Ticks)));
        if (turn.NotBefore == TimeSpan.MaxValue && turn.Fetches.Count == 0) await Wake.WaitAsync(ct);
        else await Wake.WaitAsync(wait, session.Clock, ct);
    }

    /// <summary>A broker that answers "nothing" without waiting as it was asked to is not asked as fast as it answers.</summary>
    async ValueTask KeepCalmAsync(bool isFine, CancellationToken ct)
    {
        emptyAtOnce = isFine ? 0 : emptyAtOnce + 1;
        if (emptyAtOnce > 3) await Task.Delay(session.Settings.Retry.After(emptyAtOnce - 3), session.Clock, ct);
    }

    /// <summary>Something is wrong with the request as a whole.</summary>
    async Task RefusedAsync(List<PartitionAsk> asks, ErrorCode error, CancellationToken ct)
    {
        if (error is ErrorCode.FetchSessionIdNotFound or ErrorCode.InvalidFetchSessionEpoch or ErrorCode.FetchSessionTopicIdError)
        {
            // Nothing of the answer was taken and no position moved: asking for everything loses and doubles nothing.
            if (error == ErrorCode.FetchSessionIdNotFound) fetching.Lost();
            else fetching.Forget();
            session.Tell(new RequestRetried(session.Events.Now, "Fetch", $"broker {Broker}", new BrokerException(error, $"Fetch at broker {Broker}")));
            await KeepCalmAsync(false, ct);
            return;
        }

        fetching.Forget();
        foreach (var ask in asks) session.Refused(ask, error, "Fetch");
    }

    async Task LostAsync(Exception error, CancellationToken ct)
    {
        foreach (var ask in turn.Seeks.Concat(turn.Fetches)) session.Lost(ask);
        session.Tell(new RequestRetried(session.Events.Now, turn.Seeks.Count > 0 ? "ListOffsets" : "Fetch", $"broker {Broker}", error));
        // The next look at the cluster tells whether this broker still leads anything. Connecting again waits by itself.
        if (nonsense > 0) await Task.Delay(session.Settings.Retry.After(nonsense), session.Clock, ct);
    }

    /// <summary>Before version 3 nothing bounds an answer but the sum of what is asked for.</summary>
    List<PartitionAsk> Fitting(List<PartitionAsk> asks)
    {
        var left = (long)Math.Min(Options.FetchBytes, session.LargestBatch);
        return [.. asks.TakeWhile((ask, i) => (left -= ask.MaxBytes) >= 0 || i == 0)];
    }
}

/// <summary>What there is to do for one broker now; its reader uses it again for each turn.</summary>
sealed class Turn
{
    /// <summary>Partitions whose positions must be found.</summary>
    public List<PartitionAsk> Seeks { get; } = [];

    /// <summary>Partitions that can be read.</summary>
    public List<PartitionAsk> Fetches { get; } = [];

    /// <summary>Others could be read, had they room.</summary>
    public bool IsPartial { get; set; }

    /// <summary>The session's time.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>When a partition that waits may be asked for again.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>How many batches were delivered until now.</summary>
    public long Delivered { get; private set; }

    /// <summary>Forgets the turn before.</summary>
    public void Begin(TimeSpan now, long delivered)
    {
        Seeks.Clear();
        Fetches.Clear();
        (Now, Delivered, IsPartial, NotBefore) = (now, delivered, false, TimeSpan.MaxValue);
    }
}
