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
    int turn, underWay, failures;
    long due;

    public BrokerSender(Producer producer, int node)
    {
        (this.producer, this.node) = (producer, node);
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

    /// <summary>Something changed: look again.</summary>
    public void Wake() => bell.Writer.TryWrite(true);

    public void Dispose() => timer.Dispose();

    async Task RunAsync(CancellationToken stopped)
    {
        try
        {
            while (true)
            {
                await bell.Reader.ReadAsync(stopped);
                while (reported.TryDequeue(out var lane))
                    if (known.Add(lane))
                        lanes.Add(lane);
                if (lanes.Count == 0) continue;
                if (await OpenAsync(stopped) is not { } open) continue;
                due = long.MaxValue;
                while (underWay < producer.Options.InFlight && Gather(open) is { } exchange)
                {
                    Interlocked.Increment(ref underWay);
                    _ = ExchangeAsync(open, exchange);
                }

                WakeAt(due);
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // The producer was disposed of, and has settled what was left.
        }
    }

    /// <summary>A connection, and what the broker behind it can do; null when there is none now.</summary>
    async Task<Way?> OpenAsync(CancellationToken stopped)
    {
        try
        {
            var connection = await producer.Connections.GetAsync(node, ConnectionUse.Producing, stopped);
            var version = connection.VersionOf(Produce.Api);
            var identity = await IdentityAsync(connection, version, stopped);
            failures = 0;
            return new(connection, version, identity);
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

    Exchange? Gather(Way way)
    {
        Exchange? exchange = null;
        var room = producer.Options.RequestBytes;
        for (var looked = 0; looked < lanes.Count;)
        {
            if (turn >= lanes.Count) turn = 0;
            var lane = lanes[turn];
            switch (lane.Take(this, TermsOf(way, exchange is null ? int.MaxValue : room), out var batch, out var at))
            {
                case Taken.Batch:
                    if (!TryAdd(ref exchange, batch!, way)) continue;
                    room -= batch!.Bytes;
                    break;
                case Taken.Nothing:
                    known.Remove(lane);
                    // In order, so that those not yet looked at still follow from here on: another one must not come twice.
                    lanes.RemoveAt(turn);
                    continue;
                case Taken.TooLarge:
                    // It goes first in the next request.
                    return exchange;
                default:
                    due = Math.Min(due, at);
                    break;
            }

            turn++;
            looked++;
        }

        return exchange;
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
    bool TryAdd(ref Exchange? exchange, OutgoingBatch batch, Way way)
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
            (exchange ??= new(producer)).Add(batch, batch.Finish(producer.CodecFor(way.Version), id, epoch));
            return true;
        }
        catch (NotSupportedException error)
        {
            lane.Settle(batch, new(Fate.Failed) { Code = ErrorCode.UnsupportedCompressionType, Detail = error.Message, Cause = error });
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
        finally
        {
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
            exchange.Settle(answer, request);
        }
        catch (Exception error)
        {
            // The request may time out while the socket still reads from the batches. Until that has ended they are
            // neither sent again (their numbers would change under the write) nor given back (other records would be written).
            await written;
            exchange.Settle(Verdict.Lost(error));
        }
    }

    static async Task TellAsync(Way way, Produce.Request request, short cap, Exchange exchange)
    {
        try
        {
            await way.Connection.TellAsync(request, cap);
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
    sealed record Way(BrokerConnection Connection, short Version, ProducerIdentity? Identity)
    {
        /// <summary>The record format for this version of Produce (KIP-32, KIP-98).</summary>
        public byte Magic { get; } = Version switch { >= 3 => 2, 2 => 1, _ => 0 };
    }
}
