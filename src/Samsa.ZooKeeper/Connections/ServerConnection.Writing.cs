using System.Net.Sockets;

namespace Samsa.ZooKeeper;

/// <content>What is asked is gathered, and goes out in one piece as soon as what was gathered before has gone.</content>
sealed partial class ServerConnection
{
    // Waited for, which a Lock cannot be.
    readonly object gate = new();
    readonly Thread reader;
    readonly List<ArraySegment<byte>> segments = [];
    WireWriter gathered = new(), sending = new();

    bool Send(IRequest request, int fixedXid, Ask? ask)
    {
        lock (gate)
        {
            if (ending is not null) return false;
            var number = ask is null ? fixedXid : NextXid();
            try
            {
                Gather(number, request);
            }
            catch (UnwritableMessageException error)
            {
                // Half of it stands behind the others, which cannot be told apart from it any more.
                Close(new("a request could not be written", error));
                throw;
            }

            if (ask is not null)
            {
                ask.Xid = number;
                waiting.Enqueue(ask);
            }

            Volatile.Write(ref lastSent, clock.GetTimestamp());
            // Who reads may ask for more with each reply, and says so once, when it has read all that came.
            if (Thread.CurrentThread != reader) Monitor.Pulse(gate);
            return true;
        }
    }

    void Gather(int number, IRequest request)
    {
        var frame = gathered.BeginFrame();
        new RequestHeader { Xid = number, Operation = request.Api.Key }.WriteFields(gathered, 0);
        request.Write(gathered, 0);
        gathered.EndFrame(frame);
    }

    int NextXid() => xid = xid == int.MaxValue ? 1 : xid + 1;

    void WriteWhatWasAsked()
    {
        lock (gate)
            if (gathered.Length > 0)
                Monitor.Pulse(gate);
    }

    void WriteAll()
    {
        try
        {
            while (TakeGathered())
            {
                sending.GetSegments(segments);
                foreach (var segment in segments) line.Stream.Write(segment);
                segments.Clear();
                sending.Reset();
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Close(new("the connection broke", error));
        }
    }

    /// <summary>Waits for something to be sent; false when the connection has ended.</summary>
    bool TakeGathered()
    {
        lock (gate)
        {
            while (gathered.Length == 0 && ending is null) Monitor.Wait(gate);
            (gathered, sending) = (sending, gathered);
            return ending is null;
        }
    }
}
