using System.Reactive.Disposables;
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
    readonly Dictionary<TopicPartition, PartitionReader> left = [];
    readonly Dictionary<TopicPartition, PartitionReader> readToEnd = [];
    readonly Dictionary<int, BrokerReader> brokers = [];
    readonly ReadyQueue ready;
    readonly BrokerConnections connections;
    readonly ILogger log;
    readonly CancellationTokenSource halt = new();
    readonly CancellationTokenSource abandoned = new();
    readonly CancellationToken halted;
    readonly List<Task> loops = [];
    readonly Signal output = new();
    readonly long started;
    readonly Action<FetchSession> closed;
    readonly FramePool? frames;
    Func<Exception>? fault;
    Task? ending;
    int open;
    int gathering;
    IDisposable? driver;
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

    /// <summary>Cancelled when the observer goes: the record that he has at that moment may not have come through to where it is dealt with.</summary>
    public CancellationToken Abandoned => abandoned.Token;

    /// <summary>Begins.</summary>
    public void Start() => Track(FollowLeadersAsync);

    /// <summary>Has somebody told when it stops: who says which partitions are read.</summary>
    public void OnStop(IDisposable told)
    {
        lock (gate)
        {
            if (!stopped)
            {
                driver = told;
                return;
            }
        }

        told.Dispose();
    }

    /// <summary>Asks nobody anything until it is disposed of: what is added meanwhile is asked for together.</summary>
    public IDisposable Gather()
    {
        lock (gate) gathering++;
        return Disposable.Create(this, static session =>
        {
            lock (session.gate)
            {
                if (--session.gathering > 0) return;
                foreach (var broker in session.brokers.Values) broker.Wake.Set();
            }
        });
    }

    /// <summary>Takes a partition in. One that was given up before goes on where not everything was dealt with.</summary>
    /// <param name="id">The partition.</param>
    /// <param name="start">Where its reading begins; null for where it was left, or <see cref="ConsumeOptions.Start"/> the first time.</param>
    /// <param name="observer">To whom its records are pushed; null when they are pulled.</param>
    /// <exception cref="InvalidOperationException">It is read already.</exception>
    public PartitionReader Add(TopicPartition id, StartFrom? start, IFeedObserver<KafkaRecord>? observer = null)
    {
        PartitionReader reader;
        lock (gate)
        {
            if (partitions.ContainsKey(id)) throw new InvalidOperationException($"{id} is read already by this reading.");
            var known = Watch.Current.Topics.GetValueOrDefault(id.Topic);
            reader = new(id, known?.Id ?? default, Math.Min(Options.PartitionBytes, LargestBatch), Options.AckMode, observer, Watch.Follow(id.Topic));
            if (stopped)
            {
                Leave(reader);
                return reader;
            }

            reader.Origin.Open(this);
            reader.Look(new(start ?? LeftAt(reader) ?? Options.Start.In(id.Partition)));
            reader.IsUnsure = true;
            partitions.Add(id, reader);
            left.Remove(id);
            readToEnd.Remove(id);
            open++;
            ready.Partitions = partitions.Count;
            if (known is not null && Watch.Current.Version >= applied) Apply(reader, known, isNews: true);
            if (reader.IsUnsure) doubts.Set();
        }

        return reader;
    }

    /// <summary>Gives a partition up. What is ready of it is not delivered; of what is being delivered the present record is the last.</summary>
    public void Remove(PartitionReader reader)
    {
        lock (gate)
        {
            if (!partitions.TryGetValue(reader.Id, out var present) || present != reader) return;
            partitions.Remove(reader.Id);
            left[reader.Id] = reader;
            if (reader.IsReadToEnd) readToEnd[reader.Id] = reader;
            Detach(reader);
            reader.Finish();
            ready.Drop(reader);
            Release(reader);
            if (reader is { IsDraining: true, IsDrained: false }) waiting--;
            ready.Partitions = partitions.Count;
            Leave(reader);
            Close(reader);
            // What was kept of it does not count any more.
            EaseAll();
        }
    }

    /// <summary>Reads a partition no further: it ends when what was delivered of it is dealt with.</summary>
    public void Drain(PartitionReader reader)
    {
        lock (gate)
        {
            if (reader.IsGone || reader.IsDraining) return;
            reader.IsDraining = true;
            if (!reader.IsDrained) waiting++;
            Detach(reader);
            reader.Finish();
            ready.Drop(reader);
            EndIfDone(reader);
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

    /// <summary>Says that the observer is about to go.</summary>
    public void Abandon() => abandoned.Cancel();

    /// <summary>Stops it, now and without waiting. May be called from everywhere and as often as one likes.</summary>
    public void Stop()
    {
        lock (gate)
        {
            if (stopped) return;
            stopped = true;
            atEnd = Watched();
            ready.Clear();
            // Asking must end before its connections do, or it would open new ones.
            ending = Task.Run(EndAsync, CancellationToken.None);
        }

        output.Set();
        moved.Set();
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
        lock (gate)
            foreach (var reader in partitions.Values)
                Leave(reader);
        driver?.Dispose();
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
    void EndIfDone(PartitionReader reader)
    {
        if (!reader.IsFinished || reader.IsDrained || reader.Ready.Batches > 0) return;
        if (reader.IsDraining && reader.Origin.InFlight.Records > 0) return;
        if (reader.IsDraining) waiting--;
        (reader.IsDrained, reader.IsReadToEnd) = (true, !reader.IsDraining && !reader.IsGone);
        if (reader.Observer is null) Close(reader);
        else PutEnd(reader);
    }

    void PutEnd(PartitionReader reader, Func<Exception>? fault = null)
    {
        Release(reader);
        ready.Put(reader, [ReadyBatch.EndOf(reader, fault)]);
        output.Set();
    }

    /// <summary>Nobody waits for the partition any more.</summary>
    void Close(PartitionReader reader)
    {
        if (reader.IsClosed) return;
        reader.IsClosed = true;
        if (--open == 0) output.Set();
    }

    static void Leave(PartitionReader reader)
    {
        reader.IsGone = true;
        // What is kept of a partition that was read to its end is still dealt with; nobody else gets it meanwhile.
        if (!reader.IsReadToEnd) reader.Origin.Close();
        reader.Interest?.Dispose();
    }

    StartFrom? LeftAt(PartitionReader reader)
    {
        if (!left.TryGetValue(reader.Id, out var before) || before.TopicId != reader.TopicId) return null;
        // One that was given up before its position was known was left where it was to begin.
        return before.Origin.Position is { } position ? StartFrom.Offset(position) : before.Seek?.Start;
    }
}
