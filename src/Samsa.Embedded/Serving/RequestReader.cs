using System.Buffers.Binary;
using Samsa.Wire;

namespace Samsa.Embedded.Serving;

/// <summary>Cuts what a client sends into requests: four bytes of length, then as many bytes.</summary>
/// <remarks>
/// All requests of a connection pass through one buffer, so a request is good only until the next one is read: what is to stay of
/// it has been copied into the log by then. The buffer grows as bytes come, never by what a length promises.
/// </remarks>
sealed class RequestReader(ClientLine line, int maxBytes, RequestMemory memory) : IDisposable
{
    const int FirstCapacity = 16 * 1024;
    const int KeptCapacity = 2 * 1024 * 1024;
    const int LengthBytes = 4;

    // Key, version and correlation id.
    const int SmallestRequest = 8;

    byte[] buffer = [];
    int start;
    int end;

    /// <summary>The next request, without its length; null when the client ended the connection.</summary>
    /// <exception cref="ProtocolException">The length cannot be one.</exception>
    /// <exception cref="RefusedRequestException">All clients together sent more than the brokers want to hold.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        if (start == end) Rest();
        if (!await HasAsync(LengthBytes).ConfigureAwait(false)) return null;
        var size = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(start));
        if (size < SmallestRequest || size > maxBytes)
            throw new ProtocolException($"A request claims {size} bytes; it can have from {SmallestRequest} to {maxBytes}");
        if (!await HasAsync(LengthBytes + size).ConfigureAwait(false)) return null;
        var request = buffer.AsMemory(start + LengthBytes, size);
        start += LengthBytes + size;
        return request;
    }

    public void Dispose() => Replace(0);

    async ValueTask<bool> HasAsync(int wanted)
    {
        while (end - start < wanted)
        {
            if (end == buffer.Length || buffer.Length - start < wanted && start > 0) MakeRoom(wanted);
            var read = await line.ReceiveAsync(buffer.AsMemory(end)).ConfigureAwait(false);
            if (read == 0) return false;
            end += read;
        }

        return true;
    }

    void MakeRoom(int wanted)
    {
        var have = end - start;
        // Only what has come makes the buffer larger: it doubles when it is full.
        if (wanted <= buffer.Length || have < buffer.Length) buffer.AsSpan(start, have).CopyTo(buffer);
        else Replace((int)Math.Clamp(buffer.Length * 2L, FirstCapacity, Math.Max(FirstCapacity, LengthBytes + maxBytes)));
        (start, end) = (0, have);
    }

    void Rest()
    {
        (start, end) = (0, 0);
        if (buffer.Length > KeptCapacity) Replace(0);
    }

    void Replace(int capacity)
    {
        if (!memory.TryTake(capacity - buffer.Length))
            throw new RefusedRequestException("The requests of all clients together are larger than the brokers want to hold.");
        var larger = capacity == 0 ? [] : GC.AllocateUninitializedArray<byte>(capacity);
        if (capacity > 0) buffer.AsSpan(start, end - start).CopyTo(larger);
        buffer = larger;
    }
}
