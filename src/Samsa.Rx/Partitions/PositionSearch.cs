namespace Samsa.Rx;

/// <summary>Finds the offsets at which partitions of one leader are to be read: at the start, and after an offset that was not there.</summary>
sealed class PositionSearch(BrokerConnection connection, ConsumeOptions options)
{
    /// <summary>What was found out about one partition.</summary>
    sealed class Finding(PartitionAsk ask)
    {
        public PartitionAsk Ask { get; } = ask;

        public Seek Seek { get; } = ask.Seek!;

        public ErrorCode Error { get; set; }

        public OffsetAnswer? ByTime { get; set; }

        public long? Beginning { get; set; }

        /// <summary>The end, whatever isolation is wanted: an offset up to here is not out of range.</summary>
        public long? LogEnd { get; set; }

        /// <summary>The end, as far as the wanted isolation lets us see.</summary>
        public long? End { get; set; }
    }

    /// <summary>Looks for all of them, with at most one request for each kind of question.</summary>
    public async Task<IReadOnlyList<FoundPosition>> FindAsync(IReadOnlyList<PartitionAsk> asks, CancellationToken ct)
    {
        var all = asks.Select(ask => new Finding(ask)).ToList();
        await AskAsync(all, NeedsTime, finding => ((StartFrom.AtTime)finding.Seek.Start).Milliseconds, options.Isolation,
            (finding, answer) => finding.ByTime = answer, ct);
        await AskAsync(all, NeedsBeginning, _ => OffsetLookup.Earliest, options.Isolation,
            (finding, answer) => finding.Beginning = Known(finding, answer), ct);
        await AskAsync(all, finding => finding.Seek.OutOfRange is not null, _ => OffsetLookup.Latest, Isolation.ReadUncommitted,
            (finding, answer) => finding.LogEnd = Known(finding, answer), ct);
        await AskAsync(all, NeedsEnd, _ => OffsetLookup.Latest, options.Isolation,
            (finding, answer) => finding.End = Known(finding, answer), ct);
        return [.. all.Select(Conclude)];
    }

    async Task AskAsync(
        List<Finding> all, Func<Finding, bool> needs, Func<Finding, long> time, Isolation isolation,
        Action<Finding, OffsetAnswer> take, CancellationToken ct)
    {
        var needy = all.Where(finding => finding.Error == ErrorCode.None && needs(finding)).ToList();
        var questions = needy.Select(finding => new OffsetQuestion(finding.Ask.Id, finding.Ask.LeaderEpoch, time(finding))).ToList();
        var answers = await OffsetLookup.AskAsync(connection, questions, isolation, ct);
        for (var i = 0; i < answers.Length; i++)
        {
            needy[i].Error = answers[i].Error;
            if (answers[i].Error == ErrorCode.None) take(needy[i], answers[i]);
        }
    }

    static bool NeedsTime(Finding finding) => finding.Seek.Start is StartFrom.AtTime;

    static bool NeedsBeginning(Finding finding) =>
        finding.Seek.OutOfRange is not null
        || finding.Seek.Start is StartFrom.AtBeginning or StartFrom.BeforeEnd
        // Brokers before 0.10.1 know times by segments: nothing is found when all of them are younger.
        || finding.ByTime is { Offset: < 0, Version: 0 };

    bool NeedsEnd(Finding finding) =>
        options.UntilEnd
        || finding.Seek.OutOfRange is not null
        || finding.Seek.Start is StartFrom.AtEnd or StartFrom.BeforeEnd
        || finding.ByTime is { Offset: < 0, Version: > 0 };

    static long? Known(Finding finding, OffsetAnswer answer)
    {
        // No partition begins or ends before its offset 0.
        if (answer.Offset >= 0) return answer.Offset;
        finding.Error = ErrorCode.UnknownServerError;
        return null;
    }

    FoundPosition Conclude(Finding finding)
    {
        if (finding.Error != ErrorCode.None) return new(finding.Ask, finding.Error, -1, -1, null);
        var isNew = finding.Seek.OutOfRange is null || finding.Seek.IsNewTopic;
        var until = options.UntilEnd && isNew ? finding.End!.Value : finding.Ask.End;
        return finding.Seek.OutOfRange is { } lost
            ? AfterOutOfRange(finding, lost, until)
            : new(finding.Ask, ErrorCode.None, Begin(finding), until, null);
    }

    static long Begin(Finding finding) => finding.Seek.Start switch
    {
        StartFrom.AtOffset start => start.Position,
        StartFrom.BeforeEnd start => Math.Max(finding.Beginning!.Value, finding.End!.Value - start.Count),
        StartFrom.AtEnd => finding.End!.Value,
        StartFrom.AtTime when finding.ByTime is { Offset: >= 0 and var found } => found,
        StartFrom.AtTime => (finding.Beginning ?? finding.End)!.Value,
        _ => finding.Beginning!.Value,
    };

    FoundPosition AfterOutOfRange(Finding finding, long lost, long until)
    {
        var (beginning, logEnd) = (finding.Beginning!.Value, finding.LogEnd!.Value);
        // A broker that lags behind says "out of range" to what is there. What is there is never given up.
        if (!finding.Seek.IsNewTopic && lost >= beginning && lost <= logEnd) return new(finding.Ask, ErrorCode.None, lost, until, null) { WasThere = true };

        var holds = finding.Seek.IsNewTopic ? "the topic was deleted and created again" : $"the partition holds {beginning} to {logEnd}";
        return options.OnOutOfRange switch
        {
            ResetPolicy.Earliest => To(beginning),
            ResetPolicy.Latest => To(finding.End!.Value),
            ResetPolicy.Nearest => To(lost < beginning || finding.Seek.IsNewTopic ? beginning : finding.End!.Value),
            _ => new(finding.Ask, ErrorCode.OffsetOutOfRange, -1, -1, holds),
        };

        FoundPosition To(long position) => new(finding.Ask, ErrorCode.None, position, until, holds);
    }
}

/// <summary>Where a partition is to be read.</summary>
/// <param name="Ask">What was asked.</param>
/// <param name="Error">Why it could not be found. <see cref="ErrorCode.OffsetOutOfRange"/>: the policy is to fail.</param>
/// <param name="Position">The offset to read next.</param>
/// <param name="End">The offset before which the reading ends.</param>
/// <param name="Reset">Why it is not the offset that was wanted; null when it is.</param>
readonly record struct FoundPosition(PartitionAsk Ask, ErrorCode Error, long Position, long End, string? Reset)
{
    /// <summary>The offset that was said to be out of range is not.</summary>
    public bool WasThere { get; init; }
}
