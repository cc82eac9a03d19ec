namespace Samsa.Scenarios.Soak;

enum FaultKind
{
    /// <summary>A broker is killed (SIGKILL) and started again.</summary>
    Kill,

    /// <summary>A broker is stopped in its tracks (SIGSTOP) and goes on: its connections stay open all the time.</summary>
    Pause,

    /// <summary>Two brokers are killed at once, so that nothing can be written.</summary>
    KillTwo,

    /// <summary>All brokers are killed at once.</summary>
    KillAll,

    /// <summary>All brokers are restarted, one after the other, as for a new version.</summary>
    Turn,

    /// <summary>The topic gets another partition.</summary>
    Grow,

    /// <summary>The leader of the ZooKeeper ensemble is killed and started again.</summary>
    KillZooKeeper,

    /// <summary>All servers of the ZooKeeper ensemble are stopped in their tracks, longer than sessions live, and go on.</summary>
    PauseZooKeeper,
}

/// <summary>Something that is done to a cluster.</summary>
/// <param name="Kind">What.</param>
/// <param name="Brokers">To whom.</param>
/// <param name="Lasts">How long until it is undone.</param>
/// <param name="Calm">How long there is peace when the cluster has healed.</param>
sealed record Fault(FaultKind Kind, int[] Brokers, TimeSpan Lasts, TimeSpan Calm)
{
    public override string ToString() =>
        $"{Kind}{(Brokers.Length > 0 ? $" {string.Join(',', Brokers)}" : "")}{(Lasts > TimeSpan.Zero ? $" for {Lasts.TotalSeconds:0.0} s" : "")}";
}
