using System.Collections.Immutable;

namespace Samsa.Rx;

/// <summary>Who takes part in a group, and what he wants to read.</summary>
/// <param name="Id">His name in the group; no other member has it.</param>
/// <param name="Topics">The topics that he subscribes to.</param>
public sealed record GroupMember(string Id, params ImmutableArray<string> Topics);

/// <summary>Shares partitions among the members of a group. The same input must give the same output, whoever asks.</summary>
public interface IAssignor
{
    /// <summary>The name by which the members of a group agree on it: <c>range</c>, <c>roundrobin</c>.</summary>
    string Name { get; }

    /// <summary>Gives each partition to one of those who subscribe to its topic.</summary>
    /// <param name="members">The members.</param>
    /// <param name="partitions">The partitions there are.</param>
    /// <returns>What each member gets; a member that gets nothing may be missing.</returns>
    IReadOnlyDictionary<string, ImmutableArray<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<TopicPartition> partitions);
}

/// <summary>The assignors that Kafka's own clients have.</summary>
public static class Assignors
{
    /// <summary>
    /// Topic by topic, each member gets a run of neighbouring partitions; the first ones get one more when it does not come out even. Topics with as many partitions are cut at the
    /// same places, so that their partitions of one number come to one member. Kafka: <c>RangeAssignor</c>; also what samsa and PyKafka call range.
    /// </summary>
    public static IAssignor Range { get; } = new RangeAssignor();

    /// <summary>All partitions of all topics are dealt out one by one, as cards are. Kafka: <c>RoundRobinAssignor</c>.</summary>
    public static IAssignor RoundRobin { get; } = new RoundRobinAssignor();
}
