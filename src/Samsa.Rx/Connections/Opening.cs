namespace Samsa.Rx;

/// <summary>Opens connections: dials, negotiates, and remembers which brokers are too old to be asked.</summary>
sealed class Opening(KafkaOptions options, KafkaEvents events)
{
    /// <summary>How long it is believed that a broker is still as old as it was.</summary>
    static readonly TimeSpan Belief = TimeSpan.FromMinutes(30);

    readonly Lock gate = new();
    readonly Dictionary<BrokerAddress, (BrokerApis Apis, long Since)> old = [];
    readonly ILogger log = options.LogOf("Connections");

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

    async Task<(Dialled, BrokerApis)> NegotiatedAsync(BrokerAddress address, CancellationToken ct)
    {
        if (Remembered(address) is { } known) return (await Dialling.DialAsync(address, options, ct), known);

        // Brokers before 0.10 close the socket on the question. So does one that is just starting or stopping, or a listener for TLS;
        // hence the second try, in the plainest version.
        foreach (var version in (short[])[ApiVersions.Api.MaxVersion, 0])
            if (await TryAsync(address, dialled => Negotiation.NegotiateAsync(dialled, version, ct), ct) is { } negotiated)
                return negotiated;

        log.LogDebug("{Address} closes the connection when asked for its versions; trying older questions", address);
        var found = await TryAsync(address, async dialled => await Negotiation.KnowsGroupsAsync(dialled, ct) ? BrokerApis.Kafka09 : null, ct)
            ?? await TryAsync(address, async dialled => await Negotiation.KnowsCoordinatorsAsync(dialled, ct) ? BrokerApis.Kafka082 : null, ct)
            ?? throw new ConnectionException(
                $"{address} closes the connection whatever it is asked: it may be a listener for TLS, or no Kafka, or a Kafka before 0.8.2.")
            {
                Broker = address.ToString(),
            };
        lock (gate) old[address] = (found.Apis, options.Clock.GetTimestamp());
        return found;
    }

    async Task<(Dialled Dialled, BrokerApis Apis)?> TryAsync(
        BrokerAddress address, Func<Dialled, Task<BrokerApis?>> ask, CancellationToken ct)
    {
        var dialled = await Dialling.DialAsync(address, options, ct);
        try
        {
            if (await ask(dialled) is { } apis) return (dialled, apis);
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
