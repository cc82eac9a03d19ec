using System.Net.Sockets;

namespace Samsa.Rx;

/// <summary>Requests as bytes, gathered and given to the socket in one go. Large fields travel from where they lie, without a copy.</summary>
sealed class Outgoing(Socket socket, string clientId)
{
    readonly WireWriter writer = new();
    readonly List<ArraySegment<byte>> segments = [];

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
