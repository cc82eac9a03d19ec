using Samsa.Wire;

namespace Samsa.Embedded;

/// <summary>A request that reached a broker.</summary>
/// <param name="At">When it was read, by the clock of the options.</param>
/// <param name="Broker">The broker that was asked.</param>
/// <param name="ApiKey">The number of the API.</param>
/// <param name="Api">The name of the API: <c>Produce</c>, <c>Fetch</c> …; <c>API 999</c> for one that Kafka has not.</param>
/// <param name="Version">The version it was spelt in.</param>
/// <param name="ClientId">What the client calls itself; null when it does not.</param>
public readonly record struct EmbeddedRequest(
    DateTimeOffset At, int Broker, short ApiKey, string Api, short Version, string? ClientId)
{
    /// <summary>The number the answer is to begin with.</summary>
    public int CorrelationId { get; init; }

    /// <summary>Whether it was answered by closing the connection, since the broker does not speak the API or the version.</summary>
    public bool IsRefused { get; init; }

    /// <summary>What follows the header; null in the log of all requests.</summary>
    internal Body? Content { get; init; }

    /// <summary>Reads what was asked, where it was kept: in <see cref="Fault.Requests"/> and in the functions of a fault.</summary>
    /// <typeparam name="TRequest">The request: <c>Produce.Request</c> for the API Produce.</typeparam>
    /// <exception cref="InvalidOperationException">It was not kept: the log of all requests remembers only who asked what.</exception>
    /// <exception cref="ProtocolException">The bytes are not such a request.</exception>
    public TRequest Read<TRequest>()
        where TRequest : IMessage<TRequest>, IRequest
    {
        if (Content is null) throw new InvalidOperationException("What the request said was not kept; watch it with EmbeddedKafka.Faults.");
        var reader = new WireReader(Content.Bytes, Content.Flexible);
        var request = TRequest.Read(ref reader, Version);
        reader.ExpectEnd();
        return request;
    }

    /// <summary>A copy of the bytes behind the header.</summary>
    internal sealed record Body(ReadOnlyMemory<byte> Bytes, bool Flexible);
}
