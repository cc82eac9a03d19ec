namespace Samsa.Embedded.Serving;

/// <summary>How many bytes all connections together hold of requests that are being read. Kafka: <c>queued.max.request.bytes</c>.</summary>
sealed class RequestMemory(long limit)
{
    long used;

    public long Used => Interlocked.Read(ref used);

    /// <summary>Takes so many bytes, or fewer for a negative number; false when there would be too many.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref used, bytes) <= limit || bytes <= 0) return true;
        Interlocked.Add(ref used, -bytes);
        return false;
    }
}
