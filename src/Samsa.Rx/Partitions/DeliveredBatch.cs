using Samsa.Protocol.Records;

namespace Samsa.Rx;

/// <summary>A batch and where it was read: what all its records share. A record that is kept keeps this, and nothing of the reader.</summary>
/// <remarks>Also the place for whatever a later owner of the bytes needs to know when the last record is done with.</remarks>
sealed class DeliveredBatch(string topic, int partition, RecordBatch records)
{
    public string Topic { get; } = topic;

    public int Partition { get; } = partition;

    public RecordBatch Records { get; } = records;
}
