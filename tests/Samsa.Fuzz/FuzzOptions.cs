using System.Globalization;

namespace Samsa.Fuzz;

/// <summary>How long to try, and with what.</summary>
sealed record FuzzOptions
{
    /// <summary>After how many inputs it is enough.</summary>
    public long Inputs { get; init; } = 1_000_000;

    /// <summary>After how long it is enough, whatever the number of inputs; null for as long as they take.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>The same seed makes the same inputs.</summary>
    public int Seed { get; init; } = Random.Shared.Next();

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>How long one input may take. A thousandth of it is much already; the rest is for machines that do much else.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many failures are enough to stop.</summary>
    public int MostFailures { get; init; } = 20;

    /// <summary>Only targets whose names begin so.</summary>
    public string Only { get; init; } = "";

    /// <summary>Where what fails is kept; null to keep nothing.</summary>
    public string? Keep { get; init; }

    /// <summary>Reads <c>--inputs N --minutes N --seed S --threads N --only NAME --keep FOLDER</c>.</summary>
    /// <exception cref="FormatException">There is something else.</exception>
    public static FuzzOptions Parse(IReadOnlyList<string> words)
    {
        var options = new FuzzOptions();
        for (var i = 0; i < words.Count; i += 2)
        {
            var value = i + 1 < words.Count ? words[i + 1] : throw new FormatException($"{words[i]} needs a value.");
            options = words[i] switch
            {
                "--inputs" => options with { Inputs = Number(value) },
                "--minutes" => options with { Time = TimeSpan.FromMinutes(double.Parse(value, CultureInfo.InvariantCulture)), Inputs = long.MaxValue },
                "--seed" => options with { Seed = (int)Number(value) },
                "--threads" => options with { Threads = (int)Number(value) },
                "--only" => options with { Only = value },
                "--keep" => options with { Keep = value },
                _ => throw new FormatException(
                    $"{words[i]} is not known; there are --inputs N, --minutes N, --seed S, --threads N, --only NAME, --keep FOLDER, and `replay FILE…`."),
            };
        }

        return options;
    }

    static long Number(string text) => long.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
