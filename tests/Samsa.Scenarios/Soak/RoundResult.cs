namespace Samsa.Scenarios.Soak;

/// <summary>What a round came to.</summary>
sealed class RoundResult(int seed)
{
    public int Seed { get; } = seed;

    /// <summary>Records in the log.</summary>
    public int Records { get; set; }

    public IReadOnlyList<Account> Accounts { get; set; } = [];

    public int Kills { get; set; }

    public int Pauses { get; set; }

    public int Restarts { get; set; }

    public int Grown { get; set; }

    /// <summary>The longest time from a healed cluster to progress of everybody in every partition.</summary>
    public TimeSpan LongestStall { get; set; }

    public IReadOnlyDictionary<string, int> Broken { get; set; } = new Dictionary<string, int>();

    public int Published => Accounts.Sum(one => one.Ledger.Count);

    public int CountOf(Outcome outcome) => Accounts.Sum(one => one.Ledger.CountOf(outcome));

    public int Doubled => Accounts.Sum(one => one.Doubled);

    public int LostByPromise => Accounts.Where(one => one.Ledger.Promise is Promise.WhileTheLeaderLives or Promise.AtMostOnce).Sum(one => one.Lost);

    public override string ToString() =>
        $"seed {Seed}: {Published} records given, {CountOf(Outcome.Persisted)} persisted, {CountOf(Outcome.NotPersisted)} not, {CountOf(Outcome.Unknown)} unknown "
        + $"({Accounts.Sum(one => one.UnknownThere)} of them there), {Records} in the log, {Doubled} doubled and {LostByPromise} lost where that is allowed, "
        + $"{Accounts.Sum(one => one.Unplaced)} without an offset; {Kills} kills, {Pauses} pauses, {Restarts} restarts, {Grown} partitions added; "
        + $"longest stall {LongestStall.TotalSeconds:0.00} s";
}
