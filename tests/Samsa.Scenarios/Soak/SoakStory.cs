namespace Samsa.Scenarios.Soak;

/// <summary>A few seeds of the soak, among the other tests. <c>dotnet run … -- soak</c> runs more of them, and longer.</summary>
[TestFixture, Parallelizable(ParallelScope.Self)]
sealed class SoakStory
{
    // Whoever runs the tests may have a slow machine; that all go on by themselves is certain, how fast is measured by the soak.
    static readonly TimeSpan LongestStall = TimeSpan.FromSeconds(60);

    RunningReal brokers = null!;

    [OneTimeSetUp]
    public async Task Open() => brokers = (RunningReal)await Each.Real("4.3.1").OpenAsync(3);

    [OneTimeTearDown]
    public async Task Close()
    {
        if (brokers is not null) await brokers.DisposeAsync();
    }

    [TestCase(1)]
    [TestCase(4)]
    public async Task Brokers_die_and_halt_and_every_record_is_where_it_was_reported_and_every_reader_sees_the_log(int seed)
    {
        var told = new Chronicle();

        var result = await new Round(brokers, seed, Schedule.Of(seed, Schedule.Plan.Short), LongestStall, told).RunAsync();

        await TestContext.Out.WriteLineAsync($"{result}");
        Assert.That(result.Broken, Is.Empty, told.Whole);
        Assert.That(result.Records, Is.Positive);
    }
}
