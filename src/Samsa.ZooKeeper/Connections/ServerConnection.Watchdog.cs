namespace Samsa.ZooKeeper;

/// <content>The patience of a connection.</content>
sealed partial class ServerConnection
{
    /// <summary>A session may be long, but who does not hear of us for so long should.</summary>
    static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    readonly TimeProvider clock;
    long lastSent, lastReceived, bytesReceived;

    // A third of the session after the last thing we said comes a ping; two thirds without hearing anything are too long: the rest is for
    // another server.
    TimeSpan PingAfter => Timeout / 3 < LongestSilence ? Timeout / 3 : LongestSilence;

    TimeSpan GiveUpAfter => Timeout * 2 / 3;

    /// <summary>Asked by who reads, before it waits.</summary>
    TimeSpan Look()
    {
        WriteWhatWasAsked();
        if (bytesReceived != incoming.BytesReceived) (bytesReceived, lastReceived) = (incoming.BytesReceived, clock.GetTimestamp());
        var silent = clock.GetElapsedTime(lastReceived);
        // Perhaps not the server stood still but we did, and what it said is still to be read.
        if (silent >= GiveUpAfter && !line.Waiting.HasBytes)
        {
            Close(new($"the server said nothing for {GiveUpAfter.TotalSeconds:0.###} s"));
            return TimeSpan.Zero;
        }

        var quiet = clock.GetElapsedTime(Volatile.Read(ref lastSent));
        if (quiet >= PingAfter)
        {
            Send(new Ping.Request(), Xids.Ping, null);
            WriteWhatWasAsked();
            quiet = TimeSpan.Zero;
        }

        var (toPing, toGiveUp) = (PingAfter - quiet, GiveUpAfter - silent);
        return toGiveUp <= TimeSpan.Zero || toPing < toGiveUp ? toPing : toGiveUp;
    }
}
