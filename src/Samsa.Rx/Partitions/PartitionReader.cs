namespace Samsa.Rx;

/// <summary>How far one partition is read, and by whom. Only its session changes it, under its gate.</summary>
sealed class PartitionReader(
    TopicPartition id, Guid topicId, int askBytes, AckMode mode = AckMode.None, IFeedObserver<KafkaRecord>? observer = null, IDisposable? interest = null)
{
    /// <summary>How often it may be sent from one broker to another within a minute. Followers seldom change, and each way costs a fetch.</summary>
    public const int MostMoves = 5;

    TimeSpan minuteBegan;
    int moves;

    public TopicPartition Id { get; } = id;

    /// <summary>What its records keep of it, and how far they are dealt with.</summary>
    public RecordOrigin Origin { get; } = new(id, mode);

    /// <summary>To whom its records are pushed; null when they are pulled.</summary>
    public IFeedObserver<KafkaRecord>? Observer { get; } = observer;

    /// <summary>Keeps its topic in the cluster view.</summary>
    public IDisposable? Interest { get; } = interest;

    /// <summary>Nobody wants it any more; what is being delivered of it is not delivered to its end.</summary>
    public bool IsGone
    {
        get => Volatile.Read(ref gone);
        set => Volatile.Write(ref gone, value);
    }

    /// <summary>It is read no further, and ends when nothing of it is in flight any more.</summary>
    public bool IsDraining { get; set; }

    bool gone;

    public Guid TopicId { get; set; } = topicId;

    /// <summary>Who reads it: its leader, or a follower that the leader named; null while its leader is not known.</summary>
    public BrokerReader? Broker { get; set; }

    /// <summary>Who leads it, as the cluster view says; -1 while that is not known.</summary>
    public int Leader { get; set; } = -1;

    /// <summary>The epoch of the leader, as the cluster view says.</summary>
    public int LeaderEpoch { get; set; } = -1;

    /// <summary>How long it is read from a follower before the leader is asked again, by the session's clock; null while the leader gives it.</summary>
    public TimeSpan? FollowerUntil { get; set; }

    /// <summary>Until when no follower is wanted for it: one was of no use.</summary>
    public TimeSpan LeaderUntil { get; set; }

    /// <summary>Whether it may be sent to another broker now; once it was sent to and fro too often, no more in that minute.</summary>
    public bool MayMove(TimeSpan now)
    {
        if (now - minuteBegan >= TimeSpan.FromMinutes(1)) (minuteBegan, moves) = (now, 0);
        return ++moves <= MostMoves;
    }

    /// <summary>The leader did not act as one: it is not asked before somebody looked at the cluster again.</summary>
    public bool IsUnsure { get; set; }

    /// <summary>The view under which it became unsure. One that differs from it is worth a try.</summary>
    public long UnsureSince { get; set; }

    /// <summary>Rises whenever answers that are under way must not count any more: the leader moved, the position jumped, it was given up.</summary>
    public int Version { get; private set; }

    /// <summary>The offset to fetch next.</summary>
    public long Position { get; private set; } = -1;

    /// <summary>Under which leaders the records before <see cref="Position"/> were written, as far as this reading has seen them.</summary>
    public EpochTrail? Trail { get; private set; }

    /// <summary>The leader epoch of the last batch that was read, for the broker to find out whether its log is still the one it was (KIP-320).</summary>
    public int LastEpoch => Trail?.Epoch ?? -1;

    /// <summary>Set while the position has to be found first.</summary>
    public Seek? Seek { get; private set; }

    /// <summary>The offset before which the reading of this partition ends.</summary>
    public long End { get; private set; } = long.MaxValue;

    /// <summary>Nothing will be asked for it any more: it came to its end, failed, or was taken away.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Everything of it is delivered but the end.</summary>
    public bool IsDrained { get; set; }

    /// <summary>It was read as far as was wanted, and not taken away before.</summary>
    public bool IsReadToEnd { get; set; }

    /// <summary>It is not waited for any more.</summary>
    public bool IsClosed { get; set; }

    /// <summary>How many bytes are asked for. It grows when a batch does not fit.</summary>
    public int AskBytes { get; set; } = askBytes;

    /// <summary>Where a damaged batch was met; it is fetched once more before that is believed.</summary>
    public long DamagedAt { get; set; } = -1;

    /// <summary>How many times in a row asking did not bring it further.</summary>
    public int Failures { get; set; }

    /// <summary>When it may be asked for again, by the session's clock.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>What is read and not delivered.</summary>
    public ReadyPart Ready { get; } = new();

    /// <summary>Answers that are under way do not count any more.</summary>
    public void Outdate() => Version++;

    /// <summary>Has its position looked for.</summary>
    public void Look(Seek seek)
    {
        Outdate();
        Seek = seek;
        DamagedAt = -1;
    }

    /// <summary>Takes a position that was looked for.</summary>
    /// <param name="position">The offset to fetch next.</param>
    /// <param name="end">The offset before which the reading ends.</param>
    /// <param name="isSame">Whether it goes on where it was, in the log that was read until now.</param>
    public void Jump(long position, long end, bool isSame = false)
    {
        if (!isSame) Trail = null;
        Move(position, end);
    }

    /// <summary>Goes back to where the log and what was read of it part.</summary>
    public void CutTo(long position)
    {
        Trail = Trail?.Before(position);
        Move(position, End);
    }

    /// <summary>Goes on behind what was read.</summary>
    public void Advance(long position, int epoch)
    {
        if (epoch > LastEpoch) Trail = EpochTrail.With(Trail, epoch, Position);
        Position = position;
        Failures = 0;
        if (Position > DamagedAt) DamagedAt = -1;
        if (Position >= End) IsFinished = true;
    }

    public void Finish()
    {
        Outdate();
        IsFinished = true;
    }

    void Move(long position, long end)
    {
        Outdate();
        Seek = null;
        (Position, End) = (position, end);
        if (Position >= End) IsFinished = true;
    }
}

/// <summary>What a position is looked for.</summary>
/// <param name="Start">Where the reading shall begin.</param>
/// <param name="OutOfRange">The offset that a broker says is not there; null when none did.</param>
sealed record Seek(StartFrom Start, long? OutOfRange = null)
{
    /// <summary>Another leader may have another log: whether the position is what it was is all that is asked (KIP-320).</summary>
    public bool IsCheck { get; init; }

    /// <summary>The partition was read before: what is looked for is whether, and where, it can be read on.</summary>
    public bool IsAgain => OutOfRange is not null || IsCheck;

    /// <summary>The topic is another one than before: the offset says nothing, whatever the partition holds now.</summary>
    public bool IsNewTopic { get; init; }
}

/// <summary>What is asked for one partition, as it stood when it was asked.</summary>
readonly record struct PartitionAsk(
    PartitionReader Reader, int Version, Guid TopicId, int LeaderEpoch, long Position, EpochTrail? Trail, long End, int MaxBytes, long DamagedAt, Seek? Seek)
{
    public PartitionAsk(PartitionReader reader)
        : this(reader, reader.Version, reader.TopicId, reader.LeaderEpoch, reader.Position, reader.Trail, reader.End,
            reader.AskBytes, reader.DamagedAt, reader.Seek)
    {
    }

    public TopicPartition Id => Reader.Id;

    /// <inheritdoc cref="PartitionReader.LastEpoch"/>
    public int LastEpoch => Trail?.Epoch ?? -1;
}
