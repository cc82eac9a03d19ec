using Samsa.Embedded;
using Samsa.Rx;

namespace Samsa.Cli.Demo;

/// <summary>Gathers what the streams tell, and gives a picture of it whenever one is wanted.</summary>
sealed class Board(EmbeddedKafka servers, string topic, Ledger ledger, TimeProvider clock)
{
    readonly Lock gate = new();
    readonly SortedDictionary<string, KeyState> keys = new(StringComparer.Ordinal);
    readonly Dictionary<int, long> records = [];
    readonly List<Happening> happenings = [];
    readonly long start = clock.GetTimestamp();
    IReadOnlyList<PartitionView> partitions = [];
    (TimeSpan At, long Received) last;
    double rate;

    public TimeSpan Elapsed => clock.GetElapsedTime(start);

    /// <summary>A record came back.</summary>
    public void Enter(Reading reading)
    {
        ledger.Enter(reading);
        lock (gate) records[reading.Partition] = records.GetValueOrDefault(reading.Partition) + 1;
    }

    /// <summary>The query told something new of a key.</summary>
    public void Put(KeyState state)
    {
        lock (gate) keys[state.Key] = state;
    }

    /// <summary>The cluster changed.</summary>
    public void Put(ClusterView view)
    {
        if (view.Topics.GetValueOrDefault(topic) is not { Partitions.Count: > 0 } seen) return;
        lock (gate) partitions = seen.Partitions;
    }

    public Happening Note(string what, int broker)
    {
        var happening = new Happening(Elapsed, what, broker);
        lock (gate) happenings.Add(happening);
        return happening;
    }

    public Picture Look()
    {
        var balance = ledger.Balance;
        lock (gate)
        {
            var now = Elapsed;
            // A rate over less than half a second would jump with the sizes of the fetches.
            if (now - last.At > TimeSpan.FromSeconds(0.5))
            {
                rate = (balance.Received - last.Received) / (now - last.At).TotalSeconds;
                last = (now, balance.Received);
            }

            return new(now, balance, rate, [.. keys.Values],
                [.. partitions.Select(one => new PartitionState(one.Partition, one.Leader, records.GetValueOrDefault(one.Partition)))],
                [.. servers.Brokers.Select(broker => new BrokerState(broker.Id, broker.Port, broker.IsRunning))],
                [.. happenings]);
        }
    }
}
