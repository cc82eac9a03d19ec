using System.Collections.Immutable;
using Samsa.Cli.Demo.Machine;

namespace Samsa.Cli.Demo;

/// <summary>What the query knows of one key: its latest window, and a short history of windows.</summary>
sealed record KeyState(string Key)
{
    /// <summary>How many windows the history has.</summary>
    public const int HistoryLength = 40;

    public Unit Unit { get; init; }

    public int Partition { get; init; }

    public double Latest { get; init; }

    /// <summary>Records per second in the latest window.</summary>
    public double Rate { get; init; }

    /// <summary>The mean of each of the last windows.</summary>
    public ImmutableList<double> History { get; init; } = [];

    /// <summary>The state after one more window.</summary>
    public KeyState Then(IList<Reading> window, TimeSpan length)
    {
        // A window in which nothing came (a broker is away) shows as one that stands still.
        var history = History.Add(window.Count > 0 ? window.Average(reading => reading.Value) : Latest);
        if (history.Count > HistoryLength) history = history.RemoveAt(0);
        return window is [.., var last]
            ? this with { Unit = last.Unit, Partition = last.Partition, Latest = last.Value, Rate = window.Count / length.TotalSeconds, History = history }
            : this with { Rate = 0, History = history };
    }
}
