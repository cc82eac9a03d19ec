using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>
/// The pull core of one reading: follows the leaders of the partitions it is given, keeps one fetch under way at each of them, and has
/// decoded batches ready for whoever delivers them.
/// </summary>
/// <remarks>
/// It does not know why it reads these partitions (<see cref="Add"/>, <see cref="Remove"/>, <see cref="Seal"/> are called by who does) nor to
/// whom they are delivered (<see cref="WaitAsync"/>, <see cref="TryTake"/>, <see cref="Return"/>). All state is changed under one gate,
/// for moments, once per batch; no user code runs there.
/// </remarks>
sealed partial class FetchSession : IAsyncDisposable
{
    /// <summary>What is around the records of an answer, roughly.</summary>
    const int FrameOverhead = 64 * 1024;

    readonly Lock gate = new();
    readonly Dictionary<TopicPartition, PartitionReader> partitions = [];
    readonly Dictionary<int, BrokerReader> brokers = [];
    readonly ReadyQueue ready;
    readonly BrokerConnections connections;
    readonly ILogger log;
    readonly CancellationTokenSource halt = new();
    readonly CancellationToken halted;
    readonly List<Task> loops = [];
    readonly Signal output = new();
    readonly long started;
    readonly Action<FetchSession> closed;
    readonly FramePool? frames;
    Func<Exception>? fault;
    Task? ending;
    int open;
    bool complete;
    volatile bool stopped;

    public FetchSession(
        ClusterWatch watch, BrokerConnections connections, KafkaOptions kafka, KafkaEvents events, ConsumeOptions options, Action<FetchSession> closed,
        FramePool? frames = null)
    {
        this.frames = frames;
        // An answer has to fit into a frame together with what is around it.
        var fitting = Math.Max(1, kafka.MaxFrameBytes - FrameOverhead);
        if (options.FetchBytes > fitting) options = options with { FetchBytes = fitting };
        (Watch, this.connections, Settings, Events, Options, this.closed) = (watch, connections, kafka, events, options, closed);
        halted = halt.Token;
        log = kafka.LogOf("Partitions");
        ready = new(options);
        started = Clock.GetTimestamp();
        Use = ConnectionUse.Reading(this);
        Decoding = new(options, new DecodeOptions { Codecs = kafka.Codecs });
        LargestBatch = Math.Max(options.PartitionBytes, Math.Min(options.LargestBatchBytes, fitting));
    }

    public ClusterWatch Watch { get; }

    public KafkaOptions Settings { get; }

    public KafkaEvents Events { get; }

    public ConsumeOptions Options { get; }

    public TimeProvider Clock => Settings.Clock;

    /// <summary>How long it runs.</summary>
    public TimeSpan Now => Clock.GetElapsedTime(started);

    /// <summary>Its own connections.</summary>
    public ConnectionUse Use { get; }

    public AnswerDecoding Decoding { get; }

    /// <summary>The most that is asked for of one partition.</summary>
    public int LargestBatch { get; }

    /// <summary>It was stopped: whatever is ready is not wanted any more.</summary>
    public bool IsStopped => stopped;

    /// <summary>Begins.</summary>
    /// <param name="drive">Says which partitions are read, until it is cancelled.</param>
    public void Start(Func<CancellationToken, Task> drive)
    {
        Track(FollowLeadersAsync);
        Track(drive);
    }

    /// <summary>Takes partitions in. Those that are read already go on as they are.</summary>
    public void Add(string topic, Guid id, IEnumerable<(int Partition, StartFrom Start)> added)
    {
        lock (gate)
        {
            foreach (var (partition, start) in added)
            {
                var reader = new PartitionReader(new(topic, partition), id, Math.Min(Options.PartitionBytes, LargestBatch));
                if (stopped || !partitions.TryAdd(reader.Id, reader)) continue;
                reader.Look(new(start));
                reader.IsUnsure = true;
                open++;
            }

            ready.Partitions = partitions.Count;
        }

        Apply(Watch.Current, isFresh: true);
    }

    /// <summary>Gives a partition up. What is ready of it is not delivered; a batch that is being delivered is not called back.</summary>
    public void Remove(TopicPartition id)
    {
        lock (gate)
        {
            if (!partitions.Remove(id, out var reader)) return;
            Detach(reader);
            reader.Finish();
            ready.Drop(reader);
            ready.Partitions = partitions.Count;
            Drain(reader);
        }
    }

    /// <summary>No partition will be added any more: once those there are have come to their ends, so has the reading.</summary>
    public void Seal()
    {
        lock (gate) complete = true;
        output.Set();
    }

    /// <summary>Ends the reading with an error, after what is ready now.</summary>
    /// <param name="error">Makes the exception: each who is told gets one of its own.</param>
    public void Fail(Func<Exception> error)
    {
        lock (gate) fault ??= error;
        output.Set();
    }

    /// <summary>Ends the reading with an error, and waits until nothing is asked any more. Whoever delivers is told when he comes to it.</summary>
    public async ValueTask AbortAsync(Func<Exception> error)
    {
        Fail(error);
        await HaltAsync();
    }

    /// <summary>Tells an event.</summary>
    public void Tell(KafkaEvent happened) => Events.Post(happened);

    /// <summary>A connection to a broker.</summary>
    public async ValueTask<BrokerConnection> ConnectAsync(int broker, ConnectionUse use, CancellationToken ct)
    {
        var connection = await connections.GetAsync(broker, use, ct);
        if (use == Use) connection.Pool = frames;
        return connection;
    }

    /// <summary>Stops it, now and without waiting. May be called from everywhere and as often as one likes.</summary>
    public void Stop()
    {
        lock (gate)
        {
            if (stopped) return;
            stopped = true;
            ready.Clear();
            // Asking must end before its connections do, or it would open new ones.
            ending = Task.Run(EndAsync, CancellationToken.None);
        }

        output.Set();
    }

    /// <summary>Stops it and waits until nothing of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await ending!;
    }

    async Task EndAsync()
    {
        await HaltAsync();
        closed(this);
        await TakeLeaveAsync();
        await connections.CloseAsync(Use);
    }

    /// <summary>How long brokers may take to answer a goodbye, which comes behind a fetch that may wait for records.</summary>
    static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    /// <summary>Brokers that remember what is read are told that it is over. Nothing depends on it: they forget by themselves, later.</summary>
    async Task TakeLeaveAsync()
    {
        BrokerReader[] all;
        lock (gate) all = [.. brokers.Values];
        using var patience = new CancellationTokenSource(Goodbye, Clock);
        try
        {
            await Task.WhenAll(all.Select(broker => broker.LeaveAsync(connections.Open(broker.Broker, Use), patience.Token)));
        }
        catch (Exception)
        {
            // The broker is gone, slow, or does not care.
        }
    }

    async Task HaltAsync()
    {
        await halt.CancelAsync();
        Task[] all;
        lock (gate) all = [.. loops];
        await Task.WhenAll(all);
    }

    /// <summary>Runs a loop until the session ends. A loop that breaks ends the session: nothing ends silently.</summary>
    void Track(Func<CancellationToken, Task> loop)
    {
        var running = Task.Run(() => GuardAsync(loop), CancellationToken.None);
        lock (gate) loops.Add(running);
    }

    async Task GuardAsync(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(halted);
        }
        catch (Exception) when (halted.IsCancellationRequested)
        {
            // It is over, whatever it was.
        }
        catch (Exception error)
        {
            log.LogError(error, "A reading broke");
            Fail(() => new KafkaException($"The reading broke: {error.Message}", error));
        }
    }

    /// <summary>What becomes of a partition that was read to its end and delivered.</summary>
    void Drain(PartitionReader reader)
    {
        if (!reader.IsFinished || reader.IsDrained || reader.Ready.Batches > 0) return;
        reader.IsDrained = true;
        if (--open == 0) output.Set();
    }
}
