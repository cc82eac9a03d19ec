namespace Samsa.Cli.Demo;

/// <summary>One way to show the demo.</summary>
abstract class View(TimeProvider clock)
{
    /// <summary>The curtain rises.</summary>
    public abstract void Open(Scene scene);

    /// <summary>Shows pictures until the play is over.</summary>
    public abstract Task FollowAsync(Func<Picture> look, Task play, CancellationToken ct);

    /// <summary>A broker was stopped or started.</summary>
    public abstract void Tell(Happening happening);

    /// <summary>The proof.</summary>
    public abstract void Close(Verdict verdict);

    /// <summary>One picture after each interval, as long as the play goes on.</summary>
    protected async Task EachAsync(TimeSpan interval, Action show, Task play, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (!play.IsCompleted)
        {
            var tick = timer.WaitForNextTickAsync(ct).AsTask();
            await Task.WhenAny(tick, play);
            if (tick.IsCompletedSuccessfully) show();
            ct.ThrowIfCancellationRequested();
        }
    }
}
