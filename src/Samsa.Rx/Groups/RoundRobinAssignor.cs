using System.Collections.Immutable;

namespace Samsa.Rx;

/// <inheritdoc cref="Assignors.RoundRobin"/>
sealed class RoundRobinAssignor : IAssignor
{
    public string Name => "roundrobin";

    public IReadOnlyDictionary<string, ImmutableArray<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<TopicPartition> partitions)
    {
        var round = members.OrderBy(member => member.Id, StringComparer.Ordinal).ToArray();
        var shares = round.ToDictionary(member => member.Id, _ => ImmutableArray.CreateBuilder<TopicPartition>(), StringComparer.Ordinal);
        var turn = 0;
        foreach (var partition in partitions.Distinct().OrderBy(one => one.Topic, StringComparer.Ordinal).ThenBy(one => one.Partition))
        {
            if (!round.Any(member => member.Topics.Contains(partition.Topic))) continue;
            // Who does not want it loses his turn.
            while (!round[turn % round.Length].Topics.Contains(partition.Topic)) turn++;
            shares[round[turn++ % round.Length].Id].Add(partition);
        }

        return shares.ToDictionary(share => share.Key, share => share.Value.ToImmutable(), StringComparer.Ordinal);
    }
}
