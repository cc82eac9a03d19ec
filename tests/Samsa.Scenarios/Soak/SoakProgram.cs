using System.Diagnostics;

namespace Samsa.Scenarios.Soak;

/// <summary>Rounds, one after the other, until the time is over.</summary>
static class SoakProgram
{
    static readonly TimeSpan LongestStall = TimeSpan.FromSeconds(10);

    /// <returns>Whether all laws held.</returns>
    public static async Task<bool> RunAsync(SoakOptions options)
    {
        var kind = Each.Real(options.Brokers);
        var seed = options.Seed ?? Random.Shared.Next(1_000_000);
        var time = Stopwatch.StartNew();
        var results = new List<RoundResult>();
        RunningReal? brokers = null;
        try
        {
            do
            {
                brokers ??= (RunningReal)await kind.OpenAsync(3);
                var told = new Chronicle(Console.WriteLine, options.Verbose);
                results.Add(await new Round(brokers, seed, Schedule.Of(seed++, Schedule.Plan.Long(options.Faults, kind)), LongestStall, told).RunAsync());
                if (results[^1].Broken.Count == 0) continue;
                brokers = await ForsakeAsync(brokers, results[^1].Seed, told);
            }
            while (time.Elapsed.TotalMinutes < options.Minutes);
        }
        finally
        {
            if (brokers is not null) await brokers.DisposeAsync();
        }

        Console.WriteLine(Summary(kind, results, time.Elapsed));
        return results.All(result => result.Broken.Count == 0);
    }

    // After a round that failed nobody knows what the cluster is like.
    static async Task<RunningReal?> ForsakeAsync(RunningReal brokers, int seed, Chronicle told)
    {
        var file = Path.Combine(Path.GetTempPath(), $"soak-{brokers.Kind.Name}-{seed}.log");
        await File.WriteAllTextAsync(file, told.Whole());
        Console.WriteLine($"What the clients told is in {file}.");
        await brokers.DisposeAsync();
        return null;
    }

    static string Summary(BrokerKind kind, List<RoundResult> results, TimeSpan took) =>
        $"""

        {kind}: {results.Count} rounds in {took.TotalMinutes:0.0} minutes, seeds {results[0].Seed} to {results[^1].Seed}
          records given    {results.Sum(one => one.Published)}
          persisted        {results.Sum(one => one.CountOf(Outcome.Persisted))}
          not persisted    {results.Sum(one => one.CountOf(Outcome.NotPersisted))}
          unknown          {results.Sum(one => one.CountOf(Outcome.Unknown))}
          in the log       {results.Sum(one => one.Records)}
          kills            {results.Sum(one => one.Kills)}
          pauses           {results.Sum(one => one.Pauses)}
          restarts         {results.Sum(one => one.Restarts)}
          partitions added {results.Sum(one => one.Grown)}
          longest stall    {results.Max(one => one.LongestStall).TotalSeconds:0.00} s
          rounds with a broken law: {results.Count(one => one.Broken.Count > 0)} ({string.Join(", ", results.Where(one => one.Broken.Count > 0).Select(one => one.Seed))})
        """;
}
