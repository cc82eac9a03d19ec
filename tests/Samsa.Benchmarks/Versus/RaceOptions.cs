using System.Globalization;

namespace Samsa.Benchmarks.Versus;

/// <summary>What was asked for on the command line.</summary>
sealed record RaceOptions(string Case)
{
    public static string Usage =>
        $"versus {string.Join('|', Races.Names)} [--bootstrap HOST:PORT | --null] [--records N] [--rounds N] [--json FILE] [--alone] [-X NAME=VALUE]";

    public string? Bootstrap { get; init; }

    /// <summary>Against the null broker.</summary>
    public bool IsNull { get; init; }

    /// <summary>How many records count; null for as many as the case needs.</summary>
    public long? Records { get; init; }

    public int Rounds { get; init; } = 3;

    /// <summary>Without the others.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Settings of Samsa.Rx that differ from its defaults, by Java's names.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Where the lines go, added to what is there.</summary>
    public string? Json { get; init; }

    /// <exception cref="ArgumentException">Something is not known.</exception>
    public static RaceOptions Parse(string[] args)
    {
        if (args.Length == 0 || !Races.Names.Contains(args[0])) throw new ArgumentException(Usage);
        var options = new RaceOptions(args[0]);
        for (var i = 1; i < args.Length; i++)
        {
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[^1]} needs a value. {Usage}");
            options = args[i] switch
            {
                "--bootstrap" => options with { Bootstrap = Value() },
                "--null" => options with { IsNull = true },
                "--records" => options with { Records = long.Parse(Value(), CultureInfo.InvariantCulture) },
                "--rounds" => options with { Rounds = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--alone" => options with { IsAlone = true },
                "-X" => options with { Settings = [.. options.Settings, Value()] },
                "--json" => options with { Json = Value() },
                _ => throw new ArgumentException($"{args[i]} is not known. {Usage}"),
            };
        }

        return options;
    }
}
