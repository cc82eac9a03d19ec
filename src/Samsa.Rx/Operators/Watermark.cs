using System.Reactive.Concurrency;

namespace Samsa.Rx;

/// <summary>Up to when everything has come that is waited for: of the partitions that are not idle, the earliest.</summary>
sealed class Watermark
{
    readonly EventWindowOptions options;
    readonly IScheduler scheduler;
    readonly Dictionary<int, Seen> partitions = [];
    // The one that holds it up; null when all are idle.
    Seen? holder;
    bool inDoubt;

    public Watermark(EventWindowOptions options, IScheduler scheduler)
    {
        (this.options, this.scheduler) = (options, scheduler);
        foreach (var partition in options.Partitions ?? []) partitions.TryAdd(partition, new(scheduler.Now));
    }

    /// <summary>What it was when it was looked at last. Never goes back.</summary>
    public DateTimeOffset Told { get; private set; }

    /// <summary>After how long a partition that holds it up now will be idle; null when none does.</summary>
    public TimeSpan? MovesIn
    {
        get
        {
            var now = scheduler.Now;
            // Idle ones do not hold it up; those that are not will be idle one after the other.
            var first = partitions.Values.Where(seen => !IsIdle(seen, now)).Select(seen => (DateTimeOffset?)seen.At).Min();
            return first is { } at ? at + options.Idle - now : null;
        }
    }

    public void Saw(int partition, DateTimeOffset time)
    {
        var now = scheduler.Now;
        if (!partitions.TryGetValue(partition, out var seen)) partitions.Add(partition, seen = new(now));
        // Only what the earliest gives can move it, or who has not held it up until now.
        if (seen == holder || holder is null || seen.Latest is null || IsIdle(seen, now)) inDoubt = true;
        seen.At = now;
        if (seen.Latest is null || time > seen.Latest) seen.Latest = time;
    }

    /// <summary>Time has passed: a partition may be idle now.</summary>
    public void Doubt() => inDoubt = true;

    public DateTimeOffset Now()
    {
        if (!inDoubt) return Told;
        inDoubt = false;
        var now = scheduler.Now;
        holder = null;
        var latest = DateTimeOffset.MinValue;
        foreach (var seen in partitions.Values)
        {
            if (seen.Time > latest) latest = seen.Time;
            if ((holder is null || seen.Time < holder.Time) && !IsIdle(seen, now)) holder = seen;
        }

        // When all are idle, nobody is waited for who could have said anything earlier than the latest that there is.
        var earliest = holder?.Time ?? latest;
        var mark = earliest - DateTimeOffset.MinValue > options.Lateness ? earliest - options.Lateness : DateTimeOffset.MinValue;
        return Told = mark > Told ? mark : Told;
    }

    bool IsIdle(Seen seen, DateTimeOffset now) => now - seen.At >= options.Idle;

    sealed class Seen(DateTimeOffset at)
    {
        public DateTimeOffset? Latest { get; set; }

        public DateTimeOffset Time => Latest ?? DateTimeOffset.MinValue;

        /// <summary>When it gave something, or when it was begun to wait for it.</summary>
        public DateTimeOffset At { get; set; } = at;
    }
}
