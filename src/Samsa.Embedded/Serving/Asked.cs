using Samsa.Embedded.Answers;
using Samsa.Embedded.Cluster;
using Samsa.Protocol;
using Samsa.Wire;

namespace Samsa.Embedded.Serving;

/// <summary>A request on its way: who asks whom what, and in which version.</summary>
sealed class Asked
{
    public required BrokerServer Broker { get; init; }

    public required ApiDescription Api { get; init; }

    /// <summary>The version in which it is read and answered.</summary>
    public required short Version { get; init; }

    /// <summary>Whether its version is spoken here. One that is not can only be a question for the versions.</summary>
    public required bool IsSpoken { get; init; }

    public required int Correlation { get; init; }

    public required string? ClientId { get; init; }

    /// <summary>What follows the header; good until the request is answered.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Ends what waits when the broker stops.</summary>
    public required CancellationToken Stopping { get; init; }

    public ClusterState Cluster => Broker.Cluster;

    public EmbeddedKafkaOptions Options => Cluster.Options;

    public Generation Generation => Cluster.Generation;

    /// <summary>Whether the broker takes changes of topics: where brokers do not pass them on, only the controller does.</summary>
    public bool MayChangeTopics => !Generation.OnlyControllerCreates || Cluster.Controller == Broker.Id;

    public bool Flexible => Api.IsFlexible(Version);

    /// <summary>Does what is asked.</summary>
    /// <returns>The answer; null when none is wanted.</returns>
    /// <exception cref="RefusedRequestException">The connection is to be closed.</exception>
    /// <exception cref="ProtocolException">The bytes are no such request.</exception>
    public ValueTask<IMessage?> ApplyAsync()
    {
        if (!IsSpoken) return new(ApiVersionsAnswer.Refuse(this));
        var reader = new WireReader(Body, Flexible);
        return AnswerTable.Find(Api.Key).AnswerAsync(ref reader, this);
    }

    /// <summary>Writes an answer as a frame.</summary>
    public void Write(WireWriter writer, IMessage answer) => Framing.WriteResponse(writer, Api, answer, Version, Correlation);
}
