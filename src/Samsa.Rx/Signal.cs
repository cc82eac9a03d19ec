using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Samsa.Rx;

/// <summary>Wakes one loop. Set any number of times before it is waited for, it wakes once.</summary>
sealed class Signal
{
    readonly Channel<byte> raised = Channel.CreateBounded<byte>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => raised.Writer.TryWrite(0);

    /// <summary>Returns at once if it was set since the last time.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitAsync(CancellationToken ct)
    {
        while (!raised.Reader.TryRead(out _)) await raised.Reader.WaitToReadAsync(ct);
    }

    /// <summary>Also returns when so much time has passed.</summary>
    public async ValueTask WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken ct)
    {
        if (raised.Reader.TryRead(out _)) return;
        await using var timer = clock.CreateTimer(static signal => ((Signal)signal!).Set(), this, Longest(atMost), Timeout.InfiniteTimeSpan);
        await WaitAsync(ct);
    }

    static TimeSpan Longest(TimeSpan wait) => wait < TimeSpan.FromDays(1) ? wait : TimeSpan.FromDays(1);
}
