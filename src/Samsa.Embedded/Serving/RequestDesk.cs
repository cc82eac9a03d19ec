using Samsa.Embedded.Answers;
using Samsa.Embedded.Cluster;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Wire;

namespace Samsa.Embedded.Serving;

/// <summary>
/// The one place every request passes: its header is read, its version judged, it is noted down, and handed to its
/// answer.
/// </summary>
sealed class RequestDesk(BrokerServer broker)
{
    readonly ClusterState cluster = broker.Cluster;

    /// <summary>Answers a request.</summary>
    /// <param name="request">The request, without its length.</param>
    /// <param name="answer">Takes the answer as a frame; stays empty when the request wants none.</param>
    /// <param name="stopping">Ends what waits when the broker stops.</param>
    /// <exception cref="RefusedRequestException">The connection is to be closed.</exception>
    /// <exception cref="ProtocolException">The bytes are no such request.</exception>
    public async ValueTask AnswerAsync(ReadOnlyMemory<byte> request, WireWriter answer, CancellationToken stopping)
    {
        var pending = Read(request, stopping, out var header);
        var message = await pending.ConfigureAwait(false);
        if (message is not null) Framing.WriteResponse(answer, header.Api, message, header.Version, header.Correlation);
    }

    ValueTask<IMessage?> Read(ReadOnlyMemory<byte> request, CancellationToken stopping, out Header header)
    {
        var reader = new WireReader(request);
        var (key, version, correlation) = (reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt32());
        var spoken = cluster.Generation.Find(key) ?? throw new RefusedRequestException($"API {key} is not known here.");
        if (!cluster.Generation.ChecksVersions) version = 0;
        var api = spoken.Api;
        if (!spoken.Speaks(version))
        {
            // Whoever asks for too new an ApiVersions cannot know better yet: it is answered in the form of version 0.
            if (key != ApiVersions.Api.Key) throw new RefusedRequestException($"{api.Name} {version} is not spoken here.");
            header = new Header(api, 0, correlation);
            // All headers agree up to the client id.
            Note(api, version, reader.Remaining > 0 ? reader.ReadNullableString() : null);
            return ValueTask.FromResult<IMessage?>(ApiVersionsAnswer.Refuse(cluster.Generation));
        }

        var clientId = reader.ReadNullableString();
        reader.Flexible = api.IsFlexible(version);
        if (reader.Flexible) reader.SkipTags();
        header = new Header(api, version, correlation);
        Note(api, version, clientId);
        var asked = new Asked { Broker = broker, Version = version, ClientId = clientId, Stopping = stopping };
        return AnswerTable.Find(key).AnswerAsync(ref reader, asked);
    }

    void Note(ApiDescription api, short version, string? clientId) => cluster.Requests.Add(
        new EmbeddedRequest(cluster.Options.Clock.GetUtcNow(), broker.Id, api.Key, api.Name, version, clientId));

    readonly record struct Header(ApiDescription Api, short Version, int Correlation);
}
