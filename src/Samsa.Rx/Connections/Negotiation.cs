namespace Samsa.Rx;

/// <summary>Finds out what the broker at the other end of a fresh connection speaks.</summary>
static class Negotiation
{
    const int MostDowngrades = 2;

    static string SoftwareVersion { get; } = typeof(Negotiation).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Asks for versions, from our highest version of the question downwards.</summary>
    /// <param name="dialled">The connection.</param>
    /// <param name="highest">The version of the question to begin with.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>What the broker speaks; null when it closed the connection instead of answering, as brokers before 0.10 do.</returns>
    /// <exception cref="ProtocolException">The peer is no broker, or refuses each version.</exception>
    public static async Task<BrokerApis?> NegotiateAsync(Dialled dialled, short highest, CancellationToken ct)
    {
        var version = highest;
        for (var downgrades = 0; ; downgrades++)
        {
            if (await AskAsync(dialled, version, ct) is not { } answer) return null;
            var (apis, lower) = Read(answer, version);
            if (apis is not null) return apis;
            // Only ever downwards, and not for ever: a broken broker must not keep us here.
            if (downgrades == MostDowngrades || lower >= version)
                throw new ProtocolException($"The broker refuses to say its versions in version {version} and lower of the question");
            version = lower;
        }
    }

    /// <summary>Tells Kafka 0.9 by ListGroups, which came with it.</summary>
    public static async Task<bool> KnowsGroupsAsync(Dialled dialled, CancellationToken ct) =>
        await dialled.ExchangeAsync("ListGroups", (outgoing, id) => outgoing.AddEmpty((short)ApiKey.ListGroups, id), ct) is not null;

    /// <summary>Tells that it is a Kafka at all, by what every one since 0.8 answers.</summary>
    public static async Task<bool> KnowsMetadataAsync(Dialled dialled, CancellationToken ct) =>
        await dialled.ExchangeAsync("Metadata", (outgoing, id) => outgoing.Add(new Metadata.Request { Topics = [] }, 0, id), ct) is not null;

    static Task<ReadOnlyMemory<byte>?> AskAsync(Dialled dialled, short version, CancellationToken ct)
    {
        var question = new ApiVersions.Request { ClientSoftwareName = "samsa-rx", ClientSoftwareVersion = SoftwareVersion };
        return dialled.ExchangeAsync("ApiVersions", (outgoing, id) => outgoing.Add(question, version, id), ct);
    }

    // A refusal comes in version 0 whatever was asked, and since 2.4 says which versions of the question are taken. librdkafka's mock
    // broker cuts it short. Both begin with the error code, so that is read first, and a body that makes no sense means "try version 0".
    static (BrokerApis? Apis, short Lower) Read(ReadOnlyMemory<byte> answer, short version)
    {
        var error = (ErrorCode)new WireReader(answer).ReadInt16();
        if (error == ErrorCode.UnsupportedVersion && version > 0) return (null, RangeIn(answer, version));
        if (error != ErrorCode.None) throw new ProtocolException($"The broker answered the question for its versions with {error.KafkaName}");
        try
        {
            return (BrokerApis.From(Parse(answer, version), version), 0);
        }
        catch (ProtocolException) when (version > 0)
        {
            return (null, 0);
        }
    }

    static short RangeIn(ReadOnlyMemory<byte> refusal, short version)
    {
        try
        {
            var taken = Parse(refusal, 0).ApiKeys.FirstOrDefault(api => api.ApiKey == ApiVersions.Api.Key);
            return taken is null || taken.MaxVersion < 0 ? (short)0 : Math.Min(taken.MaxVersion, (short)(version - 1));
        }
        catch (ProtocolException)
        {
            return 0;
        }
    }

    // The header of this answer never has tags, so that a client can read it before it knows anything (KIP-511).
    static ApiVersions.Response Parse(ReadOnlyMemory<byte> answer, short version)
    {
        var reader = new WireReader(answer, ApiVersions.Api.IsFlexible(version));
        var response = ApiVersions.Response.Read(ref reader, version);
        reader.ExpectEnd();
        return response;
    }
}
