using System.Net.Sockets;

namespace Samsa.ZooKeeper;

/// <summary>
/// A connection whose reads wait on the thread that calls them. An asynchronous read comes back on a thread of the pool, and when observers block all
/// of these it does not come back: the session would be lost while its server is well. The asynchronous methods wait in the same way, so who awaits
/// them stays on his thread.
/// </summary>
/// <param name="socket">The socket; it does not block by itself.</param>
/// <param name="patience">Asked before each wait for bytes: how long until it wants to be asked again. Throws when it is over.</param>
sealed class WaitingStream(Socket socket, Func<TimeSpan> patience) : Stream
{
    static readonly TimeSpan Endless = TimeSpan.FromMilliseconds(-1);

    /// <inheritdoc cref="WaitingStream(Socket, Func{TimeSpan})"/>
    public Func<TimeSpan> Patience { get; set; } = patience;

    /// <summary>Whether there is something to read.</summary>
    public bool HasBytes => socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var time = Patience();
            var count = socket.Receive(buffer, SocketFlags.None, out var error);
            if (error == SocketError.Success) return count;
            if (error != SocketError.WouldBlock) throw Broken(error);
            // A moment later than due, so that the time is surely over then.
            socket.Poll(time + TimeSpan.FromMilliseconds(1), SelectMode.SelectRead);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = socket.Send(buffer, SocketFlags.None, out var error);
            if (error == SocketError.Success) buffer = buffer[count..];
            else if (error == SocketError.WouldBlock) socket.Poll(Endless, SelectMode.SelectWrite);
            else throw Broken(error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
        // What is written is sent.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        try
        {
            // Wakes who waits for it.
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It was not connected, or is not any more.
        }

        socket.Dispose();
    }

    static IOException Broken(SocketError error)
    {
        var why = new SocketException((int)error);
        return new(why.Message, why);
    }
}
