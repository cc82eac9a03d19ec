namespace Samsa.Embedded.Cluster;

/// <summary>The latest requests, as many as are remembered.</summary>
sealed class RequestLog(int capacity)
{
    readonly Lock gate = new();
    readonly EmbeddedRequest[] ring = new EmbeddedRequest[capacity];
    long count;

    public void Add(in EmbeddedRequest request)
    {
        if (capacity == 0) return;
        lock (gate) ring[count++ % capacity] = request;
    }

    /// <summary>The requests that are remembered, the oldest first.</summary>
    public IReadOnlyList<EmbeddedRequest> Snapshot()
    {
        lock (gate)
        {
            var from = Math.Max(0, count - capacity);
            var all = new EmbeddedRequest[count - from];
            for (var i = 0; i < all.Length; i++) all[i] = ring[(from + i) % capacity];
            return all;
        }
    }
}
