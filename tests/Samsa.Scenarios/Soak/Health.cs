using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Samsa.Scenarios.Soak;

/// <summary>How a topic is, by the word of those who are not our client.</summary>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="FewestInSync">The replicas in sync of the partition that has the fewest; none where there is no leader.</param>
readonly record struct Health(int Partitions, int FewestInSync)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Waits until each partition has so many replicas in sync, and so a leader.</summary>
    public static async Task<Health> AwaitAsync(RunningReal brokers, string topic, int inSync, int partitions)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var now = await AskAsync(brokers, topic);
            if (now.FewestInSync >= inSync && now.Partitions >= partitions) return now;
            if (waited.Elapsed > Patience) throw new AssertionException($"The cluster did not heal within {Patience}: {now}");
            await Task.Delay(200);
        }
    }

    static async Task<Health> AskAsync(RunningReal brokers, string topic)
    {
        if (brokers.Kind.Speaks < new Version(0, 10)) return Described(string.Join('\n', await Stranger.DescribeAsync(brokers, topic)));
        var said = await Kcat.TryAsync(brokers, null, "-L", "-J", "-t", topic, "-m", "5");
        return said.ExitCode == 0 ? Listed(said.Out) : default;
    }

    static Health Listed(string text)
    {
        using var json = JsonDocument.Parse(text);
        var partitions = json.RootElement.GetProperty("topics")[0].GetProperty("partitions");
        return Of([.. partitions.EnumerateArray().Select(one => one.GetProperty("leader").GetInt32() < 0 ? 0 : one.GetProperty("isrs").GetArrayLength())]);
    }

    static Health Described(string text) =>
        Of([.. Regex.Matches(text, @"Leader: (-?\d+)\s.*Isr: ([\d,]*)").Select(line => InSync(line.Groups[1].Value, line.Groups[2].Value))]);

    static int InSync(string leader, string replicas) =>
        int.Parse(leader, CultureInfo.InvariantCulture) < 0 ? 0 : replicas.Split(',', StringSplitOptions.RemoveEmptyEntries).Length;

    static Health Of(int[] inSync) => new(inSync.Length, inSync.Length == 0 ? 0 : inSync.Min());
}
