using System.Collections.Immutable;
using System.Reactive.Linq;

namespace Samsa.Rx;

public static partial class KafkaObservable
{
    /// <summary>Of the partitions there are, those that an assignor gives to one of several members.</summary>
    /// <remarks>
    /// <para>Temperature: as the sources. Begins when both have told something.</para>
    /// <para>Scheduler: none.</para>
    /// <para>Buffer: the latest of each source.</para>
    /// <para>Acknowledgement: none; assignments are no records.</para>
    /// <para>Marble: <c>marbles/to-assignments.marble</c></para>
    /// </remarks>
    /// <param name="partitions">All partitions that are to be shared, as <see cref="Kafka.Assignments"/> tells them.</param>
    /// <param name="members">Who shares them. Each element is the whole group.</param>
    /// <param name="assignor">Who gets what.</param>
    /// <param name="member">The one whose assignments these are. While he is not in the group he gets nothing.</param>
    /// <returns>His assignments: one more whenever they change, of the next generation.</returns>
    public static IObservable<PartitionAssignment> ToAssignments(
        this IObservable<PartitionAssignment> partitions, IObservable<IReadOnlyCollection<GroupMember>> members, IAssignor assignor, string member)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(assignor);
        ArgumentNullException.ThrowIfNull(member);
        return partitions
            .CombineLatest(members, static (all, group) => (All: all, Group: group))
            .Scan(
                (Seen: 0, Mine: Nothing),
                (before, now) => (now.All.Generation, Next(before.Mine, now.All, assignor.Assign(now.Group, now.All.Partitions).GetValueOrDefault(member, []), before.Seen)))
            .Select(static state => state.Mine)
            .DistinctUntilChanged(static assignment => assignment.Generation);
    }

    /// <summary>The partitions of several sources as one assignment.</summary>
    /// <remarks>
    /// <para>Temperature: as the sources. Begins when each has told something.</para>
    /// <para>Scheduler: none.</para>
    /// <para>Buffer: the latest of each source.</para>
    /// <para>Acknowledgement: none; assignments are no records.</para>
    /// <para>Marble: <c>marbles/assign-together.marble</c></para>
    /// </remarks>
    /// <param name="sources">Assignments of different topics.</param>
    /// <returns>Everything that is assigned by one of them.</returns>
    public static IObservable<PartitionAssignment> AssignTogether(this IEnumerable<IObservable<PartitionAssignment>> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        return sources
            .CombineLatest(static latest => new PartitionAssignment(
                // Each rises, and so does the sum.
                latest.Sum(one => one.Generation), [.. latest.SelectMany(one => one.Partitions).Distinct()])
            {
                Starts = latest.SelectMany(one => one.Starts).DistinctBy(start => start.Key).ToImmutableDictionary(),
            })
            .Scan(Nothing, static (before, next) => next with { Starts = NewIn(next.Starts, before) });
    }

    static PartitionAssignment Nothing => new(0, []);

    static PartitionAssignment Next(PartitionAssignment before, PartitionAssignment all, ImmutableArray<TopicPartition> mine, int seen)
    {
        if (before.Generation > 0 && before.Partitions.SequenceEqual(mine)) return before;
        var next = new PartitionAssignment(before.Generation + 1, mine);
        // Where partitions begin is said when they are new to everybody. One that others had before goes on where it was left.
        return all.Generation == seen ? next : next with { Starts = NewIn(all.Starts.Where(start => mine.Contains(start.Key)), before) };
    }

    static ImmutableDictionary<TopicPartition, StartFrom> NewIn(IEnumerable<KeyValuePair<TopicPartition, StartFrom>> starts, PartitionAssignment before) =>
        starts.Where(start => !before.Partitions.Contains(start.Key)).ToImmutableDictionary();
}
