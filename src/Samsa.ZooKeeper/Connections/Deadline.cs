namespace Samsa.ZooKeeper;

/// <summary>The patience of who opens a connection.</summary>
sealed class Deadline(TimeSpan time, TimeProvider clock, CancellationToken ct)
{
    /// <summary>Who waits looks this often whether it is still wanted.</summary>
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    readonly long begin = clock.GetTimestamp();

    /// <summary>How long may be waited until it is asked again.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    /// <exception cref="OperationCanceledException">It is not wanted any more.</exception>
    public TimeSpan Left()
    {
        ct.ThrowIfCancellationRequested();
        var left = time - clock.GetElapsedTime(begin);
        return left <= TimeSpan.Zero ? throw new TimeoutException("no answer in time") : left < Look ? left : Look;
    }
}
