using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using FsCheck;
using FsCheck.Fluent;
using Samsa.Rx;

namespace Samsa.Tests.Groups;

[TestFixture]
public sealed class AssignorTests
{
    static readonly GroupMember[] Three = [new("b", "t"), new("c", "t"), new("a", "t")];

    [Test]
    public void Range_gives_neighbours_and_the_first_members_one_more() =>
        Assert.That(Shown(Assignors.Range, Three, Partitions("t", 8)), Is.EqualTo("a: t 0, t 1, t 2; b: t 3, t 4, t 5; c: t 6, t 7"));

    [Test]
    public void Round_robin_deals_out_one_by_one_over_all_topics() =>
        Assert.That(Shown(Assignors.RoundRobin, [new("a", "s", "t"), new("b", "s", "t")], [.. Partitions("t", 3), .. Partitions("s", 3)]),
            Is.EqualTo("a: s 0, s 2, t 1; b: s 1, t 0, t 2"));

    // The example of Kafka's documentation: three members of different subscriptions.
    [Test]
    public void Round_robin_passes_over_who_does_not_subscribe() =>
        Assert.That(
            Shown(
                Assignors.RoundRobin, [new("C0", "t0"), new("C1", "t0", "t1"), new("C2", "t0", "t1", "t2")],
                [.. Partitions("t0", 1), .. Partitions("t1", 2), .. Partitions("t2", 3)]),
            Is.EqualTo("C0: t0 0; C1: t1 0; C2: t1 1, t2 0, t2 1, t2 2"));

    [Test]
    public void Each_partition_is_somebodys_and_nobody_has_much_more_than_others()
    {
        var groups =
            from members in Gen.Choose(1, 9)
            from partitions in Gen.Choose(0, 40)
            from isRange in Gen.Elements(true, false)
            select (members, partitions, isRange);
        Prop.ForAll(groups.ToArbitrary(), group =>
        {
            var members = Enumerable.Range(0, group.members).Select(i => new GroupMember($"m{i}", "t")).ToArray();
            var all = Partitions("t", group.partitions);
            var shares = (group.isRange ? Assignors.Range : Assignors.RoundRobin).Assign(members, all);
            var sizes = members.Select(member => shares.GetValueOrDefault(member.Id, []).Length).ToList();
            return shares.Values.SelectMany(share => share).Order(Comparer<TopicPartition>.Create((x, y) => x.Partition - y.Partition)).SequenceEqual(all)
                && sizes.Max() - sizes.Min() <= 1;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Members_that_come_and_go_change_what_one_of_them_has()
    {
        var topic = new BehaviorSubject<PartitionAssignment>(new(1, "t", 0, 1, 2, 3) { Starts = Beginning(0, 1, 2, 3) });
        var group = new BehaviorSubject<IReadOnlyCollection<GroupMember>>([]);
        var mine = new List<PartitionAssignment>();
        using var subscription = topic.ToAssignments(group, Assignors.Range, "b").Subscribe(mine.Add);

        group.OnNext([new("b", "t")]);
        group.OnNext([new("a", "t"), new("b", "t")]);
        group.OnNext([new("a", "t"), new("b", "t"), new("c", "other")]);
        topic.OnNext(new(2, "t", 0, 1, 2, 3, 4) { Starts = Beginning(4) });
        group.OnNext([new("b", "t")]);

        Assert.That(mine.Select(one => $"{one}"), Is.EqualTo(new[] { "1: nothing", "2: t 0, t 1, t 2, t 3", "3: t 2, t 3", "4: t 3, t 4", "5: t 0, t 1, t 2, t 3, t 4" }));
        Assert.That(mine[3].Starts.Keys.Select(key => key.Partition), Is.EqualTo(new[] { 4 }), "only what is new to everybody begins anew");
        Assert.That(mine[4].Starts, Is.Empty);
    }

    [Test]
    public void Several_topics_are_one_assignment()
    {
        var (one, other) = (new Subject<PartitionAssignment>(), new Subject<PartitionAssignment>());
        var both = new List<PartitionAssignment>();
        using var subscription = new[] { one, other }.AssignTogether().Subscribe(both.Add);

        one.OnNext(new(1, "t", 0) { Starts = Beginning(0) });
        other.OnNext(new(1, "s", 0));
        one.OnNext(new(2, "t", 0, 1) { Starts = Beginning(1) });
        other.OnNext(new(2, "s", 0, 1));

        Assert.That(both.Select(assigned => $"{assigned}"), Is.EqualTo(new[] { "2: t 0, s 0", "3: t 0, t 1, s 0", "4: t 0, t 1, s 0, s 1" }));
        Assert.That(both.Select(assigned => assigned.Starts.Count), Is.EqualTo(new[] { 1, 1, 0 }), "what is kept does not begin anew");
    }

    static ImmutableDictionary<TopicPartition, StartFrom> Beginning(params int[] partitions) =>
        partitions.ToImmutableDictionary(partition => new TopicPartition("t", partition), _ => StartFrom.Beginning);

    static TopicPartition[] Partitions(string topic, int count) => [.. Enumerable.Range(0, count).Select(i => new TopicPartition(topic, i))];

    static string Shown(IAssignor assignor, GroupMember[] members, TopicPartition[] partitions) =>
        string.Join("; ", assignor.Assign(members, partitions).OrderBy(share => share.Key, StringComparer.Ordinal)
            .Select(share => $"{share.Key}: {string.Join(", ", share.Value)}"));
}
