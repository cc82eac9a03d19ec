using System.Globalization;
using System.Text.Json;
using Samsa.Rx;

namespace Samsa.Cli.Output;

/// <summary>A change of a cluster as JSON, for programs to read.</summary>
static class ChangeJson
{
    public static void Write(ClusterChange change, string source, Utf8JsonWriter json)
    {
        json.WriteString("at", change.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        json.WriteString("change", NameOf(change));
        switch (change)
        {
            case ClusterChange.Snapshot(var view):
                Snapshot(view, json);
                break;
            case ClusterChange.BrokerUp(var broker):
                Broker(broker, "broker", json);
                break;
            case ClusterChange.BrokerDown(var broker):
                Broker(broker, "broker", json);
                break;
            case ClusterChange.BrokerChanged(var broker, _):
                Broker(broker, "broker", json);
                break;
            case ClusterChange.ControllerChanged(var controller, _):
                json.WriteNumber("controller", controller);
                break;
            case ClusterChange.TopicCreated(var topic):
                Topic(topic, json);
                break;
            case ClusterChange.TopicDeleted(var topic):
                Topic(topic, json);
                break;
            case ClusterChange.PartitionsAdded(var topic, _):
                Topic(topic, json);
                break;
            case ClusterChange.PartitionsRemoved(var topic, _):
                Topic(topic, json);
                break;
            case ClusterChange.LeaderChanged(var topic, var partition, _):
                Partition(topic, partition, json);
                break;
            case ClusterChange.IsrChanged(var topic, var partition, _):
                Partition(topic, partition, json);
                break;
            case ClusterChange.SourceSuspended(var why):
                json.WriteString("why", why);
                break;
        }

        json.WriteString("source", source);
    }

    static string NameOf(ClusterChange change) => change switch
    {
        ClusterChange.Snapshot => "snapshot",
        ClusterChange.BrokerUp => "broker-up",
        ClusterChange.BrokerDown => "broker-down",
        ClusterChange.BrokerChanged => "broker-changed",
        ClusterChange.ControllerChanged => "controller-changed",
        ClusterChange.TopicCreated => "topic-created",
        ClusterChange.TopicDeleted => "topic-deleted",
        ClusterChange.PartitionsAdded => "partitions-added",
        ClusterChange.PartitionsRemoved => "partitions-removed",
        ClusterChange.LeaderChanged => "leader-changed",
        ClusterChange.IsrChanged => "isr-changed",
        ClusterChange.SourceSuspended => "suspended",
        _ => "resumed",
    };

    static void Snapshot(ClusterView view, Utf8JsonWriter json)
    {
        json.WriteStartArray("brokers");
        foreach (var broker in view.Brokers.Values)
        {
            json.WriteStartObject();
            Broker(broker, "id", json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("topics");
        foreach (var topic in view.Topics.Values) json.WriteNumber(topic.Name, topic.Partitions.Count);
        json.WriteEndObject();
        json.WriteNumber("controller", view.ControllerId);
    }

    static void Broker(BrokerInfo broker, string id, Utf8JsonWriter json)
    {
        json.WriteNumber(id, broker.NodeId);
        json.WriteString("host", broker.Host);
        json.WriteNumber("port", broker.Port);
        if (broker.Rack is not null) json.WriteString("rack", broker.Rack);
    }

    static void Topic(TopicView topic, Utf8JsonWriter json)
    {
        json.WriteString("topic", topic.Name);
        json.WriteNumber("partitions", topic.Partitions.Count);
    }

    static void Partition(string topic, PartitionView partition, Utf8JsonWriter json)
    {
        json.WriteString("topic", topic);
        json.WriteNumber("partition", partition.Partition);
        json.WriteNumber("leader", partition.Leader);
        json.WriteNumber("leaderEpoch", partition.LeaderEpoch);
        json.WriteStartArray("isr");
        foreach (var replica in partition.Isr) json.WriteNumberValue(replica);
        json.WriteEndArray();
    }
}
