namespace Samsa.ZooKeeper;

/// <content>The patience of a connection.</content>
sealed partial class ServerConnection
{
    /// <summary>A session may be long, but who does not hear of us for so long should.</summary>
    static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    readonly TimeProvider clock;
    long lastSent, lastReceived;

    // A third of the session after the last thing we said comes a ping; two thirds without hearing anything are too long: the rest is for
    // another server.
    TimeSpan PingAfter => Timeout / 3 < LongestSilence ? Timeout / 3 : LongestSilence;

    TimeSpan GiveUpAfter => Timeout * 2 / 3;

    ITimer Watch()
    {
        ITimer? timer = null;
        timer = clock.CreateTimer(_ => Look(timer), null, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
        Look(timer);
        return timer;
    }

    void Look(ITimer? timer)
    {
        var silent = clock.GetElapsedTime(Volatile.Read(ref lastReceived));
        if (silent >= GiveUpAfter)
        {
            Close(new($"the server said nothing for {GiveUpAfter.TotalSeconds:0.###} s"));
            return;
        }

        var quiet = clock.GetElapsedTime(Volatile.Read(ref lastSent));
        if (quiet >= PingAfter)
        {
            Send(new Ping.Request(), Xids.Ping, null);
            quiet = TimeSpan.Zero;
        }

        var next = PingAfter - quiet < GiveUpAfter - silent ? PingAfter - quiet : GiveUpAfter - silent;
        // A moment later than due, so that the time is surely over then.
        timer?.Change(next + TimeSpan.FromMilliseconds(1), System.Threading.Timeout.InfiniteTimeSpan);
    }
}
