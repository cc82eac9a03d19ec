namespace Samsa.Rx;

/// <summary>A partition of a topic, by name.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The number of the partition.</param>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary>Both, as logs show them: <c>clicks 3</c>.</summary>
    public override string ToString() => $"{Topic} {Partition}";
}
