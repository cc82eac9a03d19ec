namespace Samsa.Rx;

/// <summary>How long to wait before the next try: longer after each failure, never longer than <see cref="Most"/>, and never the same for everybody (KIP-580).</summary>
public sealed record BackOff
{
    /// <summary>The wait after the first failure. It doubles with each further one.</summary>
    public TimeSpan First
    {
        get;
        init => field = Option.Between(TimeSpan.Zero, value, TimeSpan.FromHours(1));
    } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait, before the jitter.</summary>
    public TimeSpan Most
    {
        get;
        init => field = Option.Between(TimeSpan.Zero, value, TimeSpan.FromHours(1));
    } = TimeSpan.FromSeconds(1);

    /// <summary>By which part a wait is made shorter or longer at random, from 0 to 1, so that many clients do not come back at the same moment.</summary>
    public double Jitter
    {
        get;
        init => field = Option.Between(0.0, value, 1.0);
    } = 0.2;

    /// <summary>The wait after so many failures in a row.</summary>
    /// <param name="failures">How often it failed; zero waits nothing.</param>
    /// <returns>The wait, with jitter.</returns>
    public TimeSpan After(int failures)
    {
        if (failures <= 0) return TimeSpan.Zero;
        var wait = Math.Min(First.Ticks * Math.Pow(2, Math.Min(failures - 1, 40)), Most.Ticks);
        // Jitter needs no secrecy, only that clients differ.
#pragma warning disable CA5394
        return TimeSpan.FromTicks((long)(wait * (1 + Jitter * (2 * Random.Shared.NextDouble() - 1))));
#pragma warning restore CA5394
    }
}
