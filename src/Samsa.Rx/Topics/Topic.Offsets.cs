namespace Samsa.Rx;

/// <content>Where the partitions begin and end.</content>
public sealed partial class Topic
{
    /// <summary>Where each partition begins and ends now, without reading anything. Does not create the topic.</summary>
    /// <param name="ct">Stops asking.</param>
    /// <returns>The partitions in the order of their numbers.</returns>
    /// <exception cref="TopicNotFoundException">The topic is not there.</exception>
    /// <exception cref="BrokerException">The brokers refuse to tell.</exception>
    /// <exception cref="TimeoutException">Not all leaders answered within <see cref="KafkaOptions.AdminTimeout"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public Task<IReadOnlyList<PartitionOffsets>> OffsetsAsync(CancellationToken ct = default) => new TopicOffsets(readers, Name).AskAsync(ct);
}
