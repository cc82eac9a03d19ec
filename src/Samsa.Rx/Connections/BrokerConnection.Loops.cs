using System.Net.Sockets;

namespace Samsa.Rx;

/// <content>What a connection does until it is closed.</content>
sealed partial class BrokerConnection
{
    /// <summary>A listener with SASL says its versions to anybody, and closes the connection on whatever else is asked before authentication.</summary>
    const string ClosedAtOnce =
        "the broker closed it at the first question; if its listener wants authentication (SASL), which is not supported yet, give the address of one that does not";

    TimeProvider Clock => options.Clock;

    async Task RunAsync()
    {
        await Guarded(ReadAsync);
        await writing.WaitAsync();
        // Nobody reads, and nobody can write any more: the socket looks at no buffer, and no answer can come. TLS may be freed only now, too.
        dialled.Dispose();
        EndAll(burst);
        while (waiting.TryDequeue(out var ask)) End(ask);
        while (outbox.Reader.TryRead(out var ask)) End(ask);
        await watchdog.DisposeAsync();
        Tell(ending!);
    }

    /// <summary>
    /// Writes what stands in the line. Whoever puts something there while nobody writes does it, on his own thread as long as it is little:
    /// each change of threads costs more than such a write.
    /// </summary>
    async Task WriteAsync()
    {
        do
        {
            try
            {
                await WriteLineAsync().ConfigureAwait(false);
            }
            catch (Exception error)
            {
                Broke(error);
            }

            writing.Release();
        }
        // Somebody may have come between the last look and the release.
        while (outbox.Reader.TryPeek(out _) && writing.Wait(0, CancellationToken.None));
    }

    async ValueTask WriteLineAsync()
    {
        var isBorrowed = true;
        while (outbox.Reader.TryRead(out var ask))
        {
            if (ask.IsAbandoned)
            {
                Forget(ask);
                continue;
            }

            if (QuietTime() is var quiet && quiet > TimeSpan.Zero)
            {
                await FlushAsync().ConfigureAwait(false);
                await HoldAsync(ask, quiet).ConfigureAwait(false);
            }

            Gather(ask);
            // Sending only when nobody else is waiting turns a burst of requests into one packet.
            if (outgoing.Length <= Burst && outbox.Reader.TryPeek(out _)) continue;
            if (isBorrowed && outgoing.Length > Little)
            {
                isBorrowed = false;
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            await FlushAsync().ConfigureAwait(false);
        }

        await FlushAsync().ConfigureAwait(false);
    }

    async Task ReadAsync()
    {
        var answered = false;
        while (await incoming.ReadAsync(closing.Token) is { } frame)
        {
            if (!waiting.TryDequeue(out var ask)) throw new ProtocolException("An answer came that nobody asked for");
            try
            {
                Answer(ask, frame);
            }
            catch (ProtocolException error)
            {
                // What the broker did with the request cannot be known, and what follows cannot be trusted.
                Close(new($"its answer to {ask.Request.Api.Name} version {ask.Version} makes no sense", error));
                End(ask);
                return;
            }

            answered = true;
            places.Release();
            watchdog.Saw(ask);
            // Last, because who waits may go on from here and ask again.
            ask.Complete();
        }
        Close(waiting.Any
            ? new(answered || Apis.IsGuess ? "the broker closed it" : ClosedAtOnce, new EndOfStreamException("The connection ended while answers were expected."))
            : new("the broker closed it"));
    }

    void Answer(Ask ask, ReadOnlyMemory<byte> frame)
    {
        var api = ask.Request.Api;
        var id = Framing.ReadCorrelationId(frame);
        if (id != ask.CorrelationId)
            throw new ProtocolException($"The answer to request {ask.CorrelationId} ({api.Name}) was expected, that to {id} came");
        // Who waits may ask again at once, and is to be held already.
        if (ask.Read(frame) is var quiet && quiet > TimeSpan.Zero) KeepQuiet(api, quiet);
    }

    void Gather(Ask ask)
    {
        ask.CorrelationId = correlation++ & int.MaxValue;
        ask.Deadline = Clock.GetTimestamp() + (long)(ask.Patience.TotalSeconds * Clock.TimestampFrequency);
        try
        {
            outgoing.Add(ask.Request, ask.Version, ask.CorrelationId);
            burst.Add(ask);
        }
        catch (UnwritableMessageException error)
        {
            // Half of it is gathered behind the others, so they are gathered again without it.
            outgoing.Reset();
            foreach (var other in burst) outgoing.Add(other.Request, other.Version, other.CorrelationId);
            ask.Fail(error);
            Forget(ask);
        }
    }

    async ValueTask FlushAsync()
    {
        if (burst.Count == 0) return;
        if (IsClosed)
        {
            outgoing.Reset();
            EndAll(burst);
            return;
        }
        // From here on nobody can tell how much of it the broker has. Answers may be faster than our own continuation.
        var patience = long.MaxValue;
        foreach (var ask in burst)
        {
            ask.IsSent = true;
            patience = Math.Min(patience, ask.Deadline);
            if (ask.IsAnswered) waiting.Enqueue(ask);
        }
        watchdog.Sending(patience, burst[^1]);
        try
        {
            await outgoing.FlushAsync().ConfigureAwait(false);
            watchdog.Sent();
        }
        catch (Exception error)
        {
            Close(new("it broke while a request was being sent", error));
        }
        foreach (var ask in burst)
            if (ask.IsAnswered) ask.MarkWritten();
            else End(ask, failed: IsClosed);
        burst.Clear();
    }

    /// <summary>Waits until the broker may be spoken to again. The request in hand is kept, or failed with the connection.</summary>
    async Task HoldAsync(Ask ask, TimeSpan quiet)
    {
        try
        {
            await Task.Delay(quiet, Clock, closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            End(ask);
            throw;
        }
    }

    TimeSpan QuietTime()
    {
        var until = Volatile.Read(ref quietUntil);
        if (until == long.MinValue) return TimeSpan.Zero;
        var left = Clock.GetElapsedTime(Clock.GetTimestamp(), until);
        if (left <= TimeSpan.Zero) Interlocked.CompareExchange(ref quietUntil, long.MinValue, until);
        return left;
    }

    void KeepQuiet(ApiDescription api, TimeSpan quiet)
    {
        Volatile.Write(ref quietUntil, Clock.GetTimestamp() + (long)(quiet.TotalSeconds * Clock.TimestampFrequency));
        events.Post(new BrokerThrottled(events.Now, Broker, api.Name, quiet));
    }

    /// <summary>Whatever ends the reading or a write closes the connection, which ends the other.</summary>
    async Task Guarded(Func<Task> loop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await loop();
        }
        catch (Exception error)
        {
            Broke(error);
        }
    }

    void Broke(Exception error) => Close(error switch
    {
        ProtocolException => new(error.Message.TrimEnd('.'), error),
        SocketException or IOException or ObjectDisposedException or OperationCanceledException => new("the connection broke", error),
        _ => new($"an error on this side, {error.Message.TrimEnd('.')}", error),
    });

    void Close(Ending why)
    {
        if (Interlocked.CompareExchange(ref ending, why, null) is not null) return;
        outbox.Writer.TryComplete();
        if (why.IsPeaceful && socket.Connected)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // It is gone already, which is what was wanted.
            }
        }
        socket.Dispose();
        closing.Cancel();
    }

    /// <summary>A request that nobody wants any more and that was not written leaves without a trace.</summary>
    void Forget(Ask ask)
    {
        ask.MarkWritten();
        places.Release();
    }

    /// <summary>The last thing that happens to a request that has no answer.</summary>
    void End(Ask ask, bool failed = true)
    {
        if (failed) ask.Fail(ending!.Failure(this, ask.Request, ask.IsSent));
        ask.MarkWritten();
        places.Release();
    }

    void EndAll(List<Ask> asks)
    {
        foreach (var ask in asks) End(ask);
        asks.Clear();
    }

    void Tell(Ending why)
    {
        if (why.IsPeaceful) log.LogDebug("Connection to {Broker} closed: {Why}", Broker, why.Why);
        else log.LogInformation(why.Error, "Connection to {Broker} closed: {Why}", Broker, why.Why);
        events.Post(new BrokerDisconnected(events.Now, Broker, why.Why, why.Error));
    }
}
