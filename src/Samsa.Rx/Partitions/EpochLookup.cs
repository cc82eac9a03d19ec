namespace Samsa.Rx;

/// <summary>Asks a leader where the records end that leaders of the past wrote: whether its log is the one that was read (KIP-320).</summary>
static class EpochLookup
{
    /// <summary>Before, only brokers may ask.</summary>
    const short ForReaders = 2;

    /// <summary>Whether the broker can be asked.</summary>
    public static bool IsKnownTo(BrokerConnection connection) => connection.Apis.Highest(OffsetForLeaderEpoch.Api) >= ForReaders;

    /// <summary>Asks for all of them in one request.</summary>
    /// <param name="connection">A connection to the leader of all of them.</param>
    /// <param name="questions">The partitions with the epochs of their leaders, and the epochs that are asked about; a partition occurs once.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The answers, in the order of the questions.</returns>
    public static async Task<EpochAnswer[]> AskAsync(
        BrokerConnection connection, IReadOnlyList<(TopicPartition Id, int LeaderEpoch, int Epoch)> questions, CancellationToken ct)
    {
        if (questions.Count == 0) return [];
        var response = await connection.AskAsync(new OffsetForLeaderEpoch.Request
        {
            // A consumer. The default is for debugging, and sees what is not committed yet.
            ReplicaId = -1,
            Topics =
            [
                .. questions.GroupBy(question => question.Id.Topic, StringComparer.Ordinal).Select(topic => new OffsetForLeaderEpoch.Request.OffsetForLeaderTopic
                {
                    Topic = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(question => new OffsetForLeaderEpoch.Request.OffsetForLeaderPartition
                        {
                            Partition = question.Id.Partition,
                            CurrentLeaderEpoch = question.LeaderEpoch,
                            LeaderEpoch = question.Epoch,
                        }),
                    ],
                }),
            ],
        }, ct: ct);

        var answers = new Dictionary<TopicPartition, EpochAnswer>();
        foreach (var topic in response.Topics)
            foreach (var partition in topic.Partitions)
                answers.TryAdd(new(topic.Topic, partition.Partition), new(partition.ErrorCode, partition.LeaderEpoch, partition.EndOffset));
        // A partition that the answer leaves out is asked for again, like one that the broker does not know.
        return [.. questions.Select(question => answers.GetValueOrDefault(question.Id, new(ErrorCode.UnknownTopicOrPartition, -1, -1)))];
    }
}

/// <summary>What a leader says about an epoch.</summary>
/// <param name="Error">The error, or <see cref="ErrorCode.None"/>.</param>
/// <param name="Epoch">The newest epoch of its log that is not after the one that was asked about; negative: its log knows nothing of it.</param>
/// <param name="End">Where that epoch ends; negative: it is not known.</param>
readonly record struct EpochAnswer(ErrorCode Error, int Epoch, long End)
{
    /// <summary>Whether the log knows nothing of the epoch: it is another log.</summary>
    public bool IsUnknown => Epoch < 0 || End < 0;
}
