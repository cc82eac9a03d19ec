namespace Samsa.Benchmarks.Versus;

/// <summary>A client as the races see it. Each does the same with what its own users would call.</summary>
interface IContestant : IAsyncDisposable
{
    /// <summary>The version of the library that does the work.</summary>
    string Version { get; }

    /// <summary>Writes so many records and returns when all of them are acknowledged.</summary>
    Task ProduceAsync(byte[][] values, long records, Reports reports);

    /// <summary>Reads from the beginning.</summary>
    Task ConsumeAsync(Course course);

    /// <summary>Writes and reads at a steady pace.</summary>
    Task LatencyAsync(Latencies latencies, long records, int perSecond);

    /// <summary>Reads a topic in which nothing happens, and can write, until told to stop.</summary>
    Task IdleAsync(Task until);
}

/// <summary>What whoever produces wants to know.</summary>
enum Reports
{
    /// <summary>Nothing, except when all is acknowledged.</summary>
    None,

    /// <summary>How each record ended, by a call.</summary>
    Each,

    /// <summary>How each record ended, by awaiting it; 10,000 at a time.</summary>
    Awaited,
}
