using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>The records of a batch that are to be delivered, one after the other, until the partition is taken away. Nothing is allocated, and nothing looked at twice.</summary>
struct RecordFeed(ReadyBatch ready) : IFeed<KafkaRecord>
{
    readonly RecordBatch batch = ready.Batch;
    readonly PartitionReader reader = ready.Reader;
    readonly long from = ready.From;
    readonly long until = ready.Until;
    RecordCursor records = ready.Batch.GetRecords();

    /// <summary>The offset of the first record that was not given, at least.</summary>
    public long Next { get; private set; } = ready.From;

    /// <summary>Whether all of them were given.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Why the rest cannot be read; null when it could.</summary>
    public CorruptBatchException? Damage { get; private set; }

    public bool TryNext(out KafkaRecord value)
    {
        try
        {
            while (!reader.IsGone)
            {
                if (!records.MoveNext() || records.Current.Offset >= until)
                {
                    IsAtEnd = true;
                    break;
                }

                ref readonly var entry = ref records.Current;
                if (entry.Offset < from) continue;
                Next = entry.Offset + 1;
                value = new(batch, entry);
                return true;
            }
        }
        catch (CorruptBatchException damage)
        {
            Damage = damage;
        }

        value = default;
        return false;
    }
}
