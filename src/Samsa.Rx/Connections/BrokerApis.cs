namespace Samsa.Rx;

/// <summary>What one broker speaks: for each API the lowest and highest version, as it said on this connection.</summary>
sealed class BrokerApis
{
    /// <summary>APIs above this number are of no interest; a hostile list cannot make the table large.</summary>
    const int Keys = 128;

    /// <summary>Of a longer list only this much is read.</summary>
    const int MostEntries = 4096;

    readonly (short Min, short Max)[] ranges = new (short, short)[Keys];

    BrokerApis(string learned, bool isGuess)
    {
        (Learned, IsGuess) = (learned, isGuess);
        Array.Fill(ranges, ((short)0, (short)-1));
    }

    /// <summary>How this became known, for people.</summary>
    public string Learned { get; }

    /// <summary>Whether the broker was too old to say it, and a table stands in.</summary>
    public bool IsGuess { get; }

    /// <summary>The features the cluster agreed on (KIP-584), by name.</summary>
    public IReadOnlyDictionary<string, short> Features { get; private init; } = new Dictionary<string, short>();

    /// <summary>Kafka 0.9, which does not answer the question.</summary>
    public static BrokerApis Kafka09 { get; } = Table("the table of Kafka 0.9",
        (0, 1), (1, 1), (2, 0), (3, 0), (8, 2), (9, 1), (10, 0), (11, 0), (12, 0), (13, 0), (14, 0), (15, 0), (16, 0));

    /// <summary>Kafka 0.8.2, which closes the socket on the question, reads any version of the first four as version 0, and has no working groups.</summary>
    public static BrokerApis Kafka082 { get; } = Table("the table of Kafka 0.8.2",
        (0, 0), (1, 0), (2, 0), (3, 0), (8, 1), (9, 1), (10, 0));

    /// <summary>What the broker answered, without what cannot be.</summary>
    public static BrokerApis From(ApiVersions.Response answer, short version)
    {
        var apis = new BrokerApis($"ApiVersions {version}", isGuess: false)
        {
            Features = answer.FinalizedFeatures
                .GroupBy(feature => feature.Name, StringComparer.Ordinal)
                .ToDictionary(same => same.Key, same => same.First().MaxVersionLevel, StringComparer.Ordinal),
        };
        foreach (var api in answer.ApiKeys.Take(MostEntries))
            if (api.ApiKey is >= 0 and < Keys && api.MinVersion >= 0 && api.MinVersion <= api.MaxVersion && !apis.Has(api.ApiKey))
                apis.ranges[api.ApiKey] = (api.MinVersion, api.MaxVersion);

        // Kafka 4 says it takes Produce 0 to 2, for the sake of an old client, and refuses them (KAFKA-18659).
        ref var produce = ref apis.ranges[Produce.Api.Key];
        if (apis.ranges[Fetch.Api.Key].Min >= 4) produce.Min = Math.Max(produce.Min, (short)3);
        return apis;
    }

    /// <summary>Whether the broker speaks that version of that API.</summary>
    public bool Speaks(short apiKey, short version) =>
        apiKey is >= 0 and < Keys && version >= ranges[apiKey].Min && version <= ranges[apiKey].Max;

    /// <summary>The highest version that the broker speaks, that is declared here, and that is not above the cap; -1 when there is none.</summary>
    public short Highest(ApiDescription api, short cap = short.MaxValue)
    {
        var (min, max) = api.Key is >= 0 and < Keys ? ranges[api.Key] : ((short)0, (short)-1);
        var version = Math.Min(Math.Min(max, api.MaxVersion), cap);
        return version >= Math.Max(min, api.MinVersion) ? version : (short)-1;
    }

    /// <summary>The broker's own range, for people.</summary>
    public string RangeOf(short apiKey) =>
        apiKey is >= 0 and < Keys && Has(apiKey) ? $"{ranges[apiKey].Min} to {ranges[apiKey].Max}" : "none";

    bool Has(short apiKey) => ranges[apiKey].Max >= ranges[apiKey].Min;

    static BrokerApis Table(string learned, params (int Key, int Max)[] known)
    {
        var apis = new BrokerApis(learned, isGuess: true);
        foreach (var (key, max) in known) apis.ranges[key] = (0, (short)max);
        return apis;
    }
}
