using Samsa.Embedded.Cluster;

namespace Samsa.Embedded.Serving;

/// <summary>A request on its way: who asks whom, and in which version.</summary>
sealed class Asked
{
    public required BrokerServer Broker { get; init; }

    public required short Version { get; init; }

    public required string? ClientId { get; init; }

    /// <summary>Ends what waits when the broker stops.</summary>
    public required CancellationToken Stopping { get; init; }

    public ClusterState Cluster => Broker.Cluster;

    public EmbeddedKafkaOptions Options => Cluster.Options;

    public Generation Generation => Cluster.Generation;
}
