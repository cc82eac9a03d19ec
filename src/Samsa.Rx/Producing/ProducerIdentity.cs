namespace Samsa.Rx;

/// <summary>The number that brokers know a producer by, in force for one partition or all (KIP-98).</summary>
/// <param name="Id">The number.</param>
/// <param name="Epoch">The epoch it begins with.</param>
sealed record ProducerIdentity(long Id, short Epoch)
{
    /// <summary>The last epoch that is used; after it a new number is needed.</summary>
    public const short LastEpoch = short.MaxValue - 1;
}

/// <summary>The sequence numbers of one partition: which the next batch gets, and in which epoch.</summary>
/// <remarks>
/// Brokers keep id, epoch and the last five batches for each partition by itself, so a partition may begin a new epoch (KIP-360) alone.
/// The numbers live as long as the id does: a partition that metadata leaves out for a while must not begin again, or the broker takes its new records for old ones.
/// </remarks>
struct SequenceNumbers()
{
    public long ProducerId { get; private set; } = -1;

    public short Epoch { get; private set; } = -1;

    /// <summary>The number of the next new record.</summary>
    public int Next { get; private set; }

    /// <summary>Whether the broker has accepted a batch of this epoch. Before, it may accept any number, so one batch goes alone.</summary>
    public bool Established { get; set; }

    public readonly bool IsSpent => Epoch >= ProducerIdentity.LastEpoch;

    /// <summary>Begins with a new id.</summary>
    public void Begin(ProducerIdentity identity) => (ProducerId, Epoch, Next, Established) = (identity.Id, identity.Epoch, 0, false);

    /// <summary>Begins a new epoch of the same id.</summary>
    public void BeginEpoch() => (Epoch, Next, Established) = ((short)(Epoch + 1), 0, false);

    /// <summary>The number of the first of so many records.</summary>
    public int Take(int records)
    {
        var first = Next;
        Next = After(first, records);
        return first;
    }

    /// <summary>The number after so many records. After 2³¹ − 1 comes 0.</summary>
    public static int After(int first, int records) => (int)(((long)first + records) & int.MaxValue);
}
