using System.Buffers.Binary;

namespace Samsa.Embedded.Storage;

/// <summary>Which transactions are open on a partition, and which were aborted: what readers of committed records are told.</summary>
sealed class Transactions
{
    readonly Dictionary<long, long> open = [];
    readonly List<Aborted> aborted = [];

    /// <summary>The first offset of the oldest open transaction; null when none is open.</summary>
    public long? FirstOpen { get; private set; }

    public bool IsOpen(long producerId) => open.ContainsKey(producerId);

    /// <summary>Follows what was stored: the first batch of a producer opens its transaction, its marker closes it.</summary>
    public void Stored(ReadOnlySpan<byte> batch)
    {
        if (!Entry.IsTransactional(batch)) return;
        var producer = Entry.ProducerId(batch);
        if (!Entry.IsControl(batch))
        {
            if (open.TryAdd(producer, Entry.Offset(batch))) Look();
            return;
        }

        if (!open.Remove(producer, out var first)) return;
        if (IsAbort(batch)) aborted.Add(new Aborted(producer, first, Entry.LastOffset(batch)));
        Look();
    }

    /// <summary>The aborted transactions that have records in a range of offsets.</summary>
    /// <param name="from">The first offset.</param>
    /// <param name="to">The offset after the last one.</param>
    public IReadOnlyList<Aborted> Within(long from, long to) =>
        aborted.Count == 0 ? [] : [.. aborted.Where(one => one.Last >= from && one.First < to)];

    /// <summary>Lets go of what lies before the start of the log.</summary>
    public void Forget(long before)
    {
        if (aborted.Count > 0 && aborted[0].Last < before) aborted.RemoveAll(one => one.Last < before);
    }

    public void Clear()
    {
        open.Clear();
        aborted.Clear();
        Look();
    }

    void Look() => FirstOpen = open.Count == 0 ? null : open.Values.Min();

    // The key of the first record: i16 version, i16 type; 0 aborts, 1 commits.
    static bool IsAbort(ReadOnlySpan<byte> batch)
    {
        var records = new RecordWalk(batch[Entry.BatchHeader..]);
        return Entry.Codec(batch) == 0 && records.MoveNext() && records.Key.Length >= 4
            && BinaryPrimitives.ReadInt16BigEndian(records.Key[2..]) == 0;
    }

    /// <summary>A transaction that was given up.</summary>
    /// <param name="ProducerId">Whose it was.</param>
    /// <param name="First">Its first offset.</param>
    /// <param name="Last">The offset of the marker that ended it.</param>
    public readonly record struct Aborted(long ProducerId, long First, long Last);
}
