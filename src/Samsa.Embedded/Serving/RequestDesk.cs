using Samsa.Embedded.Cluster;
using Samsa.Protocol;
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
        var spoken = broker.Find(key);
        if (spoken is not null && !cluster.Generation.ChecksVersions) version = 0;
        var isSpoken = spoken is not null && spoken.Speaks(version);
        // All headers agree up to the client id.
        var clientId = isSpoken || reader.Remaining > 0 ? reader.ReadNullableString() : null;
        reader.Flexible = isSpoken && spoken!.Api.IsFlexible(version);
        if (reader.Flexible) reader.SkipTags();
        noted = new EmbeddedRequest(cluster.Options.Clock.GetUtcNow(), broker.Id, key, spoken?.Api.Name ?? NameOf(key), version, clientId)
        {
            CorrelationId = correlation,
            // Whoever asks for too new an ApiVersions cannot know better yet: it is answered in the form of version 0.
            IsRefused = !isSpoken && (spoken is null || key != ApiVersions.Api.Key),
        };
        cluster.Requests.Add(noted);
        if (noted.IsRefused) throw new RefusedRequestException($"{noted.Api} {version} is not spoken here.");
        return new Asked
        {
            Broker = broker,
            Api = spoken!.Api,
            Version = isSpoken ? version : (short)0,
            IsSpoken = isSpoken,
            Correlation = correlation,
            ClientId = clientId,
            Body = request[reader.Position..],
            Stopping = stopping,
        };
    }

    static string NameOf(short key) => Enum.IsDefined((ApiKey)key) ? $"{(ApiKey)key}" : $"API {key}";
}
