using System.Globalization;
using Samsa.Cli.Terminal;
using Samsa.Rx;
using Spectre.Console;

namespace Samsa.Cli.Output;

/// <summary>A change of a cluster as a person reads it: when, what, and what it means.</summary>
static class ChangeText
{
    const int Indent = 14;
    const int Width = 30;

    public static void Write(ClusterChange change, IAnsiConsole output)
    {
        var (color, what, meaning) = Words(change);
        Line(change.At.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture), color, what, meaning, output);
        if (change is not ClusterChange.Snapshot(var view)) return;
        foreach (var broker in view.Brokers.Values)
            Line("", "default", $"  broker {broker.NodeId}", Place(broker), output);
        foreach (var topic in view.Topics.Values)
            Line("", "default", $"  {topic.Name}", Leaders(topic), output);
    }

    static void Line(string time, string color, string what, string meaning, IAnsiConsole output)
    {
        meaning = Say.Tame(meaning);
        // Not wrapped: a line is a line, also for grep.
        output.Profile.Out.Writer.WriteLine(
            output.Profile.Capabilities.Ansi && output.Profile.Capabilities.ColorSystem != ColorSystem.NoColors && color is not "default"
                ? $"\e[90m{time,-Indent}\e[0m{Escape(color)}{what,-Width}\e[0m {meaning}"
                : $"{time,-Indent}{what,-Width} {meaning}");
    }

    static string Escape(string color) => color switch { "red" => "\e[31m", "green" => "\e[32m", "yellow" => "\e[33m", _ => "\e[1m" };

    static (string Color, string What, string Meaning) Words(ClusterChange change) => change switch
    {
        ClusterChange.Snapshot(var view) => ("bold", "the cluster now",
            $"{Amount.Counted(view.Brokers.Count, "broker")}, {Controller(view.ControllerId)}, {Amount.Counted(view.Topics.Count, "topic")}"),
        ClusterChange.BrokerUp(var broker) => ("green", $"broker {broker.NodeId} is up", $"at {Address(broker)}"),
        ClusterChange.BrokerDown(var broker) => ("red", $"broker {broker.NodeId} is down", $"was at {Address(broker)}; others take over what it led"),
        ClusterChange.BrokerChanged(var broker, var before) => ("yellow", $"broker {broker.NodeId} is elsewhere", $"at {Place(broker)}, before at {Place(before)}"),
        ClusterChange.ControllerChanged(< 0, var before) => ("red", "there is no controller", $"before {before}"),
        ClusterChange.ControllerChanged(var controller, var before) => ("yellow", "another controller", $"{Controller(controller)}, before {(before < 0 ? "none" : $"{before}")}"),
        ClusterChange.TopicCreated(var topic) => ("green", $"{topic.Name} is created", Leaders(topic)),
        ClusterChange.TopicDeleted(var topic) => ("red", $"{topic.Name} is deleted", $"had {Amount.Counted(topic.Partitions.Count, "partition")}"),
        ClusterChange.PartitionsAdded(var topic, var added) => ("green", $"{topic.Name} has more partitions", $"{topic.Partitions.Count} now, new: {string.Join(", ", added)}"),
        ClusterChange.PartitionsRemoved(var topic, var removed) => ("red", $"{topic.Name} has fewer partitions", $"{topic.Partitions.Count} now, gone: {string.Join(", ", removed)}"),
        ClusterChange.LeaderChanged(var topic, { Leader: < 0 } partition, var before) => ("red", $"{topic} {partition.Partition} has no leader", $"{(before < 0 ? "" : $"before broker {before}; ")}nothing can be read or written there"),
        ClusterChange.LeaderChanged(var topic, var partition, var before) => ("yellow", $"{topic} {partition.Partition}",
            partition.Leader == before ? $"is still led by broker {before}{Epoch(partition)}" : $"is led by broker {partition.Leader}{Epoch(partition)}{(before < 0 ? "" : $", before by {before}")}"),
        ClusterChange.IsrChanged(var topic, var partition, var before) => (partition.Isr.Count < before.Count ? "red" : "green", $"{topic} {partition.Partition}",
            $"is in sync on {List(partition.Isr)} of {List(partition.Replicas)}{(before.Count == 0 ? "" : $", before on {List(before)}")}"),
        ClusterChange.SourceSuspended(var why) => ("red", "nobody can be asked", why),
        _ => ("green", "somebody can be asked again", ""),
    };

    static string Address(BrokerInfo broker) => $"{broker.Host}:{broker.Port}";

    static string Place(BrokerInfo broker) => $"{Address(broker)}{(broker.Rack is null ? "" : $", rack {broker.Rack}")}";

    static string Epoch(PartitionView partition) => partition.LeaderEpoch < 0 ? "" : $" in epoch {partition.LeaderEpoch}";

    static string List(IReadOnlyList<int> brokers) => brokers.Count == 0 ? "none" : string.Join(", ", brokers.Order());

    static string Controller(int id) => id < 0 ? "no controller" : $"controller {id}";

    static string Leaders(TopicView topic)
    {
        var leaders = topic.Partitions.Select(partition => partition.Leader).Where(leader => leader >= 0).Distinct().Order().ToList();
        return $"{Amount.Counted(topic.Partitions.Count, "partition")}{(leaders.Count == 0 ? ", no leaders yet" : $", led by {string.Join(", ", leaders)}")}";
    }
}
