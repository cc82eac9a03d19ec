namespace Samsa.Rx;

/// <summary>The batches of one partition, in the order they are to be written: the last one takes records, the first ones are under way.</summary>
/// <remarks>
/// A short lock guards it; under it run neither user code nor anything that waits. Who appends takes it once for each record, who sends once for each batch.
/// </remarks>
sealed partial class PartitionLane(Producer producer, string topic, int partition)
{
    readonly Lock gate = new();
    readonly Queue<OutgoingBatch> ended = new();
    OutgoingBatch? head, tail, open;
    byte magic = 2;
    int inFlight, expected;
    bool closed;

    // Where the batches go. Listed: its sender knows that there is something to send.
    BrokerSender? sender;
    int leader = -1, leaderEpoch = -1;
    bool listed;

    public string Topic => topic;

    public int Partition => partition;

    /// <summary>Whether there is a broker to send to.</summary>
    public bool HasLeader => Volatile.Read(ref leader) >= 0;

    /// <summary>Whether batches wait that nobody can send.</summary>
    public bool IsStranded
    {
        get
        {
            lock (gate) return leader < 0 && head is not null;
        }
    }

    /// <summary>Appends a record to the batch that is being filled, or begins a new one.</summary>
    /// <param name="record">The record.</param>
    /// <param name="timestamp">Its time.</param>
    /// <param name="receiver">Who is told how it ends.</param>
    /// <param name="number">The receiver's number for it.</param>
    /// <param name="joins">Whether it would rather begin its batch on another partition.</param>
    public Placed Append(in ProducerRecord record, long timestamp, IReceiver receiver, int number, bool joins)
    {
        BrokerSender? to;
        bool isNew;
        lock (gate)
        {
            if (closed) return Placed.Closed;
            if (magic < 2 && record.Headers is { Count: > 0 }) return Placed.Unwritable;
            if (open is not null && open.TryAppend(record, timestamp, receiver, number)) return Placed.In;
            if (joins)
            {
                // The batch is full, or there is none: the next records make a full one somewhere else.
                open = null;
                return Placed.Elsewhere;
            }

            var batch = producer.Batches.Take(magic);
            batch.Open(this, producer.Clock.GetTimestamp(), expected);
            if (!batch.TryAppend(record, timestamp, receiver, number))
            {
                batch.Let();
                return Placed.NoRoom;
            }

            Link(batch);
            open = batch;
            (to, isNew) = (sender, !listed);
            listed = to is not null;
        }

        producer.Watch();
        Rouse(to, isNew);
        return Placed.In;
    }

    /// <summary>Gives the next batch to send, if its time has come. Who gets it holds it.</summary>
    /// <param name="by">Who asks. Only the sender of the partition's leader gets anything.</param>
    /// <param name="terms">The terms.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="due">When to ask again.</param>
    public Taken Take(BrokerSender by, in Terms terms, out OutgoingBatch? batch, out long due)
    {
        lock (gate)
        {
            (batch, due) = (null, long.MaxValue);
            if (sender != by) return Taken.Nothing;
            magic = terms.Magic;
            var (next, follows, place) = FirstWaiting();
            if (next is null)
            {
                listed = false;
                return Taken.Nothing;
            }

            if (retryAt > terms.Now)
            {
                due = retryAt;
                return Taken.Later;
            }

            // What is sent again goes behind what is under way before it only when that has come to its end: otherwise it would pass it.
            if (inFlight >= MostInFlight(terms) || follows && next.Attempts > 0 || (startsAnew || topicIsAnother) && inFlight > 0) return Taken.Busy;
            if (WouldBury(place, terms)) return Taken.Busy;
            if (next == open && !terms.Partial && Lingers(next, terms.Now, out due)) return due == long.MaxValue ? Taken.Busy : Taken.Later;
            if (next.Bytes > terms.Room) return Taken.TooLarge;
            if (!TryNumber(next, terms)) return Taken.Busy;
            if (next == open) open = null;
            if (next.Attempts == 0) expected = next.Bytes;
            next.State = BatchState.InFlight;
            next.Attempts++;
            next.Hold();
            inFlight++;
            batch = next;
            return Taken.Batch;
        }
    }

    /// <summary>The partition has another leader, or none (−1). What an older view says is not believed.</summary>
    public void Follow(int newLeader, int newEpoch)
    {
        BrokerSender? to;
        lock (gate)
        {
            if (closed || newEpoch >= 0 && newEpoch < leaderEpoch) return;
            leaderEpoch = newEpoch;
            if (newLeader == leader) return;
            leader = newLeader;
            sender = newLeader < 0 ? null : producer.SenderOf(newLeader);
            // The wait was for the old leader.
            retryAt = 0;
            to = sender;
            listed = to is not null && FirstWaiting().Batch is not null;
            if (!listed) return;
        }

        Rouse(to, isNew: true);
    }

    /// <summary>What was known of leaders is void: the next one begins with epoch 0 again.</summary>
    /// <param name="isAnother">Whether another topic has the name of the one that was written to.</param>
    public void Begin(bool isAnother)
    {
        lock (gate)
        {
            (leaderEpoch, retryAt) = (-1, 0);
            topicIsAnother |= isAnother;
        }
    }

    /// <summary>Drops the oldest batch that was never sent, to make room.</summary>
    /// <returns>Whether there was one.</returns>
    public bool DropOldest()
    {
        lock (gate)
        {
            var (oldest, _, _) = FirstWaiting();
            while (oldest is not null && (oldest.Attempts > 0 || oldest.State is not BatchState.Waiting)) oldest = oldest.Next;
            if (oldest is null) return false;
            Fail(oldest, ErrorCode.None, "the buffer was full, and the oldest records were dropped");
            Sweep();
        }

        TellEnded();
        return true;
    }

    /// <summary>When the oldest batch that was never sent began; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestUnsent
    {
        get
        {
            lock (gate)
            {
                for (var batch = head; batch is not null; batch = batch.Next)
                    if (batch is { State: BatchState.Waiting, Attempts: 0 })
                        return batch.Since;
                return long.MaxValue;
            }
        }
    }

    // Without a linger a batch with room waits for the requests under way, and whoever ends one asks again.
    bool Lingers(OutgoingBatch batch, long now, out long until)
    {
        until = producer.Linger == 0 ? long.MaxValue : batch.Since + producer.Linger;
        return until > now;
    }

    /// <summary>The first batch that waits, whether one before it is under way, and how many stand before it.</summary>
    (OutgoingBatch? Batch, bool Follows, int Place) FirstWaiting()
    {
        var (follows, place) = (false, 0);
        for (var batch = head; batch is not null; batch = batch.Next, place++)
        {
            if (batch.State is BatchState.Waiting) return (batch, follows, place);
            follows |= batch.State is BatchState.InFlight;
        }

        return (null, follows, place);
    }

    void Link(OutgoingBatch batch)
    {
        if (tail is null) head = batch;
        else tail.Next = batch;
        tail = batch;
    }

    void Rouse(BrokerSender? to, bool isNew)
    {
        if (to is null) producer.SeekLeaders();
        else if (isNew) to.Add(this);
        else to.Wake();
    }
}
