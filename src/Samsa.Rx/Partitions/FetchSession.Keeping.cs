namespace Samsa.Rx;

/// <content>What was delivered and is kept: how much of it there may be, and how far everything is dealt with.</content>
sealed partial class FetchSession : IKeeping
{
    readonly Signal moved = new();
    long inFlight;
    long inFlightBytes;
    volatile int waiting;
    volatile bool isWatched;

    /// <summary>How many records are delivered and kept, and how many bytes they have.</summary>
    public (long Records, long Bytes) InFlight => (Interlocked.Read(ref inFlight), Interlocked.Read(ref inFlightBytes));

    bool IsOver => InFlight is var (records, bytes) && (records >= Options.InFlightRecords || bytes >= Options.InFlightBytes);

    bool IsEased => InFlight is var (records, bytes) && records <= Options.InFlightRecords / 2 && bytes <= Options.InFlightBytes / 2;

    /// <summary>How far each partition is dealt with, again and again when that may have changed, until the session ends.</summary>
    /// <param name="take">Gets the positions of the partitions that are read. The last time is the end.</param>
    public async Task WatchPositionsAsync(Action<IReadOnlyList<PartitionPosition>> take)
    {
        isWatched = true;
        while (!stopped)
        {
            take(Positions());
            await moved.WaitAsync(CancellationToken.None);
        }

        take(Positions());
    }

    void IKeeping.Began(int bytes)
    {
        Interlocked.Increment(ref inFlight);
        Interlocked.Add(ref inFlightBytes, bytes);
    }

    void IKeeping.Ended(int records, long bytes)
    {
        Interlocked.Add(ref inFlight, -records);
        Interlocked.Add(ref inFlightBytes, -bytes);
    }

    void IKeeping.Freed(RecordOrigin origin)
    {
        Moved();
        // Whoever begins to wait looks once more after it has said so: one of the two sees the other.
        if (waiting == 0) return;
        lock (gate)
        {
            if (partitions.TryGetValue(origin.Id, out var reader) && reader.Origin == origin) Ease(reader);
            EaseAll();
        }
    }

    void IKeeping.Failed(RecordOrigin origin, long offset, Exception error)
    {
        var id = origin.Id;
        lock (gate)
        {
            fault ??= () => new RecordFailedException(id.Topic, id.Partition, offset, error);
            ready.Clear();
        }

        output.Set();
    }

    IReadOnlyList<PartitionPosition> Positions()
    {
        lock (gate)
            return [.. partitions.Values.Where(reader => reader.Origin.Position is not null).Select(reader => new PartitionPosition(reader.Id, reader.Origin.Position!.Value))];
    }

    void Moved()
    {
        if (isWatched) moved.Set();
    }

    void HoldIfOver(PartitionReader reader)
    {
        var origin = reader.Origin;
        if (!reader.Ready.IsHeld && !reader.IsGone && origin.IsOver(Options.InFlightPartitionRecords))
        {
            ready.Hold(reader);
            waiting++;
            var (records, bytes) = origin.InFlight;
            Tell(new PartitionHeld(Events.Now, origin.Topic, origin.Partition, records, bytes));
            Ease(reader);
        }

        if (ready.IsHeld || !IsOver) return;
        ready.IsHeld = true;
        waiting++;
        EaseAll();
    }

    void Ease(PartitionReader reader)
    {
        if (reader.Ready.IsHeld && reader.Origin.IsEased(Options.InFlightPartitionRecords))
        {
            Release(reader);
            output.Set();
            reader.Broker?.Wake.Set();
        }

        if (reader.IsDraining) EndIfDone(reader);
    }

    void Release(PartitionReader reader)
    {
        if (!reader.Ready.IsHeld) return;
        ready.Release(reader);
        waiting--;
    }

    void EaseAll()
    {
        if (!ready.IsHeld || !IsEased) return;
        ready.IsHeld = false;
        waiting--;
        output.Set();
        foreach (var broker in brokers.Values) broker.Wake.Set();
    }
}
