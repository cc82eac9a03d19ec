namespace Samsa.Rx;

/// <summary>Opens connections: dials, negotiates, and remembers which brokers are too old to be asked.</summary>
sealed class Opening(KafkaOptions options, KafkaEvents events)
{
    /// <summary>How long it is believed that a broker is still as old as it was.</summary>
    static readonly TimeSpan Belief = TimeSpan.FromMinutes(30);

    /// <summary>How often a broker must seem to be old where another one has said its versions.</summary>
    const int GuessesBelieved = 3;

    readonly Tls? tls = options.Tls is { } wished ? new(wished) : null;
    readonly Lock gate = new();
    readonly Dictionary<BrokerAddress, (BrokerApis Apis, long Since)> old = [];
    readonly Dictionary<BrokerAddress, int> guesses = [];
    readonly Dictionary<BrokerAddress, int> timeouts = [];
    readonly ILogger log = options.LogOf("Connections");
    bool isModern;

    /// <summary>Opens a connection to what listens there.</summary>
    /// <exception cref="ConnectionException">It cannot be reached, or is no Kafka broker.</exception>
    public async Task<BrokerConnection> OpenAsync(int nodeId, BrokerAddress address, CancellationToken ct)
    {
        try
        {
            var (dialled, apis) = await NegotiatedAsync(address, ct);
            var connection = new BrokerConnection(dialled, apis, nodeId, options, events);
            if (apis.IsGuess) _ = WatchAsync(connection);
            log.LogDebug("Connected to {Broker}, versions from {Learned}", connection.Broker, apis.Learned);
            events.Post(new BrokerConnected(events.Now, connection.Broker, apis.Learned));
            return connection;
        }
        catch (ProtocolException error)
        {
            throw new ConnectionException($"{address} cannot be used: {error.Message.TrimEnd('.')}.", error) { Broker = address.ToString() };
        }
    }

    async Task<(Dialled Dialled, BrokerApis Apis)> NegotiatedAsync(BrokerAddress address, CancellationToken ct)
    {
        if (Remembered(address) is { } known) return (await DialAsync(address, ct), known);

        var asked = new List<(Dialled Dialled, Task<BrokerApis?> Apis)>();
        (Dialled Dialled, BrokerApis Apis)? found = null;
        try
        {
            found = await AskedAsync(asked, address, ct) ?? await GuessedAsync(asked, address, ct);
            Learned(address, found.Value.Apis);
            return found.Value;
        }
        finally
        {
            foreach (var (dialled, _) in asked)
                if (dialled != found?.Dialled)
                    dialled.Dispose();
        }
    }

    async Task<Dialled> DialAsync(BrokerAddress address, CancellationToken ct)
    {
        try
        {
            var dialled = await Dialling.DialAsync(address, PatienceFor(address), options, tls, ct);
            lock (gate) timeouts.Remove(address);
            return dialled;
        }
        catch (ConnectionException error) when (error.IsTimeout)
        {
            lock (gate) timeouts[address] = timeouts.GetValueOrDefault(address) + 1;
            throw;
        }
    }

    // A network that is slow today would never let us in if each attempt ended as early as the first.
    TimeSpan PatienceFor(BrokerAddress address)
    {
        lock (gate)
        {
            var grown = options.ConnectTimeout * Math.Pow(2, Math.Min(timeouts.GetValueOrDefault(address), 30));
            return grown < options.LongestConnectTimeout ? grown : Max(options.ConnectTimeout, options.LongestConnectTimeout);
        }

        static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
    }

    // Kafka 0.8.2 closes the socket on the question, and so does a broker that is just starting or stopping, or a listener for TLS; hence
    // the second try, in the plainest version. Kafka 0.9 trips over the question and never answers: there is no use in asking it twice.
    async Task<(Dialled, BrokerApis)?> AskedAsync(List<(Dialled, Task<BrokerApis?>)> asked, BrokerAddress address, CancellationToken ct)
    {
        foreach (var version in (short[])[ApiVersions.Api.MaxVersion, 0])
        {
            var dialled = await DialAsync(address, ct);
            var answer = Negotiation.NegotiateAsync(dialled, version, ct);
            asked.Add((dialled, answer));
            await WaitAsync(answer, ct);
            if (!answer.IsCompleted) return null;
            if (await answer is { } apis) return (dialled, apis);
        }
        return null;
    }

    // Both probes change nothing at the broker.
    async Task<(Dialled, BrokerApis)> GuessedAsync(List<(Dialled Dialled, Task<BrokerApis?> Apis)> asked, BrokerAddress address, CancellationToken ct)
    {
        log.LogDebug("{Address} does not say its versions; trying older questions", address);
        var found = await TryAsync(address, Negotiation.KnowsGroupsAsync, BrokerApis.Kafka09, ct)
            ?? await TryAsync(address, Negotiation.KnowsMetadataAsync, BrokerApis.Kafka082, ct)
            ?? throw Closes(address);

        try
        {
            if (await LateAsync(asked, ct) is not { } late)
                return IsDoubtful(address) ? throw new ConnectionException($"{address} did not say its versions, and another broker did.") { Broker = $"{address}" } : found;
            found.Dialled.Dispose();
            return late;
        }
        catch
        {
            found.Dialled.Dispose();
            throw;
        }
    }

    ConnectionException Closes(BrokerAddress address) => options.Tls is { } wished
        ? new TlsException($"{address} shakes hands and closes the connection whatever it is asked then: {Tls.Refusal(wished)}, or it is no Kafka.")
        {
            Broker = address.ToString(),
            MayPass = true,
        }
        : new ConnectionException(
            $"{address} closes the connection whatever it is asked: it may be a listener for TLS (then give KafkaOptions.Tls, or security.protocol=ssl), or no Kafka, or a Kafka before 0.8.")
        {
            Broker = address.ToString(),
        };

    // One that was only slow, or halted, has still to answer the first question. Its connections have threads of their own, so the second
    // may be answered before the first: now that it is known to be awake, the first is waited for once more.
    async Task<(Dialled, BrokerApis)?> LateAsync(List<(Dialled Dialled, Task<BrokerApis?> Apis)> asked, CancellationToken ct)
    {
        foreach (var (dialled, answer) in asked)
        {
            await WaitAsync(answer, ct);
            if (answer is { IsCompletedSuccessfully: true, Result: { } late }) return (dialled, late);
        }

        return null;
    }

    async Task WaitAsync(Task answer, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(answer, Task.Delay(options.NegotiationTimeout, options.Clock, patience.Token));
        await patience.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    // Taking a new broker for an old one costs the numbers of the batches, and so duplicates. In the middle of an upgrade both
    // kinds are in one cluster, but more often a broker that seems old beside one that is not is in trouble.
    bool IsDoubtful(BrokerAddress address)
    {
        lock (gate) return isModern && (guesses[address] = guesses.GetValueOrDefault(address) + 1) < GuessesBelieved;
    }

    void Learned(BrokerAddress address, BrokerApis apis)
    {
        lock (gate)
        {
            guesses.Remove(address);
            if (apis.IsGuess) old[address] = (apis, options.Clock.GetTimestamp());
            else isModern = true;
        }
    }

    async Task<(Dialled Dialled, BrokerApis Apis)?> TryAsync(
        BrokerAddress address, Func<Dialled, CancellationToken, Task<bool>> probe, BrokerApis table, CancellationToken ct)
    {
        var dialled = await DialAsync(address, ct);
        try
        {
            if (await probe(dialled, ct)) return (dialled, table);
        }
        catch
        {
            dialled.Dispose();
            throw;
        }
        dialled.Dispose();
        return null;
    }

    BrokerApis? Remembered(BrokerAddress address)
    {
        lock (gate)
        {
            if (!old.TryGetValue(address, out var known)) return null;
            if (options.Clock.GetElapsedTime(known.Since) < Belief) return known.Apis;
            old.Remove(address);
            return null;
        }
    }

    // A table is a guess. When a connection that was opened on a guess is closed on us while answers are due, the guess may have been
    // wrong (the broker was upgraded, or was starting when we asked), so the next connection asks again.
    async Task WatchAsync(BrokerConnection connection)
    {
        await connection.Closed;
        if (connection.Ending is { Error: not null })
            lock (gate) old.Remove(connection.Address);
    }
}
