namespace Samsa.Tests.Connections;

/// <summary>A clock that stands still until a test moves it.</summary>
sealed class TestClock : TimeProvider
{
    readonly Lock gate = new();
    readonly List<Alarm> alarms = [];
    long now = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref now);

    // A time that records can have.
    public override DateTimeOffset GetUtcNow() => new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>How many timers wait for their time.</summary>
    public int Waiting
    {
        get { lock (gate) return alarms.Count; }
    }

    /// <summary>Moves on, and rings what is due on the way, in order.</summary>
    public void Advance(TimeSpan span)
    {
        var end = GetTimestamp() + span.Ticks;
        while (NextUntil(end) is { } alarm) alarm.Ring();
        Interlocked.Exchange(ref now, end);
    }

    /// <summary>Moves on step by step until something is so, giving everybody else time to act between the steps.</summary>
    public async Task AdvanceUntilAsync(Func<bool> so, TimeSpan step, int most = 1000)
    {
        for (var i = 0; i < most && !so(); i++)
        {
            Advance(step);
            await Task.Delay(2);
            // On a busy machine what waits for a thread goes first, so that time does not run away from it.
            for (var turn = 0; turn < 4; turn++) await Task.Factory.StartNew(static () => { }, default, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
        }
        Assert.That(so(), Is.True, "It did not come true in virtual time.");
    }

    Alarm? NextUntil(long end)
    {
        lock (gate)
        {
            var next = alarms.Where(alarm => alarm.Due <= end).MinBy(alarm => alarm.Due);
            if (next is null) return null;
            alarms.Remove(next);
            Interlocked.Exchange(ref now, Math.Max(now, next.Due));
            return next;
        }
    }

    sealed class Alarm(TestClock clock, Action ring) : ITimer
    {
        TimeSpan period;

        public long Due { get; private set; }

        public void Ring()
        {
            if (period > TimeSpan.Zero) Change(period, period);
            ring();
        }

        public bool Change(TimeSpan dueTime, TimeSpan every)
        {
            lock (clock.gate)
            {
                clock.alarms.Remove(this);
                period = every;
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = clock.GetTimestamp() + dueTime.Ticks;
                clock.alarms.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock.gate) clock.alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
