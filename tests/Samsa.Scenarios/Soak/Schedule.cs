namespace Samsa.Scenarios.Soak;

/// <summary>The faults of a round, all by its seed.</summary>
static class Schedule
{
    /// <summary>What a round consists of.</summary>
    /// <param name="Faults">How many faults.</param>
    /// <param name="LongestPause">The longest a broker is paused.</param>
    /// <param name="LongestCalm">The longest peace between two faults.</param>
    /// <param name="Never">What does not happen; a broker is killed instead.</param>
    public sealed record Plan(int Faults, TimeSpan LongestPause, TimeSpan LongestCalm, params FaultKind[] Never)
    {
        /// <summary>For a test among others.</summary>
        public static Plan Short { get; } = new(2, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(1), FaultKind.Turn, FaultKind.KillTwo, FaultKind.KillAll);

        /// <summary>For a soak.</summary>
        /// <remarks>
        /// Before leader epochs (KIP-101, 0.11) a follower cuts its log to what it believes is committed, which may be less than what is:
        /// when the leader dies before it has caught up, acknowledged records are lost, whoever wrote them. So there only one broker is
        /// away at a time.
        /// </remarks>
        public static Plan Long(int faults, BrokerKind kind) => new(faults, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(6),
            kind.Speaks >= new Version(0, 11) ? [] : [FaultKind.KillTwo, FaultKind.KillAll]);
    }

    const int Brokers = 3;

    public static Fault[] Of(int seed, Plan plan)
    {
        // The same on every platform and in every version: a seed from a log is to be replayed.
        var random = new Random(seed);
        return [.. Enumerable.Range(0, plan.Faults).Select(_ => Next(random, plan))];
    }

    static Fault Next(Random random, Plan plan)
    {
        var broker = random.Next(Brokers) + 1;
        var other = (broker + random.Next(Brokers - 1)) % Brokers + 1;
        var (die, length, peace) = (random.Next(100), random.NextDouble(), random.NextDouble());
        var calm = plan.LongestCalm * (0.25 + 0.75 * peace);
        var away = TimeSpan.FromSeconds(0.2 + 8 * length);
        var kind = KindOf(die);
        return (plan.Never.Contains(kind) ? FaultKind.Kill : kind) switch
        {
            FaultKind.Pause => new(FaultKind.Pause, [broker], TimeSpan.FromSeconds(1) + (plan.LongestPause - TimeSpan.FromSeconds(1)) * length, calm),
            FaultKind.Grow => new(FaultKind.Grow, [], TimeSpan.Zero, calm),
            FaultKind.Turn => new(FaultKind.Turn, [1, 2, 3], TimeSpan.FromSeconds(2 * length), calm),
            FaultKind.KillTwo => new(FaultKind.KillTwo, [broker, other], away, calm),
            FaultKind.KillAll => new(FaultKind.KillAll, [1, 2, 3], away, calm),
            _ => new(FaultKind.Kill, [broker], away, calm),
        };
    }

    static FaultKind KindOf(int die) => die switch
    {
        < 35 => FaultKind.Kill,
        < 70 => FaultKind.Pause,
        < 80 => FaultKind.Grow,
        < 88 => FaultKind.Turn,
        < 95 => FaultKind.KillTwo,
        _ => FaultKind.KillAll,
    };
}
