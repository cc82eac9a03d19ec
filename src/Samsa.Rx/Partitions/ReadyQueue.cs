namespace Samsa.Rx;

/// <summary>
/// What was read and is not delivered yet: takes the partitions in turn, and counts what they hold. Nothing else in the library decides
/// whether a partition has room.
/// </summary>
/// <remarks>It has no lock of its own; its session calls it under its gate.</remarks>
sealed class ReadyQueue(ConsumeOptions options)
{
    /// <summary>One that is delivered, and one behind it so that nobody waits for the network.</summary>
    const int AnswersAhead = 2;

    /// <summary>Partitions with something ready. Each is in here once, so that each gets its turn.</summary>
    readonly Queue<PartitionReader> turns = new();
    bool full;
    bool isCleared;

    /// <summary>Among how many partitions the bytes are shared.</summary>
    public int Partitions { get; set; } = 1;

    /// <summary>Rises with each batch that was delivered.</summary>
    public long Delivered { get; private set; }

    /// <summary>What all partitions hold.</summary>
    public long Bytes { get; private set; }

    /// <summary>Too much is in flight: nothing is delivered.</summary>
    public bool IsHeld { get; set; }

    public bool IsEmpty => IsHeld || isCleared || turns.Count == 0;

    long Share => Math.Max(options.PartitionBytes, options.BufferedBytes / Math.Max(1, Partitions));

    /// <summary>Whether the partition may be asked for more.</summary>
    public bool HasRoom(PartitionReader reader) =>
        !full && !IsHeld && !isCleared && reader.Ready is { IsFull: false, IsHeld: false, Answers: < AnswersAhead };

    /// <summary>Takes in what one answer held for one partition.</summary>
    public void Put(PartitionReader reader, IReadOnlyList<ReadyBatch> batches)
    {
        if (batches.Count == 0 || isCleared) return;
        var ready = reader.Ready;
        if (ready is { Waiting.Count: 0, IsHeld: false }) turns.Enqueue(reader);
        foreach (var batch in batches)
        {
            ready.Waiting.Enqueue(batch);
            Count(ready, batch, 1);
        }

        full |= Bytes >= options.BufferedBytes;
        ready.IsFull |= ready.Records >= options.BufferedRecords || ready.Bytes >= Share;
    }

    /// <summary>The next batch of the partition whose turn it is.</summary>
    public bool TryTake(out ReadyBatch batch)
    {
        batch = default;
        if (IsEmpty || !turns.TryDequeue(out var reader)) return false;
        batch = reader.Ready.Waiting.Dequeue();
        if (reader.Ready.Waiting.Count > 0) turns.Enqueue(reader);
        return true;
    }

    /// <summary>Says that a batch that was taken is delivered.</summary>
    /// <returns>Who has room now and had none before.</returns>
    public Room Return(in ReadyBatch batch)
    {
        Delivered++;
        var ready = batch.Reader.Ready;
        var had = HasRoom(batch.Reader);
        Count(ready, batch, -1);
        // Half of it must go before the partition comes back: else it would come and go with each batch.
        ready.IsFull &= ready.Records > options.BufferedRecords / 2 || ready.Bytes > Share / 2;
        if (full && Bytes <= options.BufferedBytes / 2)
        {
            full = false;
            return Room.ForAll;
        }

        return !had && HasRoom(batch.Reader) ? Room.ForThePartition : Room.AsBefore;
    }

    /// <summary>Leaves a partition out: too much of it is in flight.</summary>
    public void Hold(PartitionReader reader)
    {
        reader.Ready.IsHeld = true;
        Unturn(reader);
    }

    /// <summary>Takes it in again.</summary>
    public void Release(PartitionReader reader)
    {
        reader.Ready.IsHeld = false;
        if (reader.Ready.Waiting.Count > 0) turns.Enqueue(reader);
    }

    /// <summary>Throws away what a partition has ready.</summary>
    public void Drop(PartitionReader reader)
    {
        var ready = reader.Ready;
        if (ready.Waiting.Count == 0) return;
        while (ready.Waiting.TryDequeue(out var batch)) Count(ready, batch, -1);
        Unturn(reader);
        full &= Bytes > options.BufferedBytes / 2;
    }

    /// <summary>Throws away everything, also what comes from now on: the end that follows must not wait for a time when nothing does.</summary>
    public void Clear()
    {
        isCleared = true;
        foreach (var reader in turns) reader.Ready.Waiting.Clear();
        turns.Clear();
    }

    void Unturn(PartitionReader reader)
    {
        for (var left = turns.Count; left > 0; left--)
            if (turns.Dequeue() is var other && other != reader)
                turns.Enqueue(other);
    }

    void Count(ReadyPart ready, in ReadyBatch batch, int sign)
    {
        ready.Batches += sign;
        ready.Records += sign * batch.Count;
        ready.Bytes += sign * batch.Bytes;
        Bytes += sign * batch.Bytes;
        if (batch.EndsAnswer) ready.Answers += sign;
    }
}

/// <summary>What one partition has ready or in delivery.</summary>
sealed class ReadyPart
{
    public Queue<ReadyBatch> Waiting { get; } = new();

    /// <summary>Those that wait, and the one that is being delivered.</summary>
    public int Batches { get; set; }

    public int Answers { get; set; }

    public long Records { get; set; }

    public long Bytes { get; set; }

    /// <summary>It reached a limit and has not fallen to half of it since.</summary>
    public bool IsFull { get; set; }

    /// <summary>Too many of its records were delivered and are not dealt with.</summary>
    public bool IsHeld { get; set; }
}

/// <summary>What a delivered batch changed.</summary>
enum Room
{
    AsBefore,
    ForThePartition,
    ForAll,
}
