using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>The partitions of one topic as a producer sees them, and which of them a record goes to.</summary>
sealed class TopicLanes : IDisposable
{
    readonly Producer producer;
    readonly IDisposable interest;
    readonly WaitingRoom waiting;
    readonly Lock gate = new();
    PartitionLane[] lanes = [];
    Guid id;
    int sticky;

    public TopicLanes(Producer producer, string topic)
    {
        (this.producer, Topic) = (producer, topic);
        waiting = new(producer, this);
        interest = producer.View.Follow(topic);
        if (producer.View.Current.Topics.TryGetValue(topic, out var known)) Follow(known);
    }

    public string Topic { get; }

    /// <summary>The id of the topic; all zero when brokers have none.</summary>
    public Guid Id
    {
        get
        {
            lock (gate) return id;
        }
    }

    public bool IsKnown => Volatile.Read(ref lanes).Length > 0;

    public ReadOnlySpan<PartitionLane> Lanes => Volatile.Read(ref lanes);

    /// <summary>The records that wait for room, or for the topic to become known.</summary>
    public WaitingRoom Waiting => waiting;

    /// <summary>Takes a record, and waits as the options say when there is no room. Its bytes are not needed after.</summary>
    /// <returns>Why it was not taken; <c>null</c> when it was.</returns>
    public PublishException? Publish(in ProducerRecord record, IReceiver receiver, int number)
    {
        producer.ThrowIfClosed();
        if (TooLarge(record) is { } tooLarge) return tooLarge;
        var overflow = producer.Options.Overflow;
        while (true)
        {
            PublishException? why = null;
            var placed = IsOpen ? TryPlace(record, receiver, number, out why) : Placement.Waits;
            if (placed is Placement.In or Placement.Refused) return why;
            // It waits for the topic, or for a partition of it, to become known, and not for room: so there is no batch to encode it into yet.
            if (placed is Placement.Waits && !(IsKnown && overflow is Overflow.Block) && waiting.TryEnterCopy(record, receiver, number)) return null;
            if (overflow is Overflow.Block) return waiting.Block(record, receiver, number);
            if (overflow is not Overflow.DropOldest || !producer.DropOldest()) return BufferFull();
        }
    }

    /// <summary>Takes a record; when it must wait, its bytes must stay until it has ended.</summary>
    public void PublishLater(in ProducerRecord record, IReceiver receiver, int number)
    {
        producer.ThrowIfClosed();
        var overflow = producer.Options.Overflow;
        while (true)
        {
            PublishException? why = TooLarge(record);
            var placed = why is null && IsOpen ? TryPlace(record, receiver, number, out why) : Placement.Waits;
            if (placed is Placement.In) return;
            if (placed is Placement.Full && overflow is not Overflow.Block)
            {
                if (overflow is Overflow.DropOldest && producer.DropOldest()) continue;
                why = BufferFull();
            }

            if (why is not null) receiver.Refused(why, record, number);
            else waiting.Enter(record, receiver, number);
            return;
        }
    }

    /// <summary>The partition that a list of records without keys goes to as a whole.</summary>
    public async ValueTask<int> OneForAllAsync()
    {
        if (!IsKnown) await waiting.KnowAsync();
        var all = Volatile.Read(ref lanes);
        return all.Length == 1 ? 0 : NextSticky(all, Volatile.Read(ref sticky));
    }

    /// <summary>Chooses a partition and appends a record that is not too large.</summary>
    public Placement TryPlace(in ProducerRecord record, IReceiver receiver, int number, out PublishException? why)
    {
        var all = Volatile.Read(ref lanes);
        if (!TryChoose(record, all.Length, out var at, out why)) return Placement.Refused;
        var joins = at == Partitioners.Any;
        if (joins) at = Math.Min(Volatile.Read(ref sticky), all.Length - 1);
        if ((uint)at >= (uint)all.Length) return Placement.Waits;

        var timestamp = record.Timestamp ?? producer.Now;
        var placed = all[at].Append(record, timestamp, receiver, number, joins && all.Length > 1);
        if (placed is Placed.Elsewhere) placed = all[NextSticky(all, at)].Append(record, timestamp, receiver, number, joins: false);
        switch (placed)
        {
            case Placed.In:
                return Placement.In;
            case Placed.NoRoom:
                return Placement.Full;
            default:
                why = placed is Placed.Unwritable ? PublishFailure.NoHeaders(Topic, at) : PublishFailure.Disposed(Topic, at);
                return Placement.Refused;
        }
    }

    /// <summary>Takes over what the cluster says of the topic.</summary>
    public void Follow(TopicView view)
    {
        if (view.Partitions.Count == 0) return;
        PartitionLane[] all;
        bool isAnother;
        lock (gate)
        {
            isAnother = id != Guid.Empty && view.Id != id;
            id = view.Id;
            // Partitions are added, never taken away: a view with fewer is an old one, or another topic of this name.
            var count = Math.Max(lanes.Length, view.Partitions[^1].Partition + 1);
            if (count > lanes.Length)
                Volatile.Write(ref lanes, [.. lanes, .. Enumerable.Range(lanes.Length, count - lanes.Length).Select(n => new PartitionLane(producer, Topic, n))]);
            all = lanes;
        }

        if (isAnother) Begin(isAnother: true);
        foreach (var partition in view.Partitions)
            if (partition.Partition >= 0)
                all[partition.Partition].Follow(partition.Leader, partition.LeaderEpoch);
    }

    /// <summary>The topic is gone, or another one has its name: what was known of its leaders says nothing about the next.</summary>
    public void Begin(bool isAnother = false)
    {
        foreach (var lane in Lanes) lane.Begin(isAnother);
    }

    public void Dispose() => interest.Dispose();

    /// <summary>Whether records go straight into their batches: nobody waits who came before.</summary>
    bool IsOpen => waiting.IsEmpty && IsKnown;

    bool TryChoose(in ProducerRecord record, int partitions, out int at, out PublishException? why)
    {
        why = null;
        at = record.Partition ?? Partitioners.Any;
        if (record.Partition is not null) return true;
        try
        {
            at = producer.Options.Partitioner.Choose(Topic, record, partitions);
            return true;
        }
        catch (Exception error)
        {
            why = new NoPartitionException($"A record for {Topic} was not written: the partitioner failed: {error.Message}", Topic, -1, ErrorCode.None, error);
            return false;
        }
    }

    // Any other partition that can be sent to, by chance, so that producers do not march in step.
    int NextSticky(PartitionLane[] all, int before)
    {
#pragma warning disable CA5394 // Spreading load needs no secrecy.
        var first = Random.Shared.Next(all.Length);
#pragma warning restore CA5394
        var next = before;
        for (var i = 0; i < all.Length; i++)
        {
            var candidate = (first + i) % all.Length;
            if (candidate == before || !all[candidate].HasLeader) continue;
            next = candidate;
            break;
        }

        // When another thread was faster its choice holds, or two batches would be begun instead of one.
        var seen = Interlocked.CompareExchange(ref sticky, next, before);
        return seen == before || seen >= all.Length ? next : seen;
    }

    RecordTooLargeException? TooLarge(in ProducerRecord record)
    {
        var headers = HeaderSpan.Of(record.Headers);
        var (key, value) = (record.Key.GetValueOrDefault().Length, record.Value.GetValueOrDefault().Length);
        var most = Math.Min(producer.Options.RequestBytes, producer.Batches.Budget.Most);
        if (headers.IsEmpty && (long)key + value + 128 <= most) return null;
        var size = RecordBatchWriter.SizeOfBatchWith(2, key, value, headers);
        return size <= most
            ? null
            : new RecordTooLargeException(
                $"A record for {Topic} was not sent: it would make a batch of {size} bytes, and RequestBytes and BufferBytes allow {most}.", Topic, record.Partition ?? -1);
    }

    BufferFullException BufferFull() =>
        new($"A record for {Topic} was not taken: {producer.Batches.Budget.Taken} of {producer.Batches.Budget.Most} bytes of the buffer wait to be sent.", Topic, -1);
}

/// <summary>What became of a record at the door of its topic.</summary>
enum Placement
{
    /// <summary>It is in a batch.</summary>
    In,

    /// <summary>There is no room.</summary>
    Full,

    /// <summary>Its partition is not known yet, or others wait who came before.</summary>
    Waits,

    /// <summary>It can never be written.</summary>
    Refused,
}
