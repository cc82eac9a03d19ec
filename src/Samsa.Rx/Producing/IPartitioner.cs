namespace Samsa.Rx;

/// <summary>Chooses the partition of a record that does not name one. Called on the thread that publishes, never under a lock; must be safe to use from several threads.</summary>
public interface IPartitioner
{
    /// <summary>Chooses.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="record">The record.</param>
    /// <param name="partitions">How many partitions the topic has; at least one. All count, also those that have no leader just now.</param>
    /// <returns>The partition, from 0 to <paramref name="partitions"/> − 1; or <see cref="Partitioners.Any"/>.</returns>
    int Choose(string topic, in ProducerRecord record, int partitions);
}
