namespace Samsa.Scenarios.Soak;

/// <summary>What a writer was told of a record.</summary>
/// <param name="Outcome">How it ended; <c>null</c> when nothing was told.</param>
/// <param name="Partition">The reported partition.</param>
/// <param name="Offset">The reported offset.</param>
readonly record struct Entry(Outcome? Outcome, short Partition, long Offset)
{
    public override string ToString() => Outcome switch
    {
        null => "of which nothing was reported",
        Rx.Outcome.Persisted => $"reported as persisted at {Partition}@{Offset}",
        _ => $"reported as {Outcome}",
    };
}

/// <summary>The account of one writer: which records it gave to the client, and what was reported of each.</summary>
sealed class Ledger(int writer, string name, Promise promise, Facts facts)
{
    readonly Lock gate = new();
    readonly List<Entry> entries = [];

    public int Writer { get; } = writer;

    public string Name { get; } = name;

    public Promise Promise { get; } = promise;

    /// <summary>When there was something to report in which partition.</summary>
    public Pulse Pulse { get; } = new();

    public int Count
    {
        get
        {
            lock (gate) return entries.Count;
        }
    }

    public Entry this[int number]
    {
        get
        {
            lock (gate) return entries[number];
        }
    }

    /// <summary>Another record, that is about to be given to the client.</summary>
    public Mark Next()
    {
        lock (gate)
        {
            entries.Add(default);
            return new(Writer, entries.Count - 1);
        }
    }

    /// <summary>The client tells how a record ended.</summary>
    public void Report(long number, Outcome outcome, int partition, long offset)
    {
        lock (gate)
        {
            if (number < 0 || number >= entries.Count) facts.Add("a report for nothing", $"{Name} was told of record {number} and gave {entries.Count}");
            else if (entries[(int)number].Outcome is not null) facts.Add("two reports", $"record {number} of {Name}, {entries[(int)number]}, then {outcome} at {partition}@{offset}");
            else entries[(int)number] = new(outcome, (short)partition, offset);
        }

        if (outcome is Outcome.Persisted) Pulse.Beat(partition);
    }

    public int CountOf(Outcome? outcome)
    {
        lock (gate) return entries.Count(entry => entry.Outcome == outcome);
    }
}
