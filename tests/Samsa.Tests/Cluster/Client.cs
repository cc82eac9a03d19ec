using System.Reactive;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Cluster;

/// <summary>The lower half of a client: connections and the watch, without the front door.</summary>
sealed class Client : IAsyncDisposable
{
    readonly BrokerConnections connections;

    Client(string bootstrap, KafkaOptions options)
    {
        var events = new KafkaEvents(options.Clock);
        Events = new(events);
        connections = new(Bootstrap.Parse(bootstrap), options, events);
        Watch = new(connections, options, events);
    }

    public ClusterWatch Watch { get; }

    public SeenEvents Events { get; }

    public static async Task<Client> StartAsync(ScriptedCluster cluster, KafkaOptions? options = null)
    {
        var client = new Client(cluster.Bootstrap, options ?? new() { Retry = new() { First = TimeSpan.FromMilliseconds(10), Most = TimeSpan.FromMilliseconds(50) } });
        try
        {
            await client.Watch.StartAsync(default);
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
        await connections.DisposeAsync();
    }
}

/// <summary>The events of a client, kept.</summary>
sealed class SeenEvents
{
    readonly List<KafkaEvent> seen = [];

    public SeenEvents(IObservable<KafkaEvent> events) =>
        events.Subscribe(Observer.Create<KafkaEvent>(happened => { lock (seen) seen.Add(happened); }));

    /// <summary>Waits until such an event is there.</summary>
    public Task Has<T>(Func<T, bool> such)
        where T : KafkaEvent =>
        Eventually.True(() => { lock (seen) return seen.OfType<T>().Any(such); }, $"There was no such {typeof(T).Name}.");
}
