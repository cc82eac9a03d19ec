using System.Collections.Immutable;

namespace Samsa.Rx;

/// <inheritdoc cref="Assignors.Range"/>
sealed class RangeAssignor : IAssignor
{
    public string Name => "range";

    public IReadOnlyDictionary<string, ImmutableArray<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<TopicPartition> partitions)
    {
        var shares =
            from topic in partitions.Distinct().GroupBy(partition => partition.Topic, StringComparer.Ordinal).OrderBy(topic => topic.Key, StringComparer.Ordinal)
            let numbers = topic.OrderBy(partition => partition.Partition).ToArray()
            let readers = members.Where(member => member.Topics.Contains(topic.Key)).Select(member => member.Id).Order(StringComparer.Ordinal).ToArray()
            from index in Enumerable.Range(0, readers.Length)
            from partition in numbers[Cut(numbers, readers, index)..Cut(numbers, readers, index + 1)]
            group partition by readers[index];
        return shares.ToDictionary(share => share.Key, share => share.ToImmutableArray(), StringComparer.Ordinal);
    }

    /// <summary>Where the run of a member begins.</summary>
    static int Cut(TopicPartition[] numbers, string[] readers, int index) =>
        (numbers.Length / readers.Length * index) + Math.Min(index, numbers.Length % readers.Length);
}
