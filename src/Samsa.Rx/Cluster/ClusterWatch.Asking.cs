namespace Samsa.Rx;

/// <content>The loop that asks.</content>
sealed partial class ClusterWatch
{
    readonly SemaphoreSlim demanded = new(0, 1);
    Round next = new();
    bool stopped;
    long lastAsked = long.MinValue;
    int fruitless;
    Exception? lastFailure;

    /// <summary>One question, and everybody who wants its answer.</summary>
    sealed class Round
    {
        /// <summary>Whether the question was answered. Who still wants news after a failure joins the next round.</summary>
        public TaskCompletionSource<bool> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Why { get; set; }
        public bool IsUrgent { get; set; }
        public HashSet<string> Create { get; } = new(StringComparer.Ordinal);
    }

    async Task<ClusterView> DemandAsync(string why, string? create, bool urgent, CancellationToken ct)
    {
        while (!await Join(why, create, urgent).WaitAsync(ct))
            urgent = false;
        return Current;
    }

    Task<bool> Join(string why, string? create, bool urgent)
    {
        lock (gate)
        {
            if (stopped) throw BrokerConnections.Closed();
            next.Why ??= why;
            next.IsUrgent |= urgent;
            if (create is not null) next.Create.Add(create);
            if (demanded.CurrentCount == 0) demanded.Release();
            return next.Answered.Task;
        }
    }

    async Task RunAsync()
    {
        try
        {
            while (true)
            {
                if (lastFailure is null) await WaitForReasonAsync();
                await PaceAsync();
                await AskOnceAsync();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The client is closed.
        }
        lock (gate) stopped = true;
        next.Answered.TrySetException(BrokerConnections.Closed());
        _ = next.Answered.Task.Exception;
    }

    /// <summary>Until somebody wants news, or the view is as old as it may become.</summary>
    async Task WaitForReasonAsync()
    {
        using var age = new CancellationTokenSource(options.MetadataMaxAge, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(age.Token, stop.Token);
        try
        {
            await demanded.WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // It is old enough.
        }
    }

    /// <summary>Questions that told nothing new, or failed, make the next one wait; a topic that was never asked for does not wait.</summary>
    async Task PaceAsync()
    {
        if (lastAsked == long.MinValue) return;
        var since = options.Clock.GetElapsedTime(lastAsked);
        if (since > options.Retry.Most * 2) fruitless = 0;
        lock (gate)
            if (lastFailure is null && next.IsUrgent)
                return;
        var wait = options.Retry.After(Math.Max(1, fruitless)) - since;
        if (wait > TimeSpan.Zero) await Task.Delay(wait, options.Clock, stop.Token);
    }

    async Task AskOnceAsync()
    {
        Round round;
        string[] names;
        lock (gate)
        {
            (round, next, names) = (next, new(), [.. followed.Keys]);
            // Whoever joined until now is answered by this question.
            demanded.Wait(0, CancellationToken.None);
        }
        var why = round.Why ?? $"the view is {options.MetadataMaxAge} old";
        lastAsked = options.Clock.GetTimestamp();
        try
        {
            var before = Current;
            var create = round.Create.Where(IsNotThere).ToArray();
            if (create.Length > 0) await AskAsync(create, create: true);
            var rest = names.Except(create, StringComparer.Ordinal).ToArray();
            if (rest.Length > 0 || create.Length == 0) await AskAsync(rest, create: false);

            var changed = !ReferenceEquals(before, Current);
            fruitless = changed ? 0 : fruitless + 1;
            lastFailure = null;
            events.Post(new MetadataRefreshed(events.Now, why, Current.Version, changed));
            round.Answered.TrySetResult(true);
        }
        catch (Exception error) when (!stop.IsCancellationRequested)
        {
            Failed(round, why, error);
        }
        catch
        {
            round.Answered.TrySetException(BrokerConnections.Closed());
            _ = round.Answered.Task.Exception;
            throw new OperationCanceledException(stop.Token);
        }
    }

    bool IsNotThere(string topic) => Current.Topics.GetValueOrDefault(topic) is not { Error: ErrorCode.None, Partitions.Count: > 0 };

    void Failed(Round round, string why, Exception error)
    {
        fruitless++;
        // An outage is worth one warning, not one a second.
        log.Log(lastFailure is null ? LogLevel.Warning : LogLevel.Debug, error, "The state of the cluster could not be asked for ({Why})", why);
        lastFailure = error;
        events.Post(new MetadataFailed(events.Now, why, error));
        // At the start, peers that speak something else will not learn Kafka by being asked again.
        if (Current.Version == 0 && connections.AreHopeless) round.Answered.TrySetException(error);
        else round.Answered.TrySetResult(false);
    }

    async Task AskAsync(string[] names, bool create)
    {
        var (answer, connection) = await question.AskAsync(names, create, stop.Token);
        try
        {
            Take(answer, names, connection);
        }
        catch (MisroutedException)
        {
            // The next question goes to somebody else.
            await connection.DisposeAsync();
            throw;
        }
    }
}
