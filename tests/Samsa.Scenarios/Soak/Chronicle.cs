namespace Samsa.Scenarios.Soak;

/// <summary>What happened, with times: the schedule as it came to pass, and what the clients told of it. Only the last of it is kept.</summary>
/// <param name="live">Is told what is said as it is said.</param>
/// <param name="verbose">Whether details are said as well.</param>
sealed class Chronicle(Action<string>? live = null, bool verbose = false)
{
    const int Most = 4_000;

    readonly Lock gate = new();
    readonly Queue<string> lines = new();

    /// <summary>Something to be read also when all goes well.</summary>
    public void Say(string what) => Keep(what, verbose: true);

    /// <summary>Something that is of interest only when a law was broken.</summary>
    public void Detail(string what) => Keep("   " + what, verbose);

    /// <summary>All that is kept, oldest first.</summary>
    public string Whole()
    {
        lock (gate) return string.Join('\n', lines);
    }

    void Keep(string what, bool verbose)
    {
        var line = $"{DateTime.UtcNow:HH:mm:ss.fff} {what}";
        lock (gate)
        {
            lines.Enqueue(line);
            if (lines.Count > Most) lines.Dequeue();
        }

        if (verbose) live?.Invoke(line);
    }
}
