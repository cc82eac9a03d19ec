namespace Samsa.Rx;

/// <summary>How a topic is read. Change single things with <c>with</c>.</summary>
public sealed partial record ConsumeOptions
{
    /// <summary>Where the reading begins. Of a topic that is created only after that, <see cref="StartFrom.End"/> leaves nothing out.</summary>
    public StartFrom Start { get; init => field = Option.Given(value); } = StartFrom.Beginning;

    /// <summary>Which partitions are read; null for all of them, also those that are added later.</summary>
    public IReadOnlyList<int>? Partitions
    {
        get;
        init => field = value is null ? null : Chosen(value);
    }

    /// <summary>
    /// Whether the reading completes once it has come to where the partitions ended when it began. Under
    /// <see cref="Isolation.ReadCommitted"/> that is where the first open transaction begins.
    /// </summary>
    public bool UntilEnd { get; init; }

    /// <summary>Which records of transactions are seen. Java: isolation.level.</summary>
    public Isolation Isolation { get; init => field = Option.Known(value); }

    /// <summary>What to do when the offset to read is not there. Java: auto.offset.reset.</summary>
    public ResetPolicy OnOutOfRange { get; init => field = Option.Known(value); }

    /// <summary>What to do with a batch that cannot be read.</summary>
    public CorruptPolicy OnCorrupt { get; init => field = Option.Known(value); }

    /// <summary>
    /// How long to wait for a topic, or a chosen partition, that is not there when the reading begins; then it ends with a
    /// <see cref="TopicNotFoundException"/>. Zero: as soon as the brokers say so. Null, the default: until somebody creates it, told by a
    /// <see cref="TopicMissing"/> event; but with <see cref="UntilEnd"/> five seconds, because what is not there has no end. A reader never creates a topic.
    /// </summary>
    public TimeSpan? TopicTimeout
    {
        get;
        init => field = value is null || value == Timeout.InfiniteTimeSpan ? value : Option.Between(TimeSpan.Zero, value.Value, TimeSpan.FromDays(365));
    }

    /// <summary>
    /// How long a topic that was there may be missing before it counts as deleted, and the reading ends with a
    /// <see cref="TopicNotFoundException"/>. Brokers that start, or lag behind, also say that a topic is not there.
    /// </summary>
    public TimeSpan DeletionTimeout
    {
        get;
        init => field = value == Timeout.InfiniteTimeSpan ? value : Option.Between(TimeSpan.Zero, value, TimeSpan.FromDays(365));
    } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// In which rack (data centre, zone) this reader is, by the name that the brokers use; null to read from leaders only. Brokers that are
    /// set up to (<c>replica.selector.class</c>, Kafka 2.4 and later, KIP-392) then name a follower in that rack, and the partition
    /// is read from it: nearer, and a moment behind the leader. When it fails the leader is read for half a minute. Java: client.rack.
    /// </summary>
    public string? Rack
    {
        get;
        init => field = value is null || value.Length is > 0 and <= 1000
            ? value
            : throw new ArgumentException($"Rack has {value.Length} characters; it can have 1 to 1000, or be null.", nameof(Rack));
    }

    /// <summary>How many bytes a broker gathers before it answers, unless <see cref="MaxWait"/> passes. Java: fetch.min.bytes.</summary>
    public int MinBytes { get; init => field = Option.Between(1, value, int.MaxValue); } = 1;

    /// <summary>
    /// How long a broker may hold an empty fetch open. Java: fetch.max.wait.ms. A broker that has had nothing for ten seconds may take four times as
    /// long, if <see cref="MinBytes"/> is 1: records are answered at once all the same, and an idle client sleeps.
    /// </summary>
    public TimeSpan MaxWait
    {
        get;
        init => field = Option.Between(TimeSpan.FromMilliseconds(1), value, TimeSpan.FromMinutes(5));
    } = TimeSpan.FromMilliseconds(500);

    /// <summary>About how many bytes one answer may hold; a single larger batch still comes. Java: fetch.max.bytes.</summary>
    /// <remarks>Answers of this size are read into memory that is used again; much larger ones get memory of their own.</remarks>
    public int FetchBytes { get; init => field = Option.Between(1, value, 1024 * 1024 * 1024); } = 8 * 1024 * 1024;

    /// <summary>
    /// About how many bytes of one partition an answer may hold. Brokers before 0.10.1 send no batch that is larger: for
    /// them it grows, for the partition that needs it, up to <see cref="LargestBatchBytes"/>. Java: max.partition.fetch.bytes.
    /// </summary>
    public int PartitionBytes { get; init => field = Option.Between(1, value, 1024 * 1024 * 1024); } = 1024 * 1024;

    /// <summary>
    /// The largest batch that is asked for of brokers before 0.10.1; a larger one ends the reading with a <see cref="BatchTooLargeException"/>.
    /// Never more than fits into an answer (<see cref="KafkaOptions.MaxFrameBytes"/>).
    /// </summary>
    public int LargestBatchBytes { get; init => field = Option.Between(1, value, 1024 * 1024 * 1024); } = 64 * 1024 * 1024;

    /// <summary>
    /// How many records of one partition may lie ready before it is left out of the fetches, until half of them are delivered. Never
    /// more than two answers lie ready, the one that is being delivered included.
    /// </summary>
    /// <remarks>An answer of a mebibyte holds ten thousand records of 100 bytes; a much smaller number stops the partition at every answer.</remarks>
    public int BufferedRecords { get; init => field = Option.Between(1, value, int.MaxValue); } = 20_000;

    /// <summary>
    /// How many bytes of records the whole reading may hold ready before partitions are left out of the fetches; each partition has its
    /// even share, and at least <see cref="PartitionBytes"/>. Answers that are under way come on top. librdkafka: queued.max.messages.kbytes.
    /// </summary>
    public long BufferedBytes { get; init => field = Option.Between(1L, value, long.MaxValue); } = 32 * 1024 * 1024;

    /// <summary>When a record counts as dealt with.</summary>
    public AckMode AckMode { get; init => field = Option.Known(value); }

    /// <summary>
    /// How many records of the whole reading may be in flight: delivered, kept by somebody (<see cref="KafkaRecord.Defer"/>) and not dealt with yet. Beyond it nothing is delivered
    /// until half of them are dealt with; a batch that was begun is delivered to its end.
    /// </summary>
    public int InFlightRecords { get; init => field = Option.Between(1, value, 100_000_000); } = 100_000;

    /// <summary>How many bytes of keys and values of the whole reading may be in flight, with 64 bytes more for each record.</summary>
    public long InFlightBytes { get; init => field = Option.Between(1L, value, long.MaxValue); } = 64 * 1024 * 1024;

    /// <summary>
    /// How many records of one partition may be in flight. Beyond it that partition waits, and is left out of the fetches, until half of them are dealt with; the others go on. It also waits
    /// when four times as many were kept since the oldest that is not dealt with. Operators that wait for more records than this before they deal with any would wait for ever.
    /// </summary>
    public int InFlightPartitionRecords { get; init => field = Option.Between(1, value, 10_000_000); } = 20_000;

    static int[] Chosen(IReadOnlyList<int> value)
    {
        foreach (var partition in value) Option.Between(0, partition, int.MaxValue, nameof(Partitions));
        return value.Count > 0
            ? [.. value.Distinct()]
            : throw new ArgumentException("Partitions is empty; leave it null to read all of them.", nameof(value));
    }
}
