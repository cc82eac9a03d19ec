using System.Net.Security;
using System.Net.Sockets;

namespace Samsa.Rx;

/// <summary>Requests as bytes, gathered and given to the socket in one go. Large fields travel from where they lie, without a copy.</summary>
/// <param name="socket">Where they go.</param>
/// <param name="secure">The stream over the socket that they go through instead, where there is one.</param>
/// <param name="clientId">Who sends them.</param>
sealed class Outgoing(Socket socket, SslStream? secure, string clientId)
{
    /// <summary>The most that TLS takes into one of its records: each costs a header, a checksum and a call of the system.</summary>
    const int SecretBytes = 16 * 1024;

    readonly WireWriter writer = new();
    readonly List<ArraySegment<byte>> segments = [];
    readonly byte[] gathered = secure is null ? [] : new byte[SecretBytes];

    /// <summary>How many bytes are gathered.</summary>
    public int Length => writer.Length;

    /// <summary>Adds a request to what is gathered.</summary>
    /// <exception cref="UnwritableMessageException">It cannot be spelt in that version. What is gathered is of no use then.</exception>
    public void Add(IRequest request, short version, int correlationId) =>
        Framing.WriteRequest(writer, request, version, correlationId, clientId);

    /// <summary>Adds a request of which nothing but the header is known: enough to see whether a broker knows it.</summary>
    public void AddEmpty(short apiKey, int correlationId)
    {
        var frame = writer.BeginFrame();
        new RequestHeader(apiKey, 0, correlationId, clientId).Write(writer, flexible: false);
        writer.EndFrame(frame);
    }

    /// <summary>Sends what is gathered. When it returns, or throws, the socket does not look at the bytes any more.</summary>
    public async ValueTask FlushAsync()
    {
        writer.GetSegments(segments);
        try
        {
            if (secure is not null)
            {
                await WriteAsync(secure).ConfigureAwait(false);
                return;
            }

            // A stream socket takes all of it in one call almost always, but need not.
            while (segments.Count > 0)
            {
                var sent = segments.Count == 1
                    ? await socket.SendAsync(segments[0].AsMemory(), SocketFlags.None).ConfigureAwait(false)
                    : await socket.SendAsync(segments, SocketFlags.None).ConfigureAwait(false);
                Skip(sent);
            }
        }
        finally
        {
            segments.Clear();
            writer.Reset();
        }
    }

    // What is small between large fields travels together: each write is at least one record of TLS.
    async ValueTask WriteAsync(SslStream stream)
    {
        var have = 0;
        foreach (var segment in segments)
        {
            if (segment.Count > gathered.Length - have)
            {
                if (have > 0) await stream.WriteAsync(gathered.AsMemory(0, have)).ConfigureAwait(false);
                have = 0;
            }

            if (segment.Count > gathered.Length) await stream.WriteAsync(segment.AsMemory()).ConfigureAwait(false);
            else
            {
                segment.AsSpan().CopyTo(gathered.AsSpan(have));
                have += segment.Count;
            }
        }

        if (have > 0) await stream.WriteAsync(gathered.AsMemory(0, have)).ConfigureAwait(false);
    }

    /// <summary>Drops what is gathered.</summary>
    public void Reset() => writer.Reset();

    void Skip(int sent)
    {
        var whole = 0;
        while (whole < segments.Count && sent >= segments[whole].Count) sent -= segments[whole++].Count;
        segments.RemoveRange(0, whole);
        if (segments.Count > 0 && sent > 0) segments[0] = segments[0].Slice(sent);
    }
}
