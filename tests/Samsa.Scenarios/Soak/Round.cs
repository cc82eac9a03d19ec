using System.Diagnostics;
using Samsa.Protocol.Compression;

namespace Samsa.Scenarios.Soak;

/// <summary>One round: a topic, writers and readers, the faults of a seed, and at the end the laws.</summary>
sealed class Round(RunningReal brokers, int seed, Fault[] faults, TimeSpan longestStall, Chronicle told)
{
    const int Partitions = 4;

    static readonly int[] ZooKeepers = [1, 2, 3];

    // In milliseconds; with the way to and fro an answer may take five seconds more.
    const int ImpatientRequest = 4_000;

    readonly Facts facts = new(told);
    readonly Stack<IAsyncDisposable> opened = [];
    readonly List<Writer> writers = [];
    readonly List<Reader> readers = [];
    readonly RoundResult result = new(seed);
    Onlooker? onlooker;
    string topic = "";
    int partitions = Partitions;

    public async Task<RoundResult> RunAsync()
    {
        told.Say($"seed {seed} on {brokers.Kind}: {string.Join("; ", faults.Select(fault => fault.ToString()))}");
        try
        {
            await BeginAsync();
            for (var next = 0; next < faults.Length; next++)
            {
                // Somebody who comes late has to read through what is there while the faults go on.
                if (next == faults.Length / 2) await OpenReaderAsync("late", new());
                await SufferAsync(faults[next]);
            }

            await SettleAsync();
        }
        catch (Exception broken) when (broken is not IgnoreException)
        {
            facts.Add("the round comes to its end", broken is AssertionException ? broken.Message : $"{broken}");
        }
        finally
        {
            await CloseAsync();
        }

        result.Broken = facts.Broken;
        told.Say($"{result}; {facts}");
        return result;
    }

    async Task BeginAsync()
    {
        topic = await brokers.CreateTopicAsync($"soak-{seed}", Partitions, replication: 3);
        onlooker = await Onlooker.OpenAsync(brokers, facts, told);
        opened.Push(onlooker);
        await OpenReaderAsync("reader", new());
        await OpenReaderAsync("thrifty", new() { PartitionBytes = 20_000, FetchBytes = 60_000, BufferedRecords = 500, BufferedBytes = 100_000 });
        if (brokers.Kind.IsIdempotent) await OpenReaderAsync("committed", new() { Isolation = Isolation.ReadCommitted });
        Add(new ToolReader(brokers, topic, new("samsa consume", facts), facts, told));

        await OpenWritersAsync();
        foreach (var writer in writers) writer.Start();
        // Programs have to start for this, which says nothing of the client.
        await FlowAsync("at the beginning", TimeSpan.FromMinutes(2));
    }

    async Task OpenWritersAsync()
    {
        // Brokers that are not told by leader epochs that they were replaced keep what they were asked to write until its time is over.
        var whole = brokers.Kind.IsIdempotent ? new SinkOptions() : new() { RequestTimeout = TimeSpan.FromMilliseconds(ImpatientRequest) };
        var promise = brokers.Kind.IsIdempotent ? Promise.ExactlyOnce : Promise.AtLeastOnce;
        await OpenSinkAsync("steady", promise, 400, whole);
        await OpenSinkAsync("hasty", promise, 200, new() { DeliveryTimeout = TimeSpan.FromSeconds(5), RequestTimeout = TimeSpan.FromSeconds(2) });
        await OpenSinkAsync("packed", promise, 300, whole with
        {
            Compression = CompressionCodec.Gzip,
            Linger = TimeSpan.FromMilliseconds(50),
            BatchBytes = 4_000,
            BufferBytes = 100_000,
        });
        await OpenSinkAsync("unnumbered", Promise.AtLeastOnce, 100, new() { Idempotent = false, RequestTimeout = TimeSpan.FromMilliseconds(ImpatientRequest) });
        await OpenSinkAsync("sticky", promise, 100, whole with { Partitioner = Partitioners.Sticky });
        await OpenSinkAsync("leader", Promise.WhileTheLeaderLives, 50, whole with { Acks = Acks.Leader });
        await OpenSinkAsync("careless", Promise.AtMostOnce, 50, whole with { Acks = Acks.None });
        Add(await AwaitingWriter.OpenAsync(brokers, topic, NewLedger("awaiting", promise), 100, whole, told));
        string[] words = brokers.Kind.IsIdempotent ? [] : ["-X", $"request.timeout.ms={ImpatientRequest}"];
        Add(new ToolWriter(brokers, topic, NewLedger("samsa produce", promise), 200, told, words));
    }

    async Task SufferAsync(Fault fault)
    {
        told.Say($"{fault}");
        await ApplyAsync(fault);
        await Health.AwaitAsync(brokers, topic, inSync: 2, partitions);
        var stall = await FlowAsync($"after {fault}", longestStall);
        told.Say($"   flows again {stall.TotalSeconds:0.00} s after the cluster had healed");
        result.LongestStall = stall > result.LongestStall ? stall : result.LongestStall;
        await Health.AwaitAsync(brokers, topic, inSync: 3, partitions);
        await Task.Delay(fault.Calm);
    }

    async Task ApplyAsync(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Grow:
                await Stranger.GrowAsync(brokers, topic, ++partitions);
                result.Grown++;
                break;
            case FaultKind.Pause:
                await AwayAsync(fault, "pause", "resume");
                result.Pauses++;
                break;
            case FaultKind.KillZooKeeper:
                var leader = await brokers.Kafka.ZooKeeperLeaderAsync();
                await brokers.Kafka.ZooKeeperAsync(leader, "kill");
                await Task.Delay(fault.Lasts);
                await brokers.Kafka.ZooKeeperAsync(leader, "start");
                break;
            case FaultKind.PauseZooKeeper:
                foreach (var server in ZooKeepers) await brokers.Kafka.ZooKeeperAsync(server, "pause");
                await Task.Delay(fault.Lasts);
                foreach (var server in ZooKeepers) await brokers.Kafka.ZooKeeperAsync(server, "resume");
                break;
            case FaultKind.Turn:
                foreach (var broker in fault.Brokers) await TurnAsync(fault, broker);
                break;
            default:
                await AwayAsync(fault, "kill", "start");
                result.Kills += fault.Brokers.Length;
                break;
        }
    }

    async Task AwayAsync(Fault fault, string go, string comeBack)
    {
        foreach (var broker in fault.Brokers) await brokers.Kafka.BrokerAsync(broker, go);
        await Task.Delay(fault.Lasts);
        foreach (var broker in fault.Brokers) await brokers.Kafka.BrokerAsync(broker, comeBack);
    }

    async Task TurnAsync(Fault fault, int broker)
    {
        await brokers.Kafka.BrokerAsync(broker, "stop");
        await Task.Delay(fault.Lasts);
        await brokers.Kafka.BrokerAsync(broker, "start");
        result.Restarts++;
        await Health.AwaitAsync(brokers, topic, inSync: 3, partitions);
    }

    /// <summary>Waits until there was progress in everything that is written and read, in each partition.</summary>
    /// <returns>How long it took.</returns>
    async Task<TimeSpan> FlowAsync(string when, TimeSpan limit)
    {
        var (since, isLate) = (Stopwatch.GetTimestamp(), false);
        while (Stuck(since) is { } stuck)
        {
            var waited = Stopwatch.GetElapsedTime(since);
            if (waited > limit && !isLate)
            {
                isLate = true;
                facts.Add("all go on by themselves", $"{waited.TotalSeconds:0.0} s {when} there is no progress of {stuck}");
            }

            if (waited > limit + TimeSpan.FromSeconds(90)) throw new AssertionException($"No progress of {stuck} {when}.");
            await Task.Delay(20);
        }

        return Stopwatch.GetElapsedTime(since);
    }

    string? Stuck(long since)
    {
        foreach (var writer in writers)
            if (!(writer.IsEverywhere ? writer.Ledger.Pulse.IsIn(partitions, since) : writer.Ledger.Pulse.IsAnywhere(since)))
                return $"{writer.Ledger.Name} in partition {writer.Ledger.Pulse.Still(partitions, since)}";
        foreach (var reader in readers)
            if (reader.Log.Pulse.Still(partitions, since) is { } partition)
                return $"{reader.Log.Reader} in partition {partition}";
        return null;
    }

    async Task SettleAsync()
    {
        await Task.WhenAll(writers.Select(writer => writer.StopAsync()));
        told.Say("all is written; Java's consumer reads");
        var log = await Stranger.ReadAsync(brokers, topic, facts);
        result.Records = log.Total;
        result.Accounts = Laws.Settle([.. writers.Select(writer => writer.Ledger)], log, facts);
        await CatchUpAsync(log);
        foreach (var reader in readers) Laws.Compare(reader.Log, log, facts);
        await onlooker!.CompareAsync(topic, partitions, facts);
        told.Say($"{readers.Count} readers are compared with {log.Total} records");
    }

    // Whoever has not come to the end by then is compared all the same, and it is told what is missing.
    async Task CatchUpAsync(TopicLog log)
    {
        var waited = Stopwatch.StartNew();
        while (readers.Any(reader => reader.Log.Total < log.Total) && waited.Elapsed < TimeSpan.FromSeconds(30)) await Task.Delay(50);
    }

    async Task OpenReaderAsync(string name, ConsumeOptions options) =>
        Add(await RxReader.OpenAsync(brokers, topic, options, new(name, facts), facts, told));

    async Task OpenSinkAsync(string name, Promise promise, int perSecond, SinkOptions options) =>
        Add(await SinkWriter.OpenAsync(brokers, topic, NewLedger(name, promise), perSecond, options, told));

    Ledger NewLedger(string name, Promise promise) => new(writers.Count, name, promise, facts);

    void Add(Writer writer)
    {
        writers.Add(writer);
        opened.Push(writer);
    }

    void Add(Reader reader)
    {
        readers.Add(reader);
        opened.Push(reader);
    }

    async Task CloseAsync()
    {
        while (opened.TryPop(out var one))
        {
            try
            {
                await one.DisposeAsync().AsTask().Within(90, $"closing {one}");
            }
            catch (Exception stuck)
            {
                facts.Add("all can be closed", $"{stuck}");
            }
        }
    }
}
