using System.Reactive;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Cluster;

/// <summary>The lower half of a client: connections and the watch, without the front door.</summary>
sealed class Client : IAsyncDisposable
{
    Client(string bootstrap, KafkaOptions options)
    {
        var events = new KafkaEvents(options.Clock);
        Events = new(events);
        Connections = new(Bootstrap.Parse(bootstrap), options, events);
        Watch = new(Connections, options, events);
    }

    public BrokerConnections Connections { get; }

    public ClusterWatch Watch { get; }

    public SeenEvents Events { get; }

    public static Task<Client> StartAsync(ScriptedCluster cluster, KafkaOptions? options = null) => StartAsync(cluster.Bootstrap, options);

    public static async Task<Client> StartAsync(string bootstrap, KafkaOptions? options = null)
    {
        var client = new Client(bootstrap, options ?? new() { Retry = new() { First = TimeSpan.FromMilliseconds(10), Most = TimeSpan.FromMilliseconds(50) } });
        try
        {
            await client.Watch.StartAsync(null, default);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Watch.DisposeAsync();
        await Connections.DisposeAsync();
    }
}

/// <summary>The events of a client, kept.</summary>
sealed class SeenEvents
{
    readonly List<KafkaEvent> seen = [];

    public SeenEvents(IObservable<KafkaEvent> events) =>
        events.Subscribe(Observer.Create<KafkaEvent>(happened => { lock (seen) seen.Add(happened); }));

    /// <summary>Those of one kind that came until now.</summary>
    public IReadOnlyList<T> All<T>()
        where T : KafkaEvent
    {
        lock (seen) return [.. seen.OfType<T>()];
    }

    /// <summary>Waits until such an event is there.</summary>
    public Task Has<T>(Func<T, bool> such)
        where T : KafkaEvent =>
        Eventually.True(() => { lock (seen) return seen.OfType<T>().Any(such); }, $"There was no such {typeof(T).Name}.");
}
