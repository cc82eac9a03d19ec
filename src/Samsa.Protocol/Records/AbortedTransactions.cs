namespace Samsa.Protocol.Records;

/// <summary>Tells which batches of one fetch answer belong to aborted transactions (read_committed, KIP-98).</summary>
/// <remarks>
/// Made anew for each answer: the broker lists every aborted transaction that reaches into the batches it sends. Batches must be asked
/// about in the order in which they came, each once.
/// </remarks>
public sealed class AbortedTransactions
{
    /// <summary>The most transactions that are believed to reach into one answer.</summary>
    public const int MaxCount = 1_000_000;

    readonly (long FirstOffset, long ProducerId)[] starts;
    readonly HashSet<long> open = [];
    int begun;

    /// <summary>A filter for one answer.</summary>
    /// <param name="aborted">What the answer lists, in any order: the producer, and the first offset of its transaction.</param>
    /// <exception cref="ProtocolException">There are more than <see cref="MaxCount"/>.</exception>
    public AbortedTransactions(IEnumerable<(long ProducerId, long FirstOffset)> aborted)
    {
        // No producer has a negative number, so such an entry could only hide what it should not.
        starts = [.. aborted.Take(MaxCount + 1).Where(one => one.ProducerId >= 0).Select(one => (one.FirstOffset, one.ProducerId))];
        if (starts.Length > MaxCount) throw new ProtocolException($"The answer lists more than {MaxCount} aborted transactions");
        Array.Sort(starts);
    }

    /// <summary>Whether users shall see the records of this batch: no, if it is a marker or part of an aborted transaction.</summary>
    /// <exception cref="CorruptBatchException">The batch is a marker that is damaged.</exception>
    public bool ShouldDeliver(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        while (begun < starts.Length && starts[begun].FirstOffset <= batch.LastOffset) open.Add(starts[begun++].ProducerId);
        if (batch.IsControl)
        {
            if (batch.ReadControlType() == ControlType.Abort) open.Remove(batch.ProducerId);
            return false;
        }

        return !(batch.IsTransactional && open.Contains(batch.ProducerId));
    }
}
