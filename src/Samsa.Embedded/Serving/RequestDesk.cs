using Samsa.Embedded.Cluster;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Serving;

/// <summary>
/// The one place every request passes: its header is read, its version judged, it is noted down, and handed to its
/// answer, or to the fault that waits for it.
/// </summary>
sealed class RequestDesk(BrokerServer broker)
{
    readonly ClusterState cluster = broker.Cluster;

    /// <summary>Answers a request.</summary>
    /// <param name="request">The request, without its length.</param>
    /// <param name="answer">Takes the answer as a frame; stays empty when the request wants none.</param>
    /// <param name="stopping">Ends what waits when the broker stops.</param>
    /// <returns>How the answer is to leave; null for at once.</returns>
    /// <exception cref="RefusedRequestException">The connection is to be closed.</exception>
    /// <exception cref="ProtocolException">The bytes are no such request.</exception>
    public async ValueTask<Delivery?> AnswerAsync(ReadOnlyMemory<byte> request, WireWriter answer, CancellationToken stopping)
    {
        var asked = Open(request, stopping, out var noted);
        if (!cluster.Faults.IsEmpty && cluster.Faults.Meet(noted, asked) is { } met)
            return await met.Fault.RunAsync(met.Request, asked, answer).ConfigureAwait(false);
        if (await asked.ApplyAsync().ConfigureAwait(false) is { } message) asked.Write(answer, message);
        return null;
    }

    Asked Open(ReadOnlyMemory<byte> request, CancellationToken stopping, out EmbeddedRequest noted)
    {
        var reader = new WireReader(request);
        var (key, version, correlation) = (reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt32());
        var spoken = broker.Find(key) ?? throw new RefusedRequestException($"API {key} is not known here.");
        if (!cluster.Generation.ChecksVersions) version = 0;
        var api = spoken.Api;
        var isSpoken = spoken.Speaks(version);
        // Whoever asks for too new an ApiVersions cannot know better yet: it is answered in the form of version 0.
        if (!isSpoken && key != ApiVersions.Api.Key) throw new RefusedRequestException($"{api.Name} {version} is not spoken here.");
        // All headers agree up to the client id.
        var clientId = isSpoken || reader.Remaining > 0 ? reader.ReadNullableString() : null;
        reader.Flexible = isSpoken && api.IsFlexible(version);
        if (reader.Flexible) reader.SkipTags();
        noted = new EmbeddedRequest(cluster.Options.Clock.GetUtcNow(), broker.Id, api.Key, api.Name, version, clientId)
        {
            CorrelationId = correlation,
        };
        cluster.Requests.Add(noted);
        return new Asked
        {
            Broker = broker,
            Api = api,
            Version = isSpoken ? version : (short)0,
            IsSpoken = isSpoken,
            Correlation = correlation,
            ClientId = clientId,
            Body = request[reader.Position..],
            Stopping = stopping,
        };
    }
}
