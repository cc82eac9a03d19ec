namespace Samsa.Rx;

/// <summary>What becomes of a batch after an attempt.</summary>
enum Fate : byte
{
    /// <summary>It is in the log.</summary>
    Persisted,

    /// <summary>It is sent again after a wait.</summary>
    Again,

    /// <summary>The broker missed the batches before it. Those go first; when there are none, its numbers begin anew.</summary>
    OutOfOrder,

    /// <summary>It is too large for the broker, and not a single record: its halves are sent.</summary>
    Split,

    /// <summary>Nothing more is tried.</summary>
    Failed,
}

/// <summary>What an attempt to write a batch came to. Facts: Kafka's <c>Errors</c>, <c>Sender.completeBatch</c>; KIP-98, KIP-360.</summary>
readonly record struct Verdict(Fate Fate)
{
    /// <summary>Whether this attempt may have put it into the log.</summary>
    public bool MayBeWritten { get; init; }

    /// <summary>Whether the cluster should be looked at before it is tried again.</summary>
    public bool NeedsMetadata { get; init; }

    public ErrorCode Code { get; init; }

    /// <summary>What was said about it.</summary>
    public string? Detail { get; init; }

    /// <summary>What was said about single records, by their place in the batch; null when nothing was (KIP-467).</summary>
    public IReadOnlyDictionary<int, string>? Named { get; init; }

    /// <summary>The exception that ended the attempt, if there was no answer.</summary>
    public Exception? Cause { get; init; }

    public long BaseOffset { get; init; }

    public long AppendTime { get; init; }

    /// <summary>The start of the log, when the broker tells it; −1 when not.</summary>
    public long LogStart { get; init; }

    public static Verdict Persisted(long baseOffset, long appendTime) =>
        new(Fate.Persisted) { BaseOffset = Math.Max(-1, baseOffset), AppendTime = Math.Max(-1, appendTime) };

    /// <summary>The request that held it got no answer.</summary>
    public static Verdict Lost(Exception error) => error switch
    {
        ConnectionException lost => new(Fate.Again)
        {
            MayBeWritten = lost.MayHaveBeenSent, NeedsMetadata = true, Cause = lost,
            Code = lost.IsTimeout ? ErrorCode.RequestTimedOut : ErrorCode.NetworkException, Detail = lost.Message,
        },
        // An answer that makes no sense: the broker has done something.
        ProtocolException => new(Fate.Again) { MayBeWritten = true, NeedsMetadata = true, Cause = error, Code = ErrorCode.NetworkException, Detail = error.Message },
        UnsupportedApiException => new(Fate.Failed) { Cause = error, Code = ErrorCode.UnsupportedVersion, Detail = error.Message },
        _ => new(Fate.Again) { MayBeWritten = true, Cause = error, Code = ErrorCode.NetworkException, Detail = error.Message },
    };

    /// <summary>It was in the request, and the answer does not tell of it.</summary>
    public static Verdict Omitted() => new(Fate.Again)
    {
        MayBeWritten = true, NeedsMetadata = true, Code = ErrorCode.NetworkException, Detail = "The answer left the partition out.",
    };

    /// <summary>What the broker answered.</summary>
    /// <param name="answer">The answer for its partition.</param>
    /// <param name="records">How many records it has.</param>
    /// <param name="attempts">How often it was sent, this time counted.</param>
    public static Verdict Of(Produce.Response.PartitionProduceResponse answer, int records, int attempts)
    {
        var verdict = new Verdict(FateOf(answer.ErrorCode, records, attempts))
        {
            Code = answer.ErrorCode, Detail = DetailOf(answer, records), Named = NamedIn(answer, records), LogStart = answer.LogStartOffset,
            NeedsMetadata = answer.ErrorCode.NeedsMetadata, MayBeWritten = !RulesOut(answer.ErrorCode),
        };
        return verdict.Fate is Fate.Persisted
            ? verdict with { BaseOffset = answer.ErrorCode is ErrorCode.None ? OffsetOf(answer, records) : -1, AppendTime = Math.Max(-1, answer.LogAppendTimeMs) }
            : verdict;
    }

    // An offset that cannot be is one that is not known.
    static long OffsetOf(Produce.Response.PartitionProduceResponse answer, int records) =>
        answer.BaseOffset >= 0 && answer.BaseOffset <= long.MaxValue - records ? answer.BaseOffset : -1;

    static Fate FateOf(ErrorCode code, int records, int attempts) => code switch
    {
        ErrorCode.None or ErrorCode.DuplicateSequence => Fate.Persisted,
        ErrorCode.OutOfOrderSequence or ErrorCode.UnknownProducerId or ErrorCode.InvalidProducerEpoch => Fate.OutOfOrder,
        ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge => records > 1 ? Fate.Split : Fate.Failed,
        // Once it may have been the wire that damaged it.
        ErrorCode.CorruptMessage => attempts < 2 ? Fate.Again : Fate.Failed,
        _ => code.CanRetry ? Fate.Again : Fate.Failed,
    };

    /// <summary>Whether an answer with this error says for certain that the batch was not appended.</summary>
    static bool RulesOut(ErrorCode code) => code is
        ErrorCode.CorruptMessage or ErrorCode.UnknownTopicOrPartition or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderOrFollower
        or ErrorCode.MessageTooLarge or ErrorCode.InvalidTopic or ErrorCode.RecordListTooLarge or ErrorCode.NotEnoughReplicas
        or ErrorCode.InvalidRequiredAcks or ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.InvalidTimestamp
        or ErrorCode.UnsupportedVersion or ErrorCode.InvalidRequest or ErrorCode.UnsupportedForMessageFormat or ErrorCode.PolicyViolation
        or ErrorCode.OutOfOrderSequence or ErrorCode.UnknownProducerId or ErrorCode.InvalidProducerEpoch
        or ErrorCode.InvalidTxnState or ErrorCode.InvalidProducerIdMapping or ErrorCode.TransactionalIdAuthorizationFailed
        or ErrorCode.KafkaStorageError or ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch or ErrorCode.UnsupportedCompressionType
        or ErrorCode.InvalidRecord or ErrorCode.ProducerFenced or ErrorCode.ThrottlingQuotaExceeded or ErrorCode.UnknownTopicId or ErrorCode.InconsistentTopicId;

    // A place that is none in the batch is passed over: then the batch fails as a whole.
    static Dictionary<int, string>? NamedIn(Produce.Response.PartitionProduceResponse answer, int records)
    {
        if (answer.RecordErrors.Count == 0) return null;
        var named = new Dictionary<int, string>();
        foreach (var error in answer.RecordErrors)
            if (error.BatchIndex >= 0 && error.BatchIndex < records)
                named.TryAdd(error.BatchIndex, error.BatchIndexErrorMessage ?? answer.ErrorMessage ?? "the broker does not say why");
        return named.Count > 0 ? named : null;
    }

    /// <summary>What the broker says of the batch, and of the first record that it names and that there is.</summary>
    static string? DetailOf(Produce.Response.PartitionProduceResponse answer, int records)
    {
        var first = answer.RecordErrors.FirstOrDefault(error => error.BatchIndex >= 0 && error.BatchIndex < records);
        if (first is null) return answer.ErrorMessage;
        return $"{answer.ErrorMessage} (record {first.BatchIndex} of the batch: {first.BatchIndexErrorMessage})";
    }
}
