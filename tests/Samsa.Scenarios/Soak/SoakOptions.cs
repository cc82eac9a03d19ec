using System.Globalization;

namespace Samsa.Scenarios.Soak;

/// <summary>What was asked for on the command line.</summary>
sealed record SoakOptions(double Minutes = 10, string Brokers = "4.3.1", int? Seed = null, int Faults = 6, bool Verbose = false)
{
    /// <returns><c>null</c> when it cannot be understood.</returns>
    public static SoakOptions? Parse(string[] words)
    {
        var options = new SoakOptions();
        for (var at = 0; at < words.Length; at++)
        {
            if (words[at] == "--verbose")
            {
                options = options with { Verbose = true };
                continue;
            }

            if (at + 1 == words.Length || options.With(words[at], words[++at]) is not { } changed) return null;
            options = changed;
        }

        return options;
    }

    SoakOptions? With(string name, string value)
    {
        var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return name switch
        {
            "--brokers" => this with { Brokers = value },
            "--minutes" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) => this with { Minutes = minutes },
            "--seed" when isNumber => this with { Seed = number },
            "--faults" when isNumber => this with { Faults = number },
            _ => null,
        };
    }
}
