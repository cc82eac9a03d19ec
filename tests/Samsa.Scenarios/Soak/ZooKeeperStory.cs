namespace Samsa.Scenarios.Soak;

/// <summary>Writers and readers who know nothing but ZooKeeper, while brokers and ZooKeepers are killed, halted and restarted.</summary>
[TestFixture, Parallelizable(ParallelScope.Self)]
sealed class ZooKeeperStory
{
    static readonly TimeSpan LongestStall = TimeSpan.FromSeconds(60);

    static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    static readonly Fault[] Faults =
    [
        new(FaultKind.Kill, [2], TimeSpan.FromSeconds(3), Calm),
        new(FaultKind.KillZooKeeper, [], TimeSpan.FromSeconds(3), Calm),
        new(FaultKind.Grow, [], TimeSpan.Zero, Calm),
        // Sessions live for four seconds, those of the brokers for six or more.
        new(FaultKind.PauseZooKeeper, [], TimeSpan.FromSeconds(8), Calm),
        new(FaultKind.Turn, [1, 2, 3], TimeSpan.FromSeconds(0.5), Calm),
    ];

    [TestCaseSource(typeof(Each), nameof(Each.BrokerInZooKeeper))]
    public async Task Everything_that_is_known_by_ZooKeeper_alone_survives_what_happens_to_brokers_and_to_ZooKeeper(BrokerKind kind)
    {
        await using var brokers = await ((RealKind)kind).OpenThroughZooKeeperAsync();
        var told = new Chronicle();

        var result = await new Round(brokers, 1, Faults, LongestStall, told).RunAsync();

        await TestContext.Out.WriteLineAsync($"{result}");
        Assert.That(result.Broken, Is.Empty, told.Whole);
        Assert.That(result.Records, Is.Positive);
    }
}
