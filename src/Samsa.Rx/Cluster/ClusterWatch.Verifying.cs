namespace Samsa.Rx;

/// <content>Who is there?</content>
sealed partial class ClusterWatch
{
    const short TellsCluster = 2;

    /// <summary>
    /// Makes sure that a connection leads to our cluster and to the broker it was opened for: while nobody looked, its address may have been
    /// given to another. One that cannot tell (before 0.10.1) is believed.
    /// </summary>
    /// <exception cref="KafkaException">Somebody else answers there, or nobody; the connection is closed.</exception>
    public async Task VerifyAsync(BrokerConnection connection, CancellationToken ct)
    {
        if (Current.ClusterId is not { } ours || !connection.Speaks(Metadata.Api.Key, TellsCluster)) return;
        var answer = await connection.AskAsync(new Metadata.Request { Topics = [], AllowAutoTopicCreation = false }, ct: ct);
        var here = answer.Brokers.Where(broker => new BrokerAddress(broker.Host, broker.Port) == connection.Address).ToList();
        KafkaException? wrong =
            answer.ClusterId is { } theirs && theirs != ours ? new MisroutedException(ours, theirs)
            : here.Count > 0 && here.TrueForAll(broker => broker.NodeId != connection.NodeId)
                ? new KafkaException($"Broker {here[0].NodeId} answered at the address of broker {connection.Broker}.")
            : null;
        if (wrong is null) return;
        await connection.DisposeAsync();
        throw wrong;
    }
}
