using System.Globalization;
using System.Text;
using System.Text.Json;
using Samsa.ZooKeeper;

namespace Samsa.Rx;

/// <summary>Topics as brokers and controllers wrote them into ZooKeeper.</summary>
static class RegisteredTopic
{
    /// <summary>No real topic has more, nor one broker of a Kafka 0.7.</summary>
    const int Most = 200_000;

    /// <summary>
    /// How partitions of a Kafka 0.7 are numbered here. There, each broker counts its own: partition 3 of broker 2 is 20003. It is so wherever it is read,
    /// and sorted by broker first, as its clients sort them.
    /// </summary>
    const int PerOldBroker = 10_000;

    /// <summary>A topic of Kafka 0.8 or later: <c>/brokers/topics/T</c> says who keeps its partitions, <c>…/partitions/P/state</c> who leads them.</summary>
    /// <param name="topic">The node of the topic.</param>
    /// <param name="name">Its name.</param>
    /// <param name="before">The same topic as it was known; null when it was not.</param>
    /// <param name="stateOf">The node of the state of a partition; null while it has none.</param>
    /// <param name="unreadable">Told about nodes that nobody writes so.</param>
    /// <exception cref="FormatException">The node of the topic cannot be read.</exception>
    public static TopicView Read(ZkNode topic, string name, TopicView? before, Func<int, ZkNode?> stateOf, Action<ZkNode, string> unreadable)
    {
        var json = ZooKeeperJson.Parse(topic.Data.Span);
        if (!json.TryGetProperty("partitions", out var replicas) || replicas.ValueKind != JsonValueKind.Object)
            throw new FormatException("it names no partitions");
        var partitions = new SortedDictionary<int, PartitionView>();
        foreach (var partition in replicas.EnumerateObject().Take(Most))
            if (int.TryParse(partition.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                partitions[number] = State(number, ZooKeeperJson.Numbers(partition.Value), before?.Find(number), stateOf(number), unreadable);
        return new(name, ZooKeeperJson.Id(json, "topic_id"), IsInternal(name), ErrorCode.None, [.. partitions.Values]) { Born = topic.Stat.Czxid };
    }

    /// <summary>A topic of Kafka 0.7: each broker says how many partitions of it it has; one that says nothing takes a first one on demand.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="counts">How many partitions brokers say they have.</param>
    /// <param name="live">The brokers that are there.</param>
    /// <param name="born">The transaction that created its node.</param>
    public static TopicView ReadOld(string name, IReadOnlyDictionary<int, int> counts, IEnumerable<int> live, long born)
    {
        var all = counts.ToDictionary();
        foreach (var broker in live) all.TryAdd(broker, 1);
        var partitions =
            from broker in all.Keys.Order()
            where broker is >= 0 and < int.MaxValue / PerOldBroker
            from number in Enumerable.Range(0, Math.Clamp(all[broker], 0, PerOldBroker))
            select new PartitionView((broker * PerOldBroker) + number, broker, -1, [broker], [broker], ErrorCode.None);
        return new(name, default, false, ErrorCode.None, [.. partitions]) { Born = born };
    }

    /// <summary>How many partitions the broker of a Kafka 0.7 says it has; one, as its clients take it, if it says nothing sensible.</summary>
    public static int OldCount(ReadOnlySpan<byte> data) =>
        int.TryParse(Encoding.UTF8.GetString(data), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var count) ? count : 1;

    static PartitionView State(int number, int[] replicas, PartitionView? before, ZkNode? state, Action<ZkNode, string> unreadable)
    {
        var (leader, epoch, isr) = (-1, -1, Array.Empty<int>());
        try
        {
            if (state is not null)
            {
                var json = ZooKeeperJson.Parse(state.Data.Span);
                leader = Math.Max(ZooKeeperJson.Number(json, "leader") ?? -1, -1);
                epoch = Math.Max(ZooKeeperJson.Number(json, "leader_epoch") ?? -1, -1);
                isr = json.TryGetProperty("isr", out var numbers) ? ZooKeeperJson.Numbers(numbers) : [];
            }
        }
        catch (FormatException error)
        {
            unreadable(state!, error.Message);
        }

        // What cannot be read has no epoch, and brokers do not listen to an epoch that is over, either.
        if (state is not null && epoch < before?.LeaderEpoch) return before with { Replicas = replicas };
        return new(number, leader, epoch, replicas, isr, leader < 0 ? ErrorCode.LeaderNotAvailable : ErrorCode.None);
    }

    static bool IsInternal(string name) => name is "__consumer_offsets" or "__transaction_state";
}
