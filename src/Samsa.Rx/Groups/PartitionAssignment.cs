using System.Collections.Immutable;

namespace Samsa.Rx;

/// <summary>Which partitions are to be read from now on: the whole set, not a change to it.</summary>
/// <param name="Generation">Rises with each assignment; one that does not is old news, and is passed over.</param>
/// <param name="Partitions">The partitions.</param>
public sealed record PartitionAssignment(int Generation, ImmutableArray<TopicPartition> Partitions)
{
    /// <summary>An assignment of the partitions of one topic.</summary>
    /// <param name="generation">Rises with each assignment.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partitions">The numbers of the partitions.</param>
    public PartitionAssignment(int generation, string topic, params ReadOnlySpan<int> partitions)
        : this(generation, Of(topic, partitions))
    {
    }

    /// <summary>
    /// Where the reading begins in partitions that are new in this assignment. One that is not named goes on where this reading left it, and begins as
    /// <see cref="ConsumeOptions.Start"/> says the first time.
    /// </summary>
    public IReadOnlyDictionary<TopicPartition, StartFrom> Starts { get; init; } = ImmutableDictionary<TopicPartition, StartFrom>.Empty;

    /// <summary>Whether two assignments say the same.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>Whether they do.</returns>
    public bool Equals(PartitionAssignment? other) =>
        other is not null && Generation == other.Generation && Partitions.SequenceEqual(other.Partitions)
        && Starts.Count == other.Starts.Count && Starts.All(start => other.Starts.TryGetValue(start.Key, out var same) && same == start.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Generation, Partitions.Length);

    /// <summary>Both, as logs show them: <c>3: clicks 0, clicks 1</c>.</summary>
    public override string ToString() => $"{Generation}: {(Partitions.IsEmpty ? "nothing" : string.Join(", ", Partitions))}";

    static ImmutableArray<TopicPartition> Of(string topic, ReadOnlySpan<int> partitions)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var all = ImmutableArray.CreateBuilder<TopicPartition>(partitions.Length);
        foreach (var partition in partitions) all.Add(new(topic, partition));
        return all.DrainToImmutable();
    }
}
