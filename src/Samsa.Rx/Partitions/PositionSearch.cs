namespace Samsa.Rx;

/// <summary>
/// Finds the offsets at which partitions of one leader are to be read: at the start, after an offset that was not there, and when another
/// broker leads them, whose log may not be the one that was read.
/// </summary>
sealed class PositionSearch(BrokerConnection connection, ConsumeOptions options)
{
    /// <summary>What was found out about one partition.</summary>
    sealed class Finding(PartitionAsk ask, bool untilEnd)
    {
        public PartitionAsk Ask { get; } = ask;

        public Seek Seek { get; } = ask.Seek!;

        /// <summary>The offset of which it has to be seen whether it is there: a broker said that it is not, or will not be asked for it.</summary>
        public long? Doubted => Seek.IsAgain
            ? Seek.OutOfRange ?? (IsAnotherLog ? Ask.Position : null)
            : untilEnd ? (Seek.Start as StartFrom.AtOffset)?.Position : null;

        /// <summary>Whether it must be asked first whether the log is the one that was read.</summary>
        public bool NeedsLog => Seek is { IsAgain: true, IsNewTopic: false } && Ask.Trail is not null;

        /// <summary>What the leader says of the epoch that was read last.</summary>
        public EpochAnswer? Log { get; set; }

        /// <summary>The log does not know the epoch that was read last: no offset in it is what it was.</summary>
        public bool IsAnotherLog => Log is { IsUnknown: true };

        /// <summary>Where the log and what was read of it part, if they do.</summary>
        public long? PartsAt =>
            Log is { IsUnknown: false } log && Ask.Trail!.PartsAt(Ask.Position, log.Epoch, log.End) is var at && at < Ask.Position ? at : null;

        /// <summary>Nothing else has to be asked.</summary>
        public bool IsSettled => Error != ErrorCode.None || PartsAt is not null || (Seek.IsAgain && Doubted is null);

        public ErrorCode Error { get; set; }

        /// <summary>What was asked when there was an error.</summary>
        public string Api { get; set; } = "ListOffsets";

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
        var all = asks.Select(ask => new Finding(ask, options.UntilEnd)).ToList();
        await AskEpochsAsync([.. all.Where(finding => finding.NeedsLog)], ct);
        await AskAsync(all, NeedsTime, finding => ((StartFrom.AtTime)finding.Seek.Start).Milliseconds, options.Isolation,
            (finding, answer) => finding.ByTime = answer, ct);
        await AskAsync(all, NeedsBeginning, _ => OffsetLookup.Earliest, options.Isolation,
            (finding, answer) => finding.Beginning = Known(finding, answer), ct);
        await AskAsync(all, finding => finding.Doubted is not null, _ => OffsetLookup.Latest, Isolation.ReadUncommitted,
            (finding, answer) => finding.LogEnd = Known(finding, answer), ct);
        await AskAsync(all, NeedsEnd, _ => OffsetLookup.Latest, options.Isolation,
            (finding, answer) => finding.End = Known(finding, answer), ct);
        return [.. all.Select(Conclude)];
    }

    async Task AskEpochsAsync(List<Finding> needy, CancellationToken ct)
    {
        if (!EpochLookup.IsKnownTo(connection)) return;
        var answers = await EpochLookup.AskAsync(
            connection, [.. needy.Select(finding => (finding.Ask.Id, finding.Ask.LeaderEpoch, finding.Ask.LastEpoch))], ct);
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i].Error == ErrorCode.None) needy[i].Log = answers[i];
            else (needy[i].Error, needy[i].Api) = (answers[i].Error, "OffsetForLeaderEpoch");
        }
    }

    async Task AskAsync(
        List<Finding> all, Func<Finding, bool> needs, Func<Finding, long> time, Isolation isolation,
        Action<Finding, OffsetAnswer> take, CancellationToken ct)
    {
        var needy = all.Where(finding => !finding.IsSettled && needs(finding)).ToList();
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
        finding.Doubted is not null
        || finding.Seek.Start is StartFrom.AtBeginning or StartFrom.BeforeEnd
        // Brokers before 0.10.1 know times by segments: nothing is found when all of them are younger.
        || finding.ByTime is { Offset: < 0, Version: 0 };

    bool NeedsEnd(Finding finding) =>
        options.UntilEnd
        || finding.Doubted is not null
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
        var (ask, seek) = (finding.Ask, finding.Seek);
        if (finding.Error != ErrorCode.None) return new(ask, finding.Error, -1, -1) { Api = finding.Api };
        if (finding.PartsAt is { } parting) return new(ask, ErrorCode.None, parting, ask.End) { IsCut = true };
        var until = options.UntilEnd && (!seek.IsAgain || seek.IsNewTopic) ? finding.End!.Value : ask.End;
        if (finding.Doubted is { } doubted) return AfterDoubt(finding, doubted, until);
        return seek.IsAgain
            ? new(ask, ErrorCode.None, ask.Position, until) { IsSame = true }
            : new(ask, ErrorCode.None, Begin(finding), until);
    }

    static long Begin(Finding finding) => finding.Seek.Start switch
    {
        // Whether it is there will be seen when it is asked for.
        StartFrom.AtOffset start => start.Position,
        StartFrom.BeforeEnd start => Math.Max(finding.Beginning!.Value, finding.End!.Value - start.Count),
        StartFrom.AtEnd => finding.End!.Value,
        StartFrom.AtTime when finding.ByTime is { Offset: >= 0 and var found } => found,
        StartFrom.AtTime => (finding.Beginning ?? finding.End)!.Value,
        _ => finding.Beginning!.Value,
    };

    FoundPosition AfterDoubt(Finding finding, long doubted, long until)
    {
        var (beginning, logEnd) = (finding.Beginning!.Value, finding.LogEnd!.Value);
        var (isNewTopic, isAnotherLog) = (finding.Seek.IsNewTopic, finding.IsAnotherLog);
        // A broker that lags behind says "out of range" to what is there. What is there is never given up.
        if (!isNewTopic && !isAnotherLog && doubted >= beginning && doubted <= logEnd)
            return new(finding.Ask, ErrorCode.None, doubted, until) { IsSame = finding.Seek.IsAgain };

        var holds = isNewTopic ? "the topic was deleted and created again"
            : isAnotherLog ? $"the leader knows nothing of leader epoch {finding.Ask.LastEpoch}, it holds {beginning} to {logEnd}"
            : $"the partition holds {beginning} to {logEnd}";
        var reset = new OffsetLoss(doubted, holds);
        return options.OnOutOfRange switch
        {
            ResetPolicy.Earliest => To(beginning),
            ResetPolicy.Latest => To(finding.End!.Value),
            ResetPolicy.Nearest => To(isNewTopic ? beginning : Math.Max(beginning, Math.Min(doubted, finding.End!.Value))),
            _ => new(finding.Ask, ErrorCode.OffsetOutOfRange, -1, -1, reset),
        };

        FoundPosition To(long position) => new(finding.Ask, ErrorCode.None, position, until, reset);
    }
}

/// <summary>Where a partition is to be read.</summary>
/// <param name="Ask">What was asked.</param>
/// <param name="Error">Why it could not be found. <see cref="ErrorCode.OffsetOutOfRange"/> with a loss: the policy is to fail.</param>
/// <param name="Position">The offset to read next.</param>
/// <param name="End">The offset before which the reading ends.</param>
/// <param name="Loss">Why it is not the offset that was wanted; null when it is.</param>
readonly record struct FoundPosition(PartitionAsk Ask, ErrorCode Error, long Position, long End, OffsetLoss? Loss = null)
{
    /// <summary>It goes on where it was: the log is the one that was read, and has that offset.</summary>
    public bool IsSame { get; init; }

    /// <summary>The log was cut: <see cref="Position"/> is where it and what was read of it part.</summary>
    public bool IsCut { get; init; }

    /// <summary>What was answered with the error.</summary>
    public string Api { get; init; } = "ListOffsets";
}

/// <summary>An offset that is not there.</summary>
/// <param name="Offset">The offset.</param>
/// <param name="Why">What is there instead.</param>
sealed record OffsetLoss(long Offset, string Why);
