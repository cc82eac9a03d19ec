using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Samsa.Wire;

/// <summary>Cuts what a peer sends into frames: four bytes of length, then as many bytes.</summary>
/// <remarks>
/// <para>Small frames are received many at a time; a big frame is received straight into its own array.
/// Each frame is a fresh array, because what is read from it keeps slices of it; with a <see cref="Pool"/>, large ones are
/// memory that nobody holds any more.</para>
/// <para>A length is refused before anything is allocated, and a believable one is believed slowly: beyond 1 MiB,
/// or what the peer has once kept its word for, the array grows only as bytes come.</para>
/// <para>One frame at a time: reads must not overlap. After an exception or a cancelled read the place in the
/// stream is lost.</para>
/// </remarks>
public sealed class FrameReader
{
    /// <summary>The longest frame that is accepted when nothing else was said: 100 MiB.</summary>
    public const int DefaultMaxFrameBytes = 100 << 20;

    const int BufferBytes = 16 << 10;
    const int LengthBytes = sizeof(int);
    const int BelievedBytes = 1 << 20;
    const int FirstBytes = 64 << 10;

    readonly Socket? socket;
    readonly Stream? stream;
    readonly int minFrameBytes;
    readonly byte[] buffer = new byte[BufferBytes];
    int start;
    int end;
    int kept = BelievedBytes;

    FrameReader(int maxFrameBytes, int minFrameBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minFrameBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxFrameBytes, minFrameBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxFrameBytes, Array.MaxLength);
        (MaxFrameBytes, this.minFrameBytes) = (maxFrameBytes, minFrameBytes);
    }

    /// <summary>Reads frames from a connected socket. The socket stays its owner's.</summary>
    /// <param name="socket">Where the bytes come from.</param>
    /// <param name="maxFrameBytes">The longest frame that is accepted.</param>
    /// <param name="minFrameBytes">The shortest frame that means anything; a correlation id takes four bytes.</param>
    public FrameReader(Socket socket, int maxFrameBytes = DefaultMaxFrameBytes, int minFrameBytes = 4)
        : this(maxFrameBytes, minFrameBytes) => this.socket = socket;

    /// <summary>Reads frames from a stream, such as TLS. The stream stays its owner's.</summary>
    /// <param name="stream">Where the bytes come from.</param>
    /// <param name="maxFrameBytes">The longest frame that is accepted.</param>
    /// <param name="minFrameBytes">The shortest frame that means anything; a correlation id takes four bytes.</param>
    public FrameReader(Stream stream, int maxFrameBytes = DefaultMaxFrameBytes, int minFrameBytes = 4)
        : this(maxFrameBytes, minFrameBytes) => this.stream = stream;

    /// <summary>The longest frame that is accepted, in bytes. May be changed between frames.</summary>
    public int MaxFrameBytes { get; set; }

    /// <summary>Where large frames get their memory; null for an array of its own for each. May be set between frames.</summary>
    public FramePool? Pool { get; set; }

    /// <summary>All bytes that ever came, so that an owner can see whether a slow frame makes progress.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Reads the next frame, without its length.</summary>
    /// <returns>The frame, or null when the peer ended the stream between two frames.</returns>
    /// <exception cref="ProtocolException">The length cannot be one, as when the peer speaks HTTP or TLS.</exception>
    /// <exception cref="EndOfStreamException">The stream ended inside a frame.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancel = default)
    {
        while (end - start < LengthBytes)
        {
            MakeRoom();
            var count = await ReceiveAsync(buffer.AsMemory(end), cancel).ConfigureAwait(false);
            if (count == 0) return start == end ? null : throw Cut(end - start, "the length of a frame");
            end += count;
        }

        var length = CheckedLength();
        start += LengthBytes;
        var lent = length <= kept ? Pool?.Rent(length) : null;
        var frame = lent?.Array ?? GC.AllocateUninitializedArray<byte>(length <= kept ? length : FirstBytes);
        var have = Math.Min(length, end - start);
        buffer.AsSpan(start, have).CopyTo(frame);
        start += have;
        if (have < length) frame = await ReadRestAsync(frame, have, length, cancel).ConfigureAwait(false);
        return lent?.Memory ?? frame;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<byte[]> ReadRestAsync(byte[] frame, int have, int length, CancellationToken cancel)
    {
        while (have < length)
        {
            if (have == frame.Length) frame = Grown(frame, length);
            // Not past the end of this frame: what follows belongs into the buffer.
            var count = await ReceiveAsync(frame.AsMemory(have, Math.Min(frame.Length, length) - have), cancel).ConfigureAwait(false);
            if (count == 0) throw Cut(have, $"a frame of {length}");
            have += count;
        }

        kept = Math.Max(kept, length);
        return frame;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken cancel)
    {
        var count = socket is not null
            ? await socket.ReceiveAsync(into, SocketFlags.None, cancel).ConfigureAwait(false)
            : await stream!.ReadAsync(into, cancel).ConfigureAwait(false);
        BytesReceived += count;
        return count;
    }

    int CheckedLength()
    {
        var first = buffer.AsSpan(start, LengthBytes);
        var length = BinaryPrimitives.ReadInt32BigEndian(first);
        if (length >= minFrameBytes && length <= MaxFrameBytes) return length;
        var bound = length > MaxFrameBytes ? $"at most {MaxFrameBytes}" : $"at least {minFrameBytes}";
        throw new ProtocolException($"A frame claims {length} bytes, {bound} can be{Hint(first)}");
    }

    static string Hint(ReadOnlySpan<byte> first) => first switch
    {
        _ when Encoding.ASCII.GetString(first) is "HTTP" or "GET " or "POST" or "HEAD" or "PUT " or "OPTI" =>
            "; the peer speaks HTTP",
        // A TLS record begins with its type (21 alert, 22 handshake) and the major version 3.
        [21 or 22, 3, ..] => "; the peer speaks TLS",
        _ => "",
    };

    void MakeRoom()
    {
        // At most three bytes of a length are moved.
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
    }

    static byte[] Grown(byte[] frame, int length)
    {
        var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(length, 2L * frame.Length));
        frame.CopyTo(larger, 0);
        return larger;
    }

    static EndOfStreamException Cut(int have, string what) =>
        new($"The connection ended after {have} bytes of {what}.");
}
