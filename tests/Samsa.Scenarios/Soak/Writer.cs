using System.Diagnostics;

namespace Samsa.Scenarios.Soak;

/// <summary>Writes at a steady rate until it is told to stop, and enters into its ledger what is reported.</summary>
abstract class Writer(Ledger ledger, int perSecond) : IAsyncDisposable
{
    // Enough that every partition has some of them.
    const int Keys = 200;

    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    readonly CancellationTokenSource enough = new();
    Task? loop;

    public Ledger Ledger => ledger;

    /// <summary>Whether it writes to every partition all the time, and not to one at a time.</summary>
    public virtual bool IsEverywhere => true;

    public void Start() => loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Gives no more records to the client and waits until all are reported.</summary>
    public async Task StopAsync()
    {
        await enough.CancelAsync();
        if (loop is not null) await loop.Within(90, $"{ledger.Name} gives its last record to the client");
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await enough.CancelAsync();
        await CloseAsync();
        if (loop is not null) await loop;
        enough.Dispose();
    }

    protected static string KeyOf(Mark mark) => $"key-{mark.Number % Keys}";

    /// <summary>Gives a record to the client; blocks when the client makes it wait.</summary>
    protected abstract void Give(Mark mark);

    /// <summary>Waits until everything is reported.</summary>
    protected abstract Task EndAsync();

    protected abstract ValueTask CloseAsync();

    void Run()
    {
        try
        {
            Write();
        }
        catch (ObjectDisposedException) when (enough.IsCancellationRequested)
        {
            // A round that failed does not wait until all is written.
        }
    }

    void Write()
    {
        var last = Stopwatch.GetTimestamp();
        var owed = 0.0;
        while (!enough.IsCancellationRequested)
        {
            var now = Stopwatch.GetTimestamp();
            // After it was made to wait it does not make up for all that time.
            owed = Math.Min(owed + perSecond * Stopwatch.GetElapsedTime(last, now).TotalSeconds, perSecond);
            last = now;
            for (; owed >= 1 && !enough.IsCancellationRequested; owed--) Give(ledger.Next());
            Thread.Sleep(Tick);
        }
    }
}
