using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Samsa.Rx;

/// <summary>Sends to one broker what its partitions have gathered: one loop, and in each request everything that is ready.</summary>
/// <remarks>
/// Batches that are full go at once, up to so many requests under way. A batch that still has room goes when nothing else is under way
/// (what gathers meanwhile makes the next request), or when it has lingered long enough.
/// </remarks>
sealed class BrokerSender : IDisposable
{
    readonly Producer producer;
    readonly int node;
    readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    readonly ConcurrentQueue<PartitionLane> reported = new();
    readonly HashSet<PartitionLane> known = [];
    readonly List<PartitionLane> lanes = [];
    readonly ITimer timer;
    readonly ConcurrentQueue<Exchange> spare = new();
    Exchange next;
    BrokerConnection? verified;
    Way? way;
    int turn, underWay, failures;
    long due;

    public BrokerSender(Producer producer, int node)
    {
        (this.producer, this.node, next) = (producer, node, new(producer));
        timer = producer.Clock.CreateTimer(static sender => ((BrokerSender)sender!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Ended = Task.Run(() => RunAsync(producer.Stopped));
    }

    /// <summary>Ends when the loop has.</summary>
    public Task Ended { get; }

    /// <summary>A lane has something to send.</summary>
    public void Add(PartitionLane lane)
    {
        reported.Enqueue(lane);
        Wake();
    }

    /// <summary>Ends when the broker has shown to have read what went to it without acknowledgement.</summary>
    public Task ProvenAsync() => Volatile.Read(ref way)?.Unproven.ProvenAsync() ?? Task.CompletedTask;

    /// <summary>Something changed: look again.</summary>
    public void Wake() => bell.Writer.TryWrite(true);

    public void Dispose() => timer.Dispose();

    async Task RunAsync(CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                await bell.Reader.ReadAsync(stopped);
                await SendAsync(stopped);
            }
            catch (OperationCanceledException) when (stopped.IsCancellationRequested)
            {
                // The producer was disposed of, and settles what is left.
            }
            catch (Exception error)
            {
                // Something nobody thought of must not end the sending to a broker without a word.
                producer.Broken($"sending to broker {node}", error);
                WakeAt(producer.Clock.GetTimestamp() + producer.TicksOf(producer.Retry.After(++failures)));
            }
        }
    }

    async Task SendAsync(CancellationToken stopped)
    {
        while (reported.TryDequeue(out var lane))
            if (known.Add(lane))
                lanes.Add(lane);
        if (lanes.Count == 0 || await OpenAsync(stopped) is not { } way) return;
        due = long.MaxValue;
        while (underWay < producer.Options.InFlight && TryGather(way))
        {
            Interlocked.Increment(ref underWay);
            _ = ExchangeAsync(way, next);
            next = spare.TryDequeue(out var used) ? used : new(producer);
        }

        WakeAt(due);
    }

    /// <summary>A connection, and what the broker behind it can do; null when there is none now.</summary>
    async ValueTask<Way?> OpenAsync(CancellationToken stopped)
    {
        try
        {
            var connection = await producer.Connections.GetAsync(node, ConnectionUse.Producing, stopped);
            // Records that were written to another cluster could not be taken back.
            if (connection != verified) await producer.View.VerifyAsync(connection, stopped);
            verified = connection;
            var version = connection.VersionOf(Produce.Api);
            var identity = await IdentityAsync(connection, version, stopped);
            failures = 0;
            if (way is null || way.Connection != connection || way.Version != version || way.Identity != identity) way = new(connection, version, identity, new(connection, records => producer.PossiblyLost(connection.Broker, records)));
            return way;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Nothing was sent: the batches wait, and move on when the partitions get other leaders.
            if (error is UnsupportedApiException || error is BrokerException { Error: var code } && !code.CanRetry && code is not ErrorCode.UnknownServerError)
                RefuseAll(error);
            producer.NeedsView($"broker {node} cannot be used: {error.Message}");
            WakeAt(producer.Clock.GetTimestamp() + producer.TicksOf(producer.Retry.After(++failures)));
            return null;
        }
    }

    async ValueTask<ProducerIdentity?> IdentityAsync(BrokerConnection connection, short version, CancellationToken stopped)
    {
        if (!producer.Options.WantsIdempotence) return null;
        // Magic 2 and InitProducerId came together, in 0.11.
        if (version >= 3 && connection.Speaks(InitProducerId.Api.Key, 0)) return await producer.Identities.GetAsync(connection, stopped);
        return producer.Options.Idempotent is true
            ? throw new UnsupportedApiException("InitProducerId", $"{node}", "Idempotent producing needs Kafka 0.11 or later; set Idempotent to false or leave it out.")
            : null;
    }

    void RefuseAll(Exception error)
    {
        var code = error is BrokerException broker ? broker.Error : ErrorCode.UnsupportedVersion;
        foreach (var lane in lanes) lane.Refuse(code, error.Message, error);
    }

    /// <summary>Puts everything that is ready into the next request.</summary>
    /// <returns>Whether there is anything.</returns>
    bool TryGather(Way way)
    {
        try
        {
            Gather(way);
            return !next.IsEmpty;
        }
        catch (Exception error)
        {
            // What was taken already would wait for ever for an answer.
            next.Settle(new(Fate.Again) { Code = ErrorCode.UnknownServerError, Detail = error.Message, Cause = error });
            next = new(producer);
            throw;
        }
    }

    // Each lane is asked once, and another one first each time.
    void Gather(Way way)
    {
        var room = producer.Options.RequestBytes;
        for (var asked = 0; asked < lanes.Count; asked++)
        {
            var lane = lanes[(turn + asked) % lanes.Count];
            var taken = TakeFrom(lane, way, ref room);
            if (taken is Taken.Nothing) known.Remove(lane);
            if (taken is not Taken.TooLarge) continue;
            // It goes first in the next request.
            turn += asked - 1;
            break;
        }

        turn = lanes.Count == 0 ? 0 : (turn + 1) % lanes.Count;
        lanes.RemoveAll(lane => !known.Contains(lane));
    }

    Taken TakeFrom(PartitionLane lane, Way way, ref int room)
    {
        while (true)
        {
            var taken = lane.Take(this, TermsOf(way, next.IsEmpty ? int.MaxValue : room), out var batch, out var at);
            due = Math.Min(due, at);
            if (taken is not Taken.Batch) return taken;
            var bytes = batch!.Bytes;
            // What cannot travel as it is was put in another form, or refused: there may be more behind it.
            if (!TryAdd(batch, way)) continue;
            room -= bytes;
            return taken;
        }
    }

    Terms TermsOf(Way way, int room)
    {
        var options = producer.Options;
        var partial = options.Linger == TimeSpan.Zero && Volatile.Read(ref underWay) == 0 || producer.IsHurried;
        // Brokers before 1.0 remember one batch of a producer, not five.
        var most = options.InFlightPerPartition ?? (way.Identity is null ? 1 : 5);
        return new(way.Magic, way.Identity, way.Identity is not null ? Math.Min(most, way.Version >= 5 ? 5 : 1) : most, producer.Clock.GetTimestamp(), partial, room);
    }

    /// <summary>Puts a batch into the request, unless it cannot travel there as it is.</summary>
    bool TryAdd(OutgoingBatch batch, Way way)
    {
        var lane = batch.Lane;
        try
        {
            if (batch.Magic != way.Magic)
            {
                lane.Replace(batch, Conversion.To(way.Magic, batch, producer.Batches));
                batch.Let();
                return false;
            }

            var (id, epoch) = batch.Sequence < 0 ? (-1, (short)-1) : lane.Numbers;
            next.Add(batch, batch.Finish(producer.CodecFor(way.Version), id, epoch));
            return true;
        }
        catch (Exception error)
        {
            // The broker or this machine does not know the codec, or the codec failed. Nothing was sent.
            var code = error is NotSupportedException ? ErrorCode.UnsupportedCompressionType : ErrorCode.None;
            lane.Settle(batch, new(Fate.Failed) { Code = code, Detail = error.Message, Cause = error });
            batch.Let();
            return false;
        }
    }

    async Task ExchangeAsync(Way way, Exchange exchange)
    {
        try
        {
            var request = exchange.ToRequest();
            var cap = exchange.HasTopicIds ? short.MaxValue : (short)12;
            if (producer.Options.Acks is Acks.None) await TellAsync(way, request, cap, exchange);
            else await AskAsync(way, request, cap, exchange);
        }
        catch (Exception error)
        {
            producer.Broken($"settling an answer of broker {node}", error);
        }
        finally
        {
            // Whatever happened, its request is written and its batches are settled.
            if (exchange.IsEmpty) spare.Enqueue(exchange);
            Interlocked.Decrement(ref underWay);
            Wake();
        }
    }

    async Task AskAsync(Way way, Produce.Request request, short cap, Exchange exchange)
    {
        var written = Task.CompletedTask;
        try
        {
            var asked = await way.Connection.StartAsync(request, producer.AnswerTimeout, cap);
            written = asked.Written;
            var answer = await asked.Answer;
            await written;
            if (exchange.Settle(answer, request) is { } unasked) Suspect(way, unasked);
        }
        catch (Exception error)
        {
            // The request may time out while the socket still reads from the batches. Until that has ended they are
            // neither sent again (their numbers would change under the write) nor given back (other records would be written).
            await written;
            exchange.Settle(Verdict.Lost(error));
        }
    }

    // Once may be an oversight of the broker's; twice, and its answers cannot be told apart from those to somebody else.
    void Suspect(Way way, string unasked)
    {
        producer.Unasked(way.Connection.Broker, unasked);
        if (way.IsSuspect) way.Connection.Distrust(new($"Its answers to Produce tell again and again of what was not asked, or twice, lastly of {unasked}"));
        way.IsSuspect = true;
    }

    static async Task TellAsync(Way way, Produce.Request request, short cap, Exchange exchange)
    {
        try
        {
            await way.Connection.TellAsync(request, cap);
            way.Unproven.Sent(exchange.Records, request.TopicData[0].Name);
            exchange.Settle(Verdict.Persisted(-1, -1));
        }
        catch (Exception error)
        {
            // Acks.None promises at most once: what may have been sent is not sent again.
            var lost = Verdict.Lost(error);
            exchange.Settle(lost.MayBeWritten ? lost with { Fate = Fate.Failed } : lost);
        }
    }

    void WakeAt(long at)
    {
        if (at == long.MaxValue) return;
        var wait = producer.Clock.GetElapsedTime(producer.Clock.GetTimestamp(), at);
        timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A connection and what the broker behind it takes.</summary>
    sealed record Way(BrokerConnection Connection, short Version, ProducerIdentity? Identity, Unproven Unproven)
    {
        /// <summary>Whether an answer told of what was not asked.</summary>
        public bool IsSuspect { get; set; }

        /// <summary>The record format for this version of Produce (KIP-32, KIP-98).</summary>
        public byte Magic { get; } = Version switch { >= 3 => 2, 2 => 1, _ => 0 };
    }
}
