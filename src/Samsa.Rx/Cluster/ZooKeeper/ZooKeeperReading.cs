using System.Collections.Immutable;
using System.Globalization;
using Samsa.ZooKeeper;

namespace Samsa.Rx;

/// <summary>Turns states of the tree below <c>/brokers</c> into views of the cluster. Only what changed since the last one is read again.</summary>
/// <param name="secure">Whether listeners with TLS are wanted.</param>
/// <param name="unreadable">Told the path of a node that nobody writes so, and why; what it stands for is left out, or stays as it was.</param>
sealed class ZooKeeperReading(bool secure, Action<string, string> unreadable)
{
    public const string Root = "/brokers";

    const string Ids = Root + "/ids/";
    const string Topics = Root + "/topics/";

    readonly SortedDictionary<int, RegisteredBroker> brokers = [];
    // By topic of a Kafka 0.7 how many partitions each broker has.
    readonly Dictionary<string, Dictionary<int, int>> oldCounts = new(StringComparer.Ordinal);
    ClusterView view = ClusterView.Empty;
    ZkTree? last;

    /// <summary>The brokers, as they are registered in what was read last.</summary>
    public ImmutableArray<RegisteredBroker> Brokers { get; private set; } = [];

    /// <summary>Whether there is a node that brokers register below.</summary>
    public bool HasRoot => last?.Nodes.ContainsKey(Ids[..^1]) == true;

    /// <summary>Whether they are of Kafka 0.7.</summary>
    bool IsOld => brokers.Values.Any(broker => broker.IsOld);

    public ClusterView Read(ZkTree tree, ZkNode? controller, ZkNode? clusterId)
    {
        var (doubtful, brokersChanged) = Note(tree.ChangesSince(last));
        last = tree;
        var known = view.Brokers;
        if (brokersChanged)
        {
            known = brokers.ToImmutableSortedDictionary(broker => broker.Key, broker => broker.Value.Info);
            Brokers = [.. brokers.Values];
            // Each broker has a partition of each topic there.
            if (IsOld) doubtful.UnionWith(view.Topics.Keys);
        }

        var topics = view.Topics.ToImmutableSortedDictionary(StringComparer.Ordinal);
        foreach (var name in doubtful) topics = Topic(tree, name, view.Topics.GetValueOrDefault(name)) is { } topic ? topics.SetItem(name, topic) : topics.Remove(name);
        return view = new()
        {
            Version = view.Version + 1,
            ClusterId = clusterId is null ? null : Try(clusterId, node => ZooKeeperJson.Text(ZooKeeperJson.Parse(node.Data.Span), "id")) ?? view.ClusterId,
            ControllerId = controller is null ? -1 : Try(controller, ControllerOf) ?? -1,
            Brokers = known,
            Topics = doubtful.Count > 0 ? topics : view.Topics,
        };
    }

    /// <summary>Takes what changed of brokers and of old topics, and says which topics have to be read again.</summary>
    (HashSet<string> Doubtful, bool BrokersChanged) Note(IReadOnlyList<ZkTreeChange> changes)
    {
        var (doubtful, brokersChanged) = (new HashSet<string>(StringComparer.Ordinal), false);
        foreach (var (kind, node) in changes)
        {
            if (node.Path.StartsWith(Topics, StringComparison.Ordinal))
            {
                var parts = node.Path[Topics.Length..].Split('/', 3);
                doubtful.Add(parts[0]);
                if (parts.Length == 2 && Number(parts[1]) is { } broker) NoteOld(parts[0], broker, kind == ZkTreeChangeKind.Removed ? null : node);
            }
            else if (node.Path.StartsWith(Ids, StringComparison.Ordinal) && Number(node.Path[Ids.Length..]) is { } id)
            {
                brokersChanged = true;
                var read = kind == ZkTreeChangeKind.Removed ? null : Try(node, found => RegisteredBroker.Read(id, found.Data.Span, secure));
                if (read is not null) brokers[id] = read;
                else if (kind != ZkTreeChangeKind.Updated) brokers.Remove(id);
            }
        }

        return (doubtful, brokersChanged);
    }

    void NoteOld(string topic, int broker, ZkNode? node)
    {
        if (!oldCounts.TryGetValue(topic, out var counts)) oldCounts[topic] = counts = [];
        if (node is not null) counts[broker] = RegisteredTopic.OldCount(node.Data.Span);
        else counts.Remove(broker);
        if (counts.Count == 0) oldCounts.Remove(topic);
    }

    TopicView? Topic(ZkTree tree, string name, TopicView? before)
    {
        if (!TopicName.IsLegal(name) || !tree.Nodes.TryGetValue(Topics + name, out var node)) return null;
        // A Kafka 0.7 writes nothing into it, and has nodes of brokers below it.
        if (oldCounts.TryGetValue(name, out var counts) || (IsOld && node.Data.IsEmpty))
            return RegisteredTopic.ReadOld(name, counts ?? [], brokers.Keys, node.Stat.Czxid);
        var topic = Try(node, found => RegisteredTopic.Read(found, name, State, unreadable));
        return topic ?? (before?.Born == node.Stat.Czxid ? before : null);

        ZkNode? State(int partition) =>
            tree.Nodes.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"{Topics}{name}/partitions/{partition}/state"));
    }

    T? Try<T>(ZkNode node, Func<ZkNode, T?> read)
    {
        try
        {
            return read(node);
        }
        catch (FormatException error)
        {
            unreadable(node.Path, error.Message);
            return default;
        }
    }

    // Kafka 0.8.0 wrote the bare number.
    static int? ControllerOf(ZkNode node) =>
        Number(System.Text.Encoding.UTF8.GetString(node.Data.Span)) ?? ZooKeeperJson.Number(ZooKeeperJson.Parse(node.Data.Span), "brokerid");

    static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
