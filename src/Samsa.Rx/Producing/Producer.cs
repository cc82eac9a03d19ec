using System.Buffers;
using System.Collections.Concurrent;
using System.Reactive;
using Samsa.Protocol.Compression;

namespace Samsa.Rx;

/// <summary>Writes records: for each partition a lane of batches, for each broker a sender that empties the lanes it leads.</summary>
sealed class Producer : IAsyncDisposable
{
    readonly KafkaEvents events;
    readonly ILogger log;
    readonly KafkaOptions kafka;
    readonly ConcurrentDictionary<string, Lazy<TopicLanes>> topics = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<int, Lazy<BrokerSender>> senders = new();
    readonly CancellationTokenSource stop = new();
    readonly IDisposable views;
    readonly ITimer expiry;
    int watching, seeking, flushing, closed;

    public Producer(ClusterWatch view, BrokerConnections connections, KafkaOptions kafka, SinkOptions options, KafkaEvents events, ArrayPool<byte>? arrays)
    {
        (View, Connections, this.kafka, Options, this.events) = (view, connections, kafka, options.Checked(), events);
        Batches = new(options, arrays ?? BatchSource.PoolFor(options));
        log = kafka.LogOf("Producing");
        Stopped = stop.Token;
        Linger = TicksOf(options.Linger);
        expiry = Clock.CreateTimer(static producer => ((Producer)producer!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        views = view.Views.Subscribe(Observer.Create<ClusterView>(Follow));
    }

    public SinkOptions Options { get; }

    public BatchSource Batches { get; }

    public ProducerIdentities Identities { get; } = new();

    public ClusterWatch View { get; }

    public BrokerConnections Connections { get; }

    public TimeProvider Clock => kafka.Clock;

    public BackOff Retry => Options.Retry ?? kafka.Retry;

    /// <summary>The linger, on the clock's timestamps.</summary>
    public long Linger { get; }

    /// <summary>How long an answer may take: the broker's own limit and the way to and fro.</summary>
    public TimeSpan AnswerTimeout => Options.RequestTimeout + TimeSpan.FromSeconds(5);

    /// <summary>Ends everything that waits.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>Whether batches shall go though they have room: somebody flushes, or waits for the memory they take.</summary>
    public bool IsHurried => Volatile.Read(ref flushing) > 0 || Batches.Budget.IsWanted;

    /// <summary>Milliseconds since 1970.</summary>
    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public long TicksOf(TimeSpan span) => (long)(span.TotalSeconds * Clock.TimestampFrequency);

    public TopicLanes LanesOf(string topic) =>
        topics.GetOrAdd(topic, static (name, producer) => new Lazy<TopicLanes>(() => new TopicLanes(producer, name)), this).Value;

    public BrokerSender SenderOf(int node) =>
        senders.GetOrAdd(node, static (id, producer) => new Lazy<BrokerSender>(() => new BrokerSender(producer, id)), this).Value;

    public Guid IdOf(string topic) => topics.TryGetValue(topic, out var lanes) ? lanes.Value.Id : Guid.Empty;

    public void ThrowIfClosed()
    {
        if (Volatile.Read(ref closed) != 0) throw PublishFailure.Closed();
    }

    /// <summary>The codec for a broker that speaks this version of Produce.</summary>
    /// <exception cref="NotSupportedException">The broker, or this machine, does not know the codec.</exception>
    public ICompressionCodec? CodecFor(short version)
    {
        if (Options.Compression is CompressionCodec.None) return null;
        if (Options.Compression is CompressionCodec.Zstd && version < 7)
            throw new NotSupportedException("zstd needs brokers of Kafka 2.1 or later (Produce 7), and this one speaks Produce up to " + version);
        return kafka.Codecs.Find(Options.Compression) ?? throw new NotSupportedException($"no codec is registered for {Options.Compression}");
    }

    /// <summary>There are batches that may have to be given up one day.</summary>
    public void Watch()
    {
        if (Volatile.Read(ref watching) == 0 && Interlocked.Exchange(ref watching, 1) == 0) expiry.Change(Options.DeliveryTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Somebody waits for room: what can go, goes.</summary>
    public void Hurry()
    {
        foreach (var sender in senders.Values) sender.Value.Wake();
    }

    /// <summary>Drops the oldest batch that was never sent.</summary>
    /// <returns>Whether there was one.</returns>
    public bool DropOldest() => Lanes().MinBy(lane => lane.OldestUnsent)?.DropOldest() ?? false;

    /// <summary>The view of the cluster is in doubt.</summary>
    public void NeedsView(string why)
    {
        try
        {
            View.Doubt(why);
        }
        catch (ObjectDisposedException)
        {
            // The client is being closed, and nothing will be sent again.
        }
    }

    /// <summary>A broker said who leads now (KIP-951).</summary>
    public void LeaderIs(PartitionLane lane, int leader, int epoch, BrokerInfo? at)
    {
        View.Hint(lane.Topic, lane.Partition, leader, epoch, at);
        if (View.Current.Brokers.ContainsKey(leader)) lane.Follow(leader, epoch);
    }

    /// <summary>Batches wait for a partition that has no leader.</summary>
    public void SeekLeaders()
    {
        if (Interlocked.Exchange(ref seeking, 1) == 0) _ = Task.Run(SeekAsync, CancellationToken.None);
    }

    public void Retried(PartitionLane lane, in Verdict verdict)
    {
        var about = $"{lane.Topic} {lane.Partition}";
        events.Post(new RequestRetried(events.Now, "Produce", about, verdict.Cause ?? new BrokerException(verdict.Code, $"Produce to {about}", verdict.Detail)));
        if (verdict.NeedsMetadata) NeedsView($"Produce to {about} ended with {verdict.Code.KafkaName}");
    }

    public void Failed(PartitionLane lane, int records, PublishException error)
    {
        log.LogWarning("{Records} records for {Topic} {Partition}: {Outcome}. {Error}", records, lane.Topic, lane.Partition, error.Outcome, error.Message);
        events.Post(new DeliveryFailed(events.Now, lane.Topic, lane.Partition, records, error));
    }

    /// <summary>A connection without acknowledgements ended.</summary>
    public void PossiblyLost(string broker, long records)
    {
        log.LogWarning("{Records} records may be lost with the connection to {Broker}", records, broker);
        events.Post(new RecordsPossiblyLost(events.Now, broker, records));
    }

    /// <summary>An answer told of what was not asked, or twice.</summary>
    public void Unasked(string broker, string about) => events.Post(new UnaskedAnswer(events.Now, broker, "Produce", about));

    /// <summary>Something happened that nobody thought of.</summary>
    public void Broken(string what, Exception error) => log.LogError(error, "Unexpected error while {What}", what);

    /// <summary>Sends everything that was taken until now, without lingering, and waits until it has come to its end.</summary>
    public Task FlushAsync(CancellationToken ct) => FlushAsync([.. topics.Values.Select(topic => topic.Value)], ct);

    /// <summary>As <see cref="FlushAsync(CancellationToken)"/>, but only for some topics.</summary>
    public async Task FlushAsync(TopicLanes[] which, CancellationToken ct)
    {
        Interlocked.Increment(ref flushing);
        try
        {
            Hurry();
            await default(OffContext);
            foreach (var lanes in which) await lanes.Waiting.EmptiedAsync().WaitAsync(ct);
            Hurry();
            await Task.WhenAll(which.SelectMany(lanes => lanes.Lanes.ToArray()).Select(lane => lane.Flushed())).WaitAsync(ct);
            await Task.WhenAll(senders.Values.Select(sender => sender.Value.ProvenAsync())).WaitAsync(ct);
        }
        finally
        {
            Interlocked.Decrement(ref flushing);
        }
    }

    /// <summary>Takes nothing more, and sends what there is.</summary>
    public ValueTask DisposeAsync() => CloseAsync(Options.FlushTimeout);

    /// <summary>Takes nothing more, sends what it can within the time, and gives up the rest.</summary>
    public async ValueTask CloseAsync(TimeSpan flush)
    {
        if (Interlocked.Exchange(ref closed, 1) != 0) return;
        using (var patience = new CancellationTokenSource(flush, Clock))
        {
            try
            {
                await FlushAsync(patience.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                // What is left is told how it stands.
            }
        }

        await stop.CancelAsync();
        foreach (var topic in topics.Values) await topic.Value.Waiting.EmptiedAsync();
        foreach (var lane in Lanes()) lane.Close("the producer was disposed of");
        views.Dispose();
        await expiry.DisposeAsync();
        foreach (var sender in senders.Values)
        {
            await sender.Value.Ended;
            sender.Value.Dispose();
        }

        foreach (var topic in topics.Values) topic.Value.Dispose();
        stop.Dispose();
    }

    IEnumerable<PartitionLane> Lanes() => topics.Values.SelectMany(topic => topic.Value.Lanes.ToArray());

    void Follow(ClusterView view)
    {
        foreach (var (name, lanes) in topics)
        {
            if (view.Topics.TryGetValue(name, out var topic)) lanes.Value.Follow(topic);
            else lanes.Value.Begin();
        }
    }

    async Task SeekAsync()
    {
        try
        {
            while (Lanes().Any(lane => lane.IsStranded)) Follow(await View.RefreshAsync("a partition to write to has no leader", Stopped));
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }

        Volatile.Write(ref seeking, 0);
        // One may have lost its leader between the last look and the write.
        if (Lanes().Any(lane => lane.IsStranded)) SeekLeaders();
    }

    void Expire()
    {
        Volatile.Write(ref watching, 0);
        var now = Clock.GetTimestamp();
        var next = long.MaxValue;
        foreach (var lane in Lanes()) next = Math.Min(next, lane.Expire(now, TicksOf(Options.DeliveryTimeout)));
        if (next == long.MaxValue || Stopped.IsCancellationRequested) return;
        Volatile.Write(ref watching, 1);
        var wait = Clock.GetElapsedTime(Clock.GetTimestamp(), next);
        // A moment later than due, so that the time is surely over.
        expiry.Change(wait > TimeSpan.Zero ? wait + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
