namespace Samsa.Rx;

/// <summary>One broker, or one address that was given to begin with: its connections, and how long to leave it in peace when it fails.</summary>
sealed class BrokerNode(int id, BrokerAddress address, Opening opening, KafkaOptions options, KafkaEvents events) : IAsyncDisposable
{
    readonly Lock gate = new();
    readonly Dictionary<ConnectionUse, Line> lines = [];
    readonly CancellationTokenSource stop = new();
    int failures;
    long notBefore = options.Clock.GetTimestamp();
    bool closed;

    /// <summary>The node id; negative for an address that was given to begin with.</summary>
    public int Id => id;

    /// <summary>Where it listens. Its connections to another address are left as soon as it has moved.</summary>
    public BrokerAddress Address { get; private set; } = address;

    /// <summary>How often in a row it could not be reached.</summary>
    public int Failures => Volatile.Read(ref failures);

    /// <summary>What was wrong with it last, be it that it could not be reached or that it was lost; null when nothing ever was.</summary>
    public Exception? Trouble { get; private set; }

    /// <summary>The broker, for people.</summary>
    public string Name => id >= 0 ? $"{id} ({Address})" : Address.ToString();

    /// <summary>The connection for that use, when it is open.</summary>
    public BrokerConnection? Open(ConnectionUse use)
    {
        lock (gate) return lines.TryGetValue(use, out var line) ? Usable(line) : null;
    }

    /// <summary>The connection for that use; opened when there is none. All who ask at the same time share one attempt.</summary>
    /// <exception cref="ConnectionException">The attempt failed. The next one waits as long as the back-off says.</exception>
    public ValueTask<BrokerConnection> GetAsync(ConnectionUse use, CancellationToken ct)
    {
        Task<BrokerConnection> attempt;
        lock (gate)
        {
            if (closed) throw Gone();
            if (!lines.TryGetValue(use, out var line)) lines[use] = line = new();
            if (Usable(line) is { } open) return new(open);
            attempt = line.Attempt ??= Task.Run(() => ConnectAsync(use, line), CancellationToken.None);
        }
        // When everybody has stopped waiting, nobody looks at the error of the attempt.
        _ = attempt.ContinueWith(static t => _ = t.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return new(attempt.WaitAsync(ct));
    }

    /// <summary>It listens elsewhere now. What is under way on the old connections comes to its end.</summary>
    public void MoveTo(BrokerAddress now)
    {
        lock (gate)
        {
            if (Address == now) return;
            (Address, failures, Trouble) = (now, 0, null);
            notBefore = options.Clock.GetTimestamp();
            foreach (var line in lines.Values) Leave(line);
        }
    }

    /// <summary>Takes over a connection that was opened before it was known whose it is.</summary>
    public void Adopt(BrokerNode other, ConnectionUse use)
    {
        if (other.Release(use) is not { } connection) return;
        lock (gate)
        {
            if (!closed && !lines.ContainsKey(use))
            {
                connection.NodeId = id;
                lines[use] = new() { Connection = connection };
                _ = WatchAsync(connection);
                return;
            }
        }
        connection.CloseWhenQuiet();
    }

    /// <summary>The use is over; its connection is closed now.</summary>
    public ValueTask CloseAsync(ConnectionUse use) => Release(use)?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The broker is gone; its connections close when their answers are there.</summary>
    public void LeaveAll()
    {
        lock (gate)
        {
            closed = true;
            foreach (var line in lines.Values) Leave(line);
            lines.Clear();
        }
    }

    /// <summary>Closes all connections now.</summary>
    public async ValueTask DisposeAsync()
    {
        List<BrokerConnection> open;
        lock (gate)
        {
            closed = true;
            open = [.. lines.Values.Select(line => line.Connection).OfType<BrokerConnection>()];
            lines.Clear();
        }
        await stop.CancelAsync();
        await Task.WhenAll(open.Select(connection => connection.DisposeAsync().AsTask()));
    }

    async Task<BrokerConnection> ConnectAsync(ConnectionUse use, Line line)
    {
        try
        {
            var wait = options.Clock.GetElapsedTime(options.Clock.GetTimestamp(), Volatile.Read(ref notBefore));
            if (wait > TimeSpan.Zero) await Task.Delay(wait, options.Clock, stop.Token);
            var connection = await opening.OpenAsync(id, Address, stop.Token);
            if (Keep(use, line, connection)) return connection;
            await connection.DisposeAsync();
            throw Gone();
        }
        catch (Exception error)
        {
            throw Failed(line, error);
        }
    }

    bool Keep(ConnectionUse use, Line line, BrokerConnection connection)
    {
        lock (gate)
        {
            line.Attempt = null;
            // Meanwhile the broker may have moved or left, or the use may be over.
            if (connection.Address != Address || lines.GetValueOrDefault(use) != line) return false;
            (line.Connection, failures) = (connection, 0);
        }
        _ = WatchAsync(connection);
        return true;
    }

    Exception Failed(Line line, Exception error)
    {
        TimeSpan wait;
        lock (gate)
        {
            line.Attempt = null;
            if (closed) return Gone();
            wait = Wait();
            Trouble = error;
        }
        events.Post(new BrokerUnreachable(events.Now, Name, error, wait));
        return error as ConnectionException
            ?? new ConnectionException($"Broker {Name} cannot be used: {error.Message}", error) { Broker = Name };
    }

    // A broker that accepts, and then drops what it accepted, is left in peace for a while, too.
    async Task WatchAsync(BrokerConnection connection)
    {
        await connection.Closed;
        if (connection.Ending is not { IsPeaceful: false } ending) return;
        lock (gate)
        {
            if (connection.Address != Address) return;
            Trouble = new ConnectionException($"{Name} was reached, and lost: {ending.Why}.", ending.Error) { Broker = Name };
            Wait();
        }
    }

    TimeSpan Wait()
    {
        var wait = options.Reconnect.After(++failures);
        Volatile.Write(ref notBefore, options.Clock.GetTimestamp() + (long)(wait.TotalSeconds * options.Clock.TimestampFrequency));
        return wait;
    }

    ConnectionException Gone() =>
        new($"Broker {Name} is not used here any more: it moved, it left the cluster, or the client was closed.") { Broker = Name };

    BrokerConnection? Usable(Line line) =>
        line.Connection is { IsClosed: false } open && open.Address == Address ? open : null;

    BrokerConnection? Release(ConnectionUse use)
    {
        lock (gate) return lines.Remove(use, out var line) ? Usable(line) : null;
    }

    static void Leave(Line line)
    {
        line.Connection?.CloseWhenQuiet();
        line.Connection = null;
    }

    /// <summary>The connection for one use, or the attempt to have one.</summary>
    sealed class Line
    {
        public BrokerConnection? Connection { get; set; }
        public Task<BrokerConnection>? Attempt { get; set; }
    }
}
