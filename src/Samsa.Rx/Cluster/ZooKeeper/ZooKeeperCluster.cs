using System.Collections.Immutable;
using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Samsa.ZooKeeper;

namespace Samsa.Rx;

/// <summary>A cluster that was found in ZooKeeper: the session, what changes there, and where brokers can be asked.</summary>
sealed class ZooKeeperCluster : IAsyncDisposable
{
    const string Scheme = "zookeeper://";

    readonly string where;
    readonly KafkaOptions options;
    readonly ZooKeeperClient client;
    IDisposable moving = System.Reactive.Disposables.Disposable.Empty;

    ZooKeeperCluster(string where, KafkaOptions options, KafkaEvents events)
    {
        (this.where, this.options) = (where, options);
        client = new(where[Scheme.Length..], options.ZooKeeper with
        {
            Clock = options.Clock,
            Tls = options.ZooKeeperTls?.ToClientOptions() ?? options.ZooKeeper.Tls,
            ObserverFailed = error => events.Post(new ObserverFailed(events.Now, "Changes", error)),
        });
        Changes = new(client, options.Tls is not null, options.Clock,
            (path, why) => events.Post(new ZooKeeperNodeUnreadable(events.Now, path, why)), client.Options.ObserverFailed);
    }

    public ZooKeeperChanges Changes { get; }

    /// <summary>Where brokers listen, as it was when they were looked for.</summary>
    public IReadOnlyList<BrokerAddress> Found { get; private set; } = [];

    public static bool IsMeantBy(string bootstrap) => bootstrap.TrimStart().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Looks for brokers, and waits for the first one.</summary>
    /// <exception cref="FormatException">The address is none; the message says why.</exception>
    /// <exception cref="NoBrokersAvailableException">There was none within <see cref="KafkaOptions.StartTimeout"/>; it says what was looked for, and what was there.</exception>
    /// <exception cref="NotSupportedException">They are of Kafka 0.7.</exception>
    public static async Task<ZooKeeperCluster> FindAsync(string bootstrap, KafkaOptions options, KafkaEvents events, CancellationToken ct)
    {
        var where = Scheme + bootstrap.Trim()[Scheme.Length..];
        var cluster = new ZooKeeperCluster(where, options, events);
        try
        {
            await cluster.FindAsync(ct);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// From now on what happens in ZooKeeper moves the view of the cluster: watches say that something is different, brokers are asked until they say so, too,
    /// and what is read follows the view.
    /// </summary>
    public void Move(ClusterWatch watch, BrokerConnections connections) =>
        moving = Changes.Registered.Subscribe(
            told =>
            {
                if (Usable(told.Reading.Brokers) is { Count: > 0 } addresses) connections.Give(addresses);
                watch.Told(told.State.View);
            },
            // It says so to who listens to the changes; what was told stays good, and brokers can still be asked.
            _ => { });

    public async ValueTask DisposeAsync()
    {
        moving.Dispose();
        await client.DisposeAsync();
    }

    async Task FindAsync(CancellationToken ct)
    {
        ZooKeeperReading? reading = null;
        using var patience = new CancellationTokenSource(options.StartTimeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            Found = await Changes.Registered
                .Do(told => reading = told.Reading)
                .Select(told => Usable(told.Reading.Brokers))
                // Brokers that are just starting come by themselves.
                .FirstAsync(addresses => addresses.Count > 0)
                .ToTask(both.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new NoBrokersAvailableException([new(where, Trouble(reading))], $" within {options.StartTimeout}");
        }
        catch (ZooKeeperException error)
        {
            throw new NoBrokersAvailableException([new(where, error.Message)], "", error);
        }

        if (reading!.Brokers.Any(broker => broker.IsOld))
            throw new NotSupportedException(
                $"The brokers at {where} are of Kafka 0.7, whose records cannot be read or written yet. What changes among them can be watched: ZooKeeperChanges, samsa watch.");
    }

    IReadOnlyList<BrokerAddress> Usable(ImmutableArray<RegisteredBroker> brokers) =>
        [.. brokers.Where(broker => (broker.IsOld || broker.Trouble is null) && ViewReading.CanBe(broker.Info, options.MayConnect)).Select(broker => new BrokerAddress(broker.Info.Host, broker.Info.Port))];

    // What was read last: not every state of it was told, for it may have made no difference.
    string Trouble(ZooKeeperReading? reading)
    {
        var ids = $"{client.Chroot}{ZooKeeperReading.Root}/ids";
        if (reading is null) return $"no ZooKeeper server answered ({client.Session.Trouble ?? "still connecting"})";
        if (!reading.HasRoot)
            return $"ZooKeeper answered, and there is no node {ids}; look whether Kafka's zookeeper.connect ends in the same chroot, and whether it is not KRaft";
        if (!reading.Brokers.IsEmpty)
            return string.Join("; ", reading.Brokers.Select(broker => $"broker {broker.Info.NodeId}: {broker.Trouble ?? "MayConnect refuses it"}"));
        var unreadable = reading.Unreadable.Where(path => path.StartsWith(ZooKeeperReading.Ids, StringComparison.Ordinal)).Take(3).ToList();
        return unreadable.Count > 0
            ? $"ZooKeeper answered, and what is in {string.Join(", ", unreadable.Select(path => client.Chroot + path))} is no broker"
            : $"ZooKeeper answered, and no broker is registered below {ids}";
    }
}
