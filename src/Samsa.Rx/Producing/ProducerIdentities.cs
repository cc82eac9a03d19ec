namespace Samsa.Rx;

/// <summary>Gets the producer's number from the brokers, once for all partitions.</summary>
sealed class ProducerIdentities
{
    readonly Lock gate = new();
    ProducerIdentity? current;
    Task<ProducerIdentity>? asked;

    /// <summary>The number in force, asked for when there is none yet.</summary>
    /// <param name="connection">Whom to ask; any broker can answer.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="BrokerException">The broker refused.</exception>
    /// <exception cref="ConnectionException">The broker was lost.</exception>
    public ValueTask<ProducerIdentity> GetAsync(BrokerConnection connection, CancellationToken ct)
    {
        if (Volatile.Read(ref current) is { } known) return new(known);
        lock (gate)
        {
            if (asked is null || asked.IsCompleted) asked = AskAsync(connection);
            return new(asked.WaitAsync(ct));
        }
    }

    /// <summary>All epochs of this number were used.</summary>
    public void Spent(ProducerIdentity identity) => Interlocked.CompareExchange(ref current, null, identity);

    async Task<ProducerIdentity> AskAsync(BrokerConnection connection)
    {
        var answer = await connection.AskAsync(new InitProducerId.Request { TransactionTimeoutMs = int.MaxValue });
        if (answer.ErrorCode is not ErrorCode.None) throw new BrokerException(answer.ErrorCode, "InitProducerId");
        if (answer.ProducerId < 0 || answer.ProducerEpoch < 0)
            throw new BrokerException(ErrorCode.UnknownServerError, "InitProducerId", $"the id {answer.ProducerId} with epoch {answer.ProducerEpoch}");
        var identity = new ProducerIdentity(answer.ProducerId, answer.ProducerEpoch);
        Volatile.Write(ref current, identity);
        return identity;
    }
}
