namespace Samsa.Rx;

/// <summary>Counts the records that went out over a connection without acknowledgement, and of which nothing says yet that the broker has read them.</summary>
/// <remarks>
/// A broker works on the requests of a connection one after the other, so the answer to a small question behind them proves that it has read them.
/// One such question is under way at a time, so there are no more of them than ways to and fro.
/// </remarks>
/// <param name="connection">The connection.</param>
/// <param name="lost">Told how many there were when the connection ended.</param>
sealed class Unproven(BrokerConnection connection, Action<long> lost)
{
    readonly Lock gate = new();
    // There is one only while somebody waits for the end of the question under way.
    TaskCompletionSource? round;
    long sent, proven;
    bool asking, ended;

    /// <summary>Records were given to the socket.</summary>
    /// <param name="records">How many.</param>
    /// <param name="topic">The topic of some of them, which the broker therefore knows.</param>
    public void Sent(int records, string topic)
    {
        lock (gate)
        {
            if (!ended)
            {
                sent += records;
                if (asking) return;
                asking = true;
                _ = ProveAsync(topic);
                return;
            }
        }

        lost(records);
    }

    /// <summary>
    /// Ends when the broker has shown to have read everything that was sent until now, or the connection has ended. Who closes it before may take from the broker
    /// what lies in its socket unread: an answer that comes to a closed socket resets the connection.
    /// </summary>
    public async Task ProvenAsync()
    {
        long until;
        lock (gate) until = sent;
        while (RoundBefore(until) is { } next) await next;
    }

    // Null when that much is proven, or never will be.
    Task? RoundBefore(long until)
    {
        lock (gate) return ended || proven >= until ? null : (round ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    async Task ProveAsync(string topic)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (Next() is { } until)
            {
                await AskAsync(topic);
                TaskCompletionSource? over;
                lock (gate) (proven, over, round) = (until, round, null);
                over?.SetResult();
            }
        }
        catch (Exception)
        {
            // Whatever it was has closed the connection, and that is told elsewhere.
            long left;
            lock (gate) (ended, left) = (true, sent - proven);
            try
            {
                if (left > 0) lost(left);
            }
            finally
            {
                // No other round comes, so all who wait are told.
                round?.SetResult();
            }
        }
    }

    // How much the answer to the next question proves; null when there is nothing to prove.
    long? Next()
    {
        lock (gate)
        {
            asking = sent > proven;
            return asking ? sent : null;
        }
    }

    // Brokers before 0.10 do not know the smallest of questions.
    Task AskAsync(string topic) => connection.Speaks(ApiVersions.Api.Key, 0)
        ? connection.AskAsync(new ApiVersions.Request(), maxVersion: 0)
        : connection.AskAsync(new Metadata.Request { Topics = [new() { Name = topic }] });
}
