namespace Samsa.Cli.Demo.Machine;

/// <summary>How fast a counter rises, over the last half second: counters of the system advance in steps too coarse for less.</summary>
sealed class Rate
{
    const double Span = 0.5;

    readonly Queue<(double At, double Count)> seen = new();

    /// <summary>The rise per second.</summary>
    public double Of(double count, double now)
    {
        seen.Enqueue((now, count));
        while (seen.Count > 2 && now - seen.Peek().At > Span) seen.Dequeue();
        var (at, first) = seen.Peek();
        return now > at ? Math.Max(0, (count - first) / (now - at)) : 0;
    }
}
