namespace Samsa.Rx;

/// <summary>Where records were read. Their batches point to it, so that a record that is kept keeps this and nothing of the reader.</summary>
sealed class RecordOrigin(TopicPartition id)
{
    public string Topic { get; } = id.Topic;

    public int Partition { get; } = id.Partition;
}
