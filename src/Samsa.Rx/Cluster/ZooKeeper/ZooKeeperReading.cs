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
    public const string Ids = Root + "/ids/";

    const string Topics = Root + "/topics/";

    readonly SortedDictionary<int, RegisteredBroker> brokers = [];
    // By topic of a Kafka 0.7 how many partitions each broker has.
    readonly Dictionary<string, Dictionary<int, int>> oldCounts = new(StringComparer.Ordinal);
    // The nodes that were told to be unreadable, and who wrote them: each is told once.
    readonly Dictionary<string, long> complained = new(StringComparer.Ordinal);
    ClusterView view = ClusterView.Empty;
    ZkTree? last;

    /// <summary>The brokers, as they are registered in what was read last.</summary>
    public ImmutableArray<RegisteredBroker> Brokers { get; private set; } = [];

    /// <summary>The nodes that could not be read, so far.</summary>
    public ImmutableSortedSet<string> Unreadable { get; private set; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Whether there is a node that brokers register below.</summary>
    public bool HasRoot => last?.Nodes.ContainsKey(Ids[..^1]) == true;

    /// <summary>Whether they are of Kafka 0.7; while there is none, whether they were.</summary>
    bool IsOld { get; set; }

    public ClusterView Read(ZkTree tree, ZkNode? controller, ZkNode? clusterId)
    {
        var (doubtful, brokersChanged) = Note(tree.ChangesSince(last));
        last = tree;
        var known = view.Brokers;
        if (brokersChanged)
        {
            known = brokers.ToImmutableSortedDictionary(broker => broker.Key, broker => broker.Value.Info);
            Brokers = [.. brokers.Values];
            if (brokers.Count > 0) IsOld = brokers.Values.Any(broker => broker.IsOld);
            // Each broker has a partition of each topic there.
            if (IsOld) doubtful.UnionWith(NamesIn(tree));
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
            if (complained.Remove(node.Path)) Unreadable = Unreadable.Remove(node.Path);
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
        // A Kafka 0.7 writes nothing into it, and has nodes of brokers below it. Without a broker nobody knows whose it is, and it has no partitions.
        if (oldCounts.TryGetValue(name, out var counts) || (node.Data.IsEmpty && (IsOld || brokers.Count == 0)))
            return RegisteredTopic.ReadOld(name, counts ?? [], brokers.Keys, node.Stat.Czxid);
        var same = before?.Born == node.Stat.Czxid ? before : null;
        return Try(node, found => RegisteredTopic.Read(found, name, same, State, Complain)) ?? same;

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
            Complain(node, error.Message);
            return default;
        }
    }

    void Complain(ZkNode node, string why)
    {
        if (complained.TryGetValue(node.Path, out var written) && written == node.Stat.Mzxid) return;
        complained[node.Path] = node.Stat.Mzxid;
        Unreadable = Unreadable.Add(node.Path);
        unreadable(node.Path, why);
    }

    static IEnumerable<string> NamesIn(ZkTree tree) =>
        tree.Nodes.Keys.Where(path => path.StartsWith(Topics, StringComparison.Ordinal)).Select(path => path[Topics.Length..].Split('/', 2)[0]);

    // Kafka 0.8.0 wrote the bare number.
    static int? ControllerOf(ZkNode node) =>
        Number(System.Text.Encoding.UTF8.GetString(node.Data.Span)) ?? ZooKeeperJson.Number(ZooKeeperJson.Parse(node.Data.Span), "brokerid");

    // As it is always spelt: 01 would be another node than 1.
    static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (text[0] != '0' || text.Length == 1) ? number : null;
}
