namespace Samsa.Rx;

/// <summary>A partition of a topic, by name.</summary>
readonly record struct TopicPartition(string Topic, int Partition)
{
    public override string ToString() => $"{Topic} {Partition}";
}
