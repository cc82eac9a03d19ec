namespace Samsa.Rx;

/// <summary>Asks a leader where its partitions begin and end, and where a time lies in them.</summary>
static class OffsetLookup
{
    /// <summary>The times that are none: wire-wise the same field.</summary>
    public const long Latest = -1;

    /// <inheritdoc cref="Latest"/>
    public const long Earliest = -2;

    /// <summary>Asks for all of them in one request.</summary>
    /// <param name="connection">A connection to the leader of all of them.</param>
    /// <param name="questions">The questions; a partition occurs once.</param>
    /// <param name="isolation">Whether the end is the high watermark or the last stable offset.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The answers, in the order of the questions.</returns>
    public static async Task<OffsetAnswer[]> AskAsync(
        BrokerConnection connection, IReadOnlyList<OffsetQuestion> questions, Isolation isolation, CancellationToken ct)
    {
        if (questions.Count == 0) return [];
        var request = new ListOffsets.Request
        {
            // Consumers have no replica id. The field has no default of its own.
            ReplicaId = -1,
            IsolationLevel = (sbyte)isolation,
            Topics =
            [
                .. questions.GroupBy(question => question.Id.Topic, StringComparer.Ordinal).Select(topic => new ListOffsets.Request.ListOffsetsTopic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(AsAsked)],
                }),
            ],
        };
        var version = connection.VersionOf(ListOffsets.Api);
        var response = await connection.AskAsync(request, null, version, ct);

        var answers = new Dictionary<TopicPartition, OffsetAnswer>();
        foreach (var topic in response.Topics)
            foreach (var partition in topic.Partitions)
                answers.TryAdd(new(topic.Name, partition.PartitionIndex), AsAnswered(partition, version));
        // A partition that the answer leaves out is asked for again, like one that the broker does not know.
        return [.. questions.Select(question => answers.GetValueOrDefault(question.Id, new(ErrorCode.UnknownTopicOrPartition, -1, version)))];
    }

    static ListOffsets.Request.ListOffsetsPartition AsAsked(OffsetQuestion question) => new()
    {
        PartitionIndex = question.Id.Partition,
        CurrentLeaderEpoch = question.LeaderEpoch,
        Timestamp = question.Time,
    };

    static OffsetAnswer AsAnswered(ListOffsets.Response.ListOffsetsPartitionResponse partition, short version) => new(
        partition.ErrorCode,
        version > 0 ? partition.Offset : partition.OldStyleOffsets.Count > 0 ? partition.OldStyleOffsets[0] : -1,
        version);
}

/// <summary>What is asked about one partition.</summary>
/// <param name="Id">The partition.</param>
/// <param name="LeaderEpoch">The epoch of the leader that is asked; -1 to leave that open.</param>
/// <param name="Time">A time in milliseconds, <see cref="OffsetLookup.Latest"/> or <see cref="OffsetLookup.Earliest"/>.</param>
readonly record struct OffsetQuestion(TopicPartition Id, int LeaderEpoch, long Time);

/// <summary>What a broker says about it.</summary>
/// <param name="Error">The error, or <see cref="ErrorCode.None"/>.</param>
/// <param name="Offset">The offset; negative: there is none for that time.</param>
/// <param name="Version">The version in which it was asked.</param>
readonly record struct OffsetAnswer(ErrorCode Error, long Offset, short Version);
