using System.Net.Sockets;
using Samsa.Embedded.Serving;
using Samsa.Wire;
using Samsa.ZooKeeper.Messages;

namespace Samsa.Embedded.ZooKeeper;

/// <summary>What one client is told, in order. Whoever adds to it while nobody sends sends; what is added meanwhile goes together.</summary>
/// <param name="line">The connection.</param>
/// <param name="mostBytes">A client that lets more than this lie is cut off.</param>
sealed class Outgoing(ClientLine line, int mostBytes)
{
    /// <summary>Nothing more is read from a client that lets this many bytes lie.</summary>
    const int Crowd = 256 * 1024;

    readonly Lock gate = new();
    readonly List<ArraySegment<byte>> parts = [];
    WireWriter gathered = new(), sending = new();
    TaskCompletionSource? emptied;
    bool isSending, isOver;

    /// <summary>Adds an answer, to be sent with <see cref="Send"/>.</summary>
    public void Put(ReplyHeader? header, IMessage? body, short version = 0)
    {
        lock (gate) Gather(header, body, version);
    }

    /// <summary>Adds an event. It is sent by somebody else, since whoever changes the tree has no time.</summary>
    public void Tell(WatcherEvent happened)
    {
        lock (gate)
        {
            if (isOver) return;
            var frame = gathered.BeginFrame();
            new ReplyHeader { Xid = Xids.Event, Zxid = -1 }.WriteFields(gathered, 0);
            gathered.Jute = true;
            happened.WriteFields(gathered, 0);
            gathered.EndFrame(frame);
            if (gathered.Length > mostBytes) line.Cut();
            if (isSending) return;
            isSending = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static outgoing => _ = outgoing.SendAsync(), this, preferLocal: false);
    }

    /// <summary>Sends what was added, unless somebody does already.</summary>
    public void Send()
    {
        lock (gate)
        {
            if (isSending || isOver || gathered.Length == 0) return;
            isSending = true;
        }

        _ = SendAsync();
    }

    /// <summary>Waits until there are not too many bytes that nobody takes.</summary>
    public Task RoomAsync()
    {
        lock (gate) return gathered.Length < Crowd || isOver ? Task.CompletedTask : Emptied();
    }

    /// <summary>Waits until all has been sent.</summary>
    public async Task SentAsync()
    {
        while (true)
        {
            Task swapped;
            lock (gate)
            {
                if (!isSending || isOver) return;
                swapped = Emptied();
            }

            await swapped.ConfigureAwait(false);
        }
    }

    /// <summary>Nothing more is sent, and nobody waits.</summary>
    public void End()
    {
        lock (gate)
        {
            isOver = true;
            emptied?.TrySetResult();
        }
    }

    Task Emptied() => (emptied ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    void Gather(ReplyHeader? header, IMessage? body, short version)
    {
        if (isOver) return;
        var frame = gathered.BeginFrame();
        header?.WriteFields(gathered, 0);
        body?.Write(gathered, version);
        gathered.EndFrame(frame);
    }

    async Task SendAsync()
    {
        try
        {
            while (Swap())
            {
                sending.GetSegments(parts);
                await line.SendAsync(parts).ConfigureAwait(false);
                sending.Reset();
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            End();
            line.Cut();
        }
    }

    /// <summary>Takes what is to be sent; false when there is nothing, and then nobody sends.</summary>
    bool Swap()
    {
        lock (gate)
        {
            isSending = gathered.Length > 0 && !isOver;
            if (isSending) (gathered, sending) = (sending, gathered);
            emptied?.TrySetResult();
            emptied = null;
            return isSending;
        }
    }
}
