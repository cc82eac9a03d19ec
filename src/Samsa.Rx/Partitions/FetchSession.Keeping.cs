namespace Samsa.Rx;

/// <content>What was delivered and is kept: how much of it there may be, and how far everything is dealt with.</content>
sealed partial class FetchSession : IKeeping
{
    readonly Signal moved = new();
    long inFlight;
    long inFlightBytes;
    volatile int waiting;
    volatile bool isWatched;
    List<PartitionReader>? atEnd;

    /// <summary>How many records are delivered and kept, and how many bytes they have.</summary>
    public (long Records, long Bytes) InFlight => (Interlocked.Read(ref inFlight), Interlocked.Read(ref inFlightBytes));

    bool IsOver => InFlight is var (records, bytes) && (records >= Options.InFlightRecords || bytes >= Options.InFlightBytes);

    bool IsEased => InFlight is var (records, bytes) && records <= Options.InFlightRecords / 2 && bytes <= Options.InFlightBytes / 2;

    /// <summary>How far each partition that is read is dealt with; once the session has stopped, those that were read then.</summary>
    public IReadOnlyList<PartitionPosition> Positions
    {
        get
        {
            List<PartitionReader> readers;
            lock (gate) readers = atEnd ?? Watched();
            return [.. readers.Where(reader => reader.Origin.Position is not null).Select(reader => new PartitionPosition(reader.Id, reader.Origin.Position!.Value))];
        }
    }

    /// <summary>Tells whenever positions may have moved, until the session stops.</summary>
    public async Task WatchAsync(Action tell)
    {
        isWatched = true;
        while (!stopped)
        {
            tell();
            await moved.WaitAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits until everything that was kept of partitions that were read to their ends is dealt with. After the session has stopped.</summary>
    public async Task SettleAsync()
    {
        isWatched = true;
        while (atEnd!.Exists(reader => reader.IsReadToEnd && reader.Origin.InFlight.Records > 0)) await moved.WaitAsync(CancellationToken.None);
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

    List<PartitionReader> Watched() => [.. partitions.Values, .. readToEnd.Values];

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
