namespace Samsa.ZooKeeper;

/// <summary>
/// Those who ask, in the order in which they do: so many at the same time, the others when answers come, and while there is no connection nobody, for
/// as long as they are willing to wait for one. Who waits here is a caller, so there are as many as the callers want to.
/// </summary>
/// <param name="options">How many and how long.</param>
/// <param name="whyNobody">Why there is no connection, for people.</param>
sealed class QuestionLine(ZooKeeperOptions options, Func<string> whyNobody)
{
    readonly Lock gate = new();
    // With the time at which each came.
    readonly Queue<(Question Question, long Since)> waiting = new();
    ServerConnection? connection;
    // When the last connection was lost.
    long lost = options.Clock.GetTimestamp();
    int asked;
    ITimer? timer;
    Exception? ended;

    /// <summary>Asks, or gets in line for it. Whatever becomes of it, it is told.</summary>
    public void Ask(Question question)
    {
        Exception? end;
        lock (gate)
        {
            end = ended;
            if (end is null)
            {
                if (waiting.Count == 0 && TrySend(question)) return;
                waiting.Enqueue((question, options.Clock.GetTimestamp()));
                if (waiting.Count == 1 && connection is null) Watch();
                return;
            }
        }

        question.Fail(end);
    }

    /// <summary>One that was asked has its answer, or will have none.</summary>
    public void Ended()
    {
        lock (gate)
        {
            asked--;
            // One more for each answer would be a packet each; as long as the server has plenty to do, the next come together.
            if (asked <= options.MaxRequestsWaiting - options.MaxRequestsWaiting / 8) Pump();
        }
    }

    /// <summary>There is a connection.</summary>
    public void Connected(ServerConnection to)
    {
        lock (gate)
        {
            connection = to;
            Pump();
        }
    }

    /// <summary>It is lost.</summary>
    public void Lost()
    {
        lock (gate)
        {
            (connection, lost) = (null, options.Clock.GetTimestamp());
            Watch();
        }
    }

    /// <summary>There will be no other connection.</summary>
    public void End(Exception why)
    {
        lock (gate)
        {
            if (ended is not null) return;
            (ended, connection) = (why, null);
            timer?.Dispose();
        }

        while (Next(_ => true) is { } question) question.Fail(why);
    }

    /// <summary>What is told to who could not be asked in time.</summary>
    public ZooKeeperException NotReached(string asked) => new(ZooKeeperError.ConnectionLoss, asked, $"{whyNobody()}; nothing was sent");

    bool TrySend(Question question)
    {
        if (connection is null || asked >= options.MaxRequestsWaiting) return false;
        question.Line = this;
        asked++;
        Exception? unwritable = null;
        try
        {
            if (connection.TrySend(question)) return true;
        }
        catch (UnwritableMessageException error)
        {
            unwritable = error;
        }

        question.Line = null;
        asked--;
        // That concerns who asks, and not the session. Otherwise it has just ended, and there will be another one.
        if (unwritable is not null) question.Fail(unwritable);
        return unwritable is not null;
    }

    void Pump()
    {
        while (waiting.TryPeek(out var next) && (next.Question.IsTold || TrySend(next.Question))) waiting.Dequeue();
    }

    /// <summary>Looks again when the first in line has waited for too long.</summary>
    void Watch()
    {
        if (connection is not null || ended is not null || !waiting.TryPeek(out var first)) return;
        timer ??= options.Clock.CreateTimer(_ => GiveUp(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var left = options.ConnectTimeout - Waited(first.Since);
        timer.Change(left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    void GiveUp()
    {
        while (Next(since => connection is null && Waited(since) >= options.ConnectTimeout) is { } question)
            question.Fail(NotReached(question.Asked));
        lock (gate) Watch();
    }

    /// <summary>How long it was to be waited for a connection since then.</summary>
    TimeSpan Waited(long since) => options.Clock.GetElapsedTime(Math.Max(since, lost));

    Question? Next(Func<long, bool> isDue)
    {
        lock (gate) return waiting.TryPeek(out var first) && isDue(first.Since) ? waiting.Dequeue().Question : null;
    }
}
