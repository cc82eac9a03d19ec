using Samsa.Scenarios.Soak;

namespace Samsa.Scenarios;

/// <summary>The stories run as tests; what takes long, or is repeated with other seeds, runs as a program.</summary>
static class Program
{
    const string Usage = """
        dotnet run -c Release --project tests/Samsa.Scenarios -- soak [--minutes N] [--brokers 4.3.1] [--seed S] [--faults N]

          --minutes N     rounds are begun until so many minutes are over (default 10); 0 is one round
          --brokers V     a published version: 0.8.2.2, 0.9.0.1, 0.10.2.2, 1.1.1, 3.9.2-zk, 3.9.2-kraft, 4.3.1 (default)
          --seed S        the seed of the first round; the next has the next one (default: by chance)
          --faults N      how many faults a round has (default 6)
          --verbose       tells what the clients tell
        """;

    static async Task<int> Main(string[] words)
    {
        if (words is not ["soak", .. var rest] || SoakOptions.Parse(rest) is not { } options)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        return await SoakProgram.RunAsync(options) ? 0 : 1;
    }
}
