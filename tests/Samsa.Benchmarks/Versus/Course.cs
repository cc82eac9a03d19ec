namespace Samsa.Benchmarks.Versus;

/// <summary>A reading of which the first records only warm up: short runs measure the just-in-time compiler.</summary>
sealed class Course(long skipped, long counted)
{
    int begun;

    /// <summary>How many records are read in all.</summary>
    public long Records => skipped + counted;

    /// <summary>How many are left when those are read that do not count.</summary>
    public long Counted => counted;

    /// <summary>What was used by the records that count.</summary>
    public Meter Meter { get; private set; } = null!;

    /// <summary>The records that do not count are read. With several readers the first one says it.</summary>
    public void Warm()
    {
        if (Interlocked.Exchange(ref begun, 1) == 0) Meter = new();
    }
}
