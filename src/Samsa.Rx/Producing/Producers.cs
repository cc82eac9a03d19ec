using System.Buffers;

namespace Samsa.Rx;

/// <summary>The producers of a client: one that all topics share, and one for each sink that wants other options.</summary>
sealed class Producers(ClusterWatch view, BrokerConnections connections, KafkaOptions options, KafkaEvents events) : IAsyncDisposable
{
    readonly Lock gate = new();
    readonly HashSet<Producer> own = [];
    Producer? shared;
    bool disposed;

    public KafkaEvents Events => events;

    /// <summary>Where the arrays of batches come from: tests put a pool of their own here.</summary>
    internal ArrayPool<byte>? Arrays { get; init; }

    /// <summary>The one with the client's options, made when it is first needed.</summary>
    /// <exception cref="ObjectDisposedException">The client was disposed of.</exception>
    public Producer Shared
    {
        get
        {
            if (Volatile.Read(ref shared) is { } made) return made;
            lock (gate)
            {
                if (disposed) throw PublishFailure.Closed();
                return shared ??= new(view, connections, options, options.Produce, events, Arrays);
            }
        }
    }

    /// <summary>Whether these options are those of the shared one.</summary>
    public bool IsShared(SinkOptions? wanted) => wanted is null || wanted == options.Produce;

    /// <summary>One with options of its own. Who opens it gives it back.</summary>
    public Producer Open(SinkOptions wanted)
    {
        lock (gate)
        {
            if (disposed) throw PublishFailure.Closed();
            var producer = new Producer(view, connections, options, wanted, events, Arrays);
            own.Add(producer);
            return producer;
        }
    }

    public async ValueTask CloseAsync(Producer producer, TimeSpan flush)
    {
        await producer.CloseAsync(flush);
        lock (gate) own.Remove(producer);
    }

    /// <summary>Sends what waits, each within its own time, and takes nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        Producer[] all;
        lock (gate)
        {
            disposed = true;
            all = shared is null ? [.. own] : [.. own, shared];
        }

        await Task.WhenAll(all.Select(producer => producer.DisposeAsync().AsTask()));
    }
}
