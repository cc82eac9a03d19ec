namespace Samsa.Rx;

/// <summary>Asks some broker for the state of the cluster, without creating a topic by it.</summary>
sealed class MetadataQuestion(BrokerConnections connections)
{
    /// <summary>The first version in which a topic can be named without being created by it.</summary>
    const short NamesSafely = 4;

    /// <summary>Asks for topics by name, or for all of them.</summary>
    /// <param name="names">The topics; null for all.</param>
    /// <param name="create">Whether the broker may create them, when it is set up to.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The answer, and who gave it. It may hold topics that were not named: brokers before 0.11 create what is named, so they are asked for all.</returns>
    /// <exception cref="ConnectionException">Nobody could be asked, or the one that was asked got lost.</exception>
    public async Task<(Metadata.Response Answer, BrokerConnection From)> AskAsync(IReadOnlyCollection<string>? names, bool create, CancellationToken ct)
    {
        var connection = await connections.GetAnyAsync(ct);
        var answer = await connection.AskAsync(Question(connection.VersionOf(Metadata.Api), names, create), ct: ct);
        return (answer, connection);
    }

    static Metadata.Request Question(short version, IReadOnlyCollection<string>? names, bool create)
    {
        if (names is null || version < NamesSafely && !create && names.Count > 0) names = null;
        // Version 0 has no null, and takes an empty list for all.
        return new()
        {
            Topics = names is null ? version == 0 ? [] : null : [.. names.Select(name => new Metadata.Request.MetadataRequestTopic { Name = name })],
            AllowAutoTopicCreation = create,
        };
    }
}
