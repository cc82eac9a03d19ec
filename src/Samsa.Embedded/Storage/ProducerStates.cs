using Samsa.Protocol;

namespace Samsa.Embedded.Storage;

/// <summary>What a partition remembers of idempotent producers (KIP-98): their epoch and their last five batches.</summary>
sealed class ProducerStates
{
    const int Remembered = 5;

    // A real broker forgets producers after a day; this one when too many others came since.
    const int MaxProducers = 10_000;

    readonly Dictionary<long, Producer> producers = [];
    readonly Queue<long> arrival = new();

    /// <summary>Judges a batch by the table of Kafka's ProducerAppendInfo.</summary>
    /// <param name="batch">The batch; only its header is looked at.</param>
    /// <param name="wantsKnown">Whether a producer that is not known must begin with sequence 0.</param>
    /// <param name="before">The same batch as it was stored before; null when it is new.</param>
    /// <returns>What is wrong with it; none when it is to be appended, or was before.</returns>
    public ErrorCode Judge(ReadOnlySpan<byte> batch, bool wantsKnown, out Batch? before)
    {
        before = null;
        if (Entry.ProducerId(batch) < 0) return ErrorCode.None;
        var epoch = Entry.ProducerEpoch(batch);
        var (first, last) = (Entry.BaseSequence(batch), LastSequence(batch));
        if (!producers.TryGetValue(Entry.ProducerId(batch), out var known))
            return wantsKnown && first != 0 ? ErrorCode.UnknownProducerId : ErrorCode.None;
        if (epoch < known.Epoch) return ErrorCode.InvalidProducerEpoch;
        if (epoch > known.Epoch) return first == 0 ? ErrorCode.None : ErrorCode.OutOfOrderSequence;
        foreach (var stored in known.Batches)
        {
            if (stored.First != first || stored.Last != last) continue;
            before = stored;
            return ErrorCode.None;
        }

        return known.Batches.Count == 0 || first == Next(known.Batches.Last!.Value.Last)
            ? ErrorCode.None
            : ErrorCode.OutOfOrderSequence;
    }

    /// <summary>Remembers a batch that was stored. A marker that ends a transaction carries an epoch but no sequence.</summary>
    public void Stored(ReadOnlySpan<byte> batch)
    {
        var id = Entry.ProducerId(batch);
        if (id < 0) return;
        if (!producers.TryGetValue(id, out var known)) known = Remember(id);
        if (Entry.ProducerEpoch(batch) != known.Epoch)
        {
            known.Epoch = Entry.ProducerEpoch(batch);
            known.Batches.Clear();
        }

        if (Entry.BaseSequence(batch) < 0) return;
        known.Batches.AddLast(new Batch(Entry.BaseSequence(batch), LastSequence(batch), Entry.Offset(batch), Entry.MaxTimestamp(batch)));
        if (known.Batches.Count > Remembered) known.Batches.RemoveFirst();
    }

    public void Clear()
    {
        producers.Clear();
        arrival.Clear();
    }

    Producer Remember(long id)
    {
        if (producers.Count >= MaxProducers) producers.Remove(arrival.Dequeue());
        arrival.Enqueue(id);
        return producers[id] = new Producer();
    }

    // After the largest number comes 0, within a batch as well as between two.
    static int LastSequence(ReadOnlySpan<byte> batch) => (Entry.BaseSequence(batch) + Entry.LastOffsetDelta(batch)) & int.MaxValue;

    static int Next(int sequence) => (sequence + 1) & int.MaxValue;

    sealed class Producer
    {
        public short Epoch = -1;
        public readonly LinkedList<Batch> Batches = [];
    }

    /// <summary>A batch that was stored: its sequence numbers, its first offset, its youngest timestamp.</summary>
    public readonly record struct Batch(int First, int Last, long Offset, long Timestamp);
}
