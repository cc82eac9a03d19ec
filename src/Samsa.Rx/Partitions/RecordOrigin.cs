namespace Samsa.Rx;

/// <summary>
/// Where records were read, from when a partition was begun until it is given up, and which of them are dealt with. Their batches point to it, so that a record that is
/// kept keeps this and nothing of the reader.
/// </summary>
/// <remarks>
/// <para>Whoever calls the observer says <see cref="Begin"/> and <see cref="End"/> around each record: two stores, unless somebody keeps it. Only what is kept
/// is counted.</para>
/// <para>What is kept may end on any thread. When the partition was given up that says nothing any more: others may read it by then.</para>
/// </remarks>
sealed class RecordOrigin(TopicPartition id, AckMode mode = AckMode.None) : ILeaseHolder
{
    const long Nothing = long.MinValue;

    readonly Lock gate = new();
    readonly PartitionAcks acks = new();
    IKeeping? keeping;

    readonly bool isExplicit = mode == AckMode.Explicit;

    // Everything before it was delivered, and is dealt with unless it is kept. While the observer has a record, it is the offset of that.
    long frontier = Nothing;
    bool isClosed;

    public TopicPartition Id => id;

    public string Topic { get; } = id.Topic;

    public int Partition { get; } = id.Partition;

    /// <summary>Where to read on if everything that is not dealt with shall be read again: what a commit would say. Null before the first position is known.</summary>
    public long? Position
    {
        get
        {
            lock (gate) return acks.Oldest ?? (Volatile.Read(ref frontier) is var at and not Nothing ? at : null);
        }
    }

    /// <summary>How many records are kept, and how many bytes they have.</summary>
    public (int Records, long Bytes) InFlight
    {
        get
        {
            lock (gate) return (acks.InFlight, acks.InFlightBytes);
        }
    }

    /// <summary>Whether the partition should wait: too many are kept, or one for so long that too many came after it.</summary>
    public bool IsOver(int records)
    {
        lock (gate) return acks.InFlight >= records || acks.Window >= (long)records * 4;
    }

    /// <summary>Whether it may go on: half of it is dealt with.</summary>
    public bool IsEased(int records)
    {
        lock (gate) return acks.InFlight <= records / 2 && acks.Window <= (long)records * 2;
    }

    /// <summary>Who is told when something that was kept ends.</summary>
    public void Open(IKeeping told) => keeping = told;

    /// <summary>The partition is given up: the position stays what it is, and what ends from now on says nothing.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            keeping?.Ended(acks.InFlight, acks.InFlightBytes);
            keeping = null;
        }
    }

    /// <summary>The observer gets a record now.</summary>
    /// <returns>Its offset, for <see cref="End"/>.</returns>
    public long Begin(in KafkaRecord record)
    {
        var offset = record.Offset;
        if (offset < frontier || isExplicit) BeginSlowly(record);
        Volatile.Write(ref frontier, offset);
        return offset;
    }

    /// <summary>The observer has returned.</summary>
    public void End(long offset) => Volatile.Write(ref frontier, offset + 1);

    /// <summary>There is nothing to deliver before this offset. Not while a record is delivered.</summary>
    public void SkipTo(long offset)
    {
        if (isClosed) return;
        if (offset < frontier) Cut(offset);
        Volatile.Write(ref frontier, offset);
    }

    /// <summary>Keeps a record.</summary>
    public Lease Defer(in KafkaRecord record)
    {
        if (mode == AckMode.None) return default;
        var kept = 0;
        long ticket;
        lock (gate)
        {
            if (Volatile.Read(ref frontier) == record.Offset && !isExplicit && !acks.IsNewest(record.Offset)) kept = Keep(record);
            // Nobody will be told when it is dealt with, so the position stays before it.
            if (isClosed) return default;
            // Who gets it from somebody who keeps it may keep it, too.
            if (!acks.TryLease(record.Offset, out ticket)) throw isExplicit ? Acknowledged(record) : TooLate(record);
            if (kept > 0) keeping?.Began(kept);
        }

        return new(this, ticket);
    }

    public void Complete(long ticket)
    {
        IKeeping? told;
        lock (gate)
        {
            if (isClosed) return;
            var bytes = acks.Complete(ticket);
            if (bytes < 0) return;
            told = keeping;
            told?.Ended(1, bytes);
        }

        told?.Freed(this);
    }

    public void Fail(long ticket, Exception error)
    {
        IKeeping? told;
        long offset;
        lock (gate)
        {
            if (isClosed || acks.OffsetOf(ticket) is not { } failed) return;
            (told, offset) = (keeping, failed);
        }

        told?.Failed(this, offset, error);
    }

    void BeginSlowly(in KafkaRecord record)
    {
        if (record.Offset < frontier) Cut(record.Offset);
        if (!isExplicit) return;
        lock (gate)
        {
            var kept = Keep(record);
            keeping?.Began(kept);
        }
    }

    void Cut(long offset)
    {
        lock (gate)
        {
            var (records, bytes) = (acks.InFlight, acks.InFlightBytes);
            acks.Forget(offset);
            keeping?.Ended(records - acks.InFlight, bytes - acks.InFlightBytes);
        }
    }

    int Keep(in KafkaRecord record)
    {
        acks.Keep(record.Offset, record.Cost);
        return record.Cost;
    }

    static InvalidOperationException TooLate(in KafkaRecord record) => new(
        $"{record.Topic} {record.Partition}@{record.Offset} was acknowledged when OnNext returned. Call Defer inside OnNext, or use the operators that do: ObserveOnBounded instead of ObserveOn, " +
        "BufferBounded instead of Buffer, SelectAsync instead of SelectMany; or read with AckMode.Explicit.");

    static InvalidOperationException Acknowledged(in KafkaRecord record) =>
        new($"{record.Topic} {record.Partition}@{record.Offset} is acknowledged already.");
}

/// <summary>Who counts what is kept.</summary>
interface IKeeping
{
    /// <summary>One more record is kept. Called under a lock.</summary>
    void Began(int bytes);

    /// <summary>Records are not kept any more. Called under a lock.</summary>
    void Ended(int records, long bytes);

    /// <summary>Something that was kept is dealt with, under no lock: somebody may have room, and the position may have moved.</summary>
    void Freed(RecordOrigin origin);

    /// <summary>A record that was kept will not be dealt with. Under no lock.</summary>
    void Failed(RecordOrigin origin, long offset, Exception error);
}
