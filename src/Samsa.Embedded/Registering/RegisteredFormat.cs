using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Samsa.Embedded.Cluster;

namespace Samsa.Embedded.Registering;

/// <summary>How brokers of a profile spell what they write into ZooKeeper. Seen in the ZooKeepers of real brokers of each version.</summary>
sealed class RegisteredFormat
{
    static readonly string[] Always = ["/brokers/ids", "/brokers/topics", "/config/topics", "/config/changes", "/admin/delete_topics", "/consumers"];

    readonly KafkaProfile profile;

    RegisteredFormat(KafkaProfile profile, int brokerVersion, params string[] more) =>
        (this.profile, BrokerVersion, Places) = (profile, brokerVersion, [.. Always, .. more]);

    /// <summary>The nodes that are there from the beginning, and have no data.</summary>
    public IReadOnlyList<string> Places { get; }

    /// <summary>Whether the cluster has a name.</summary>
    public bool HasClusterId => profile != KafkaProfile.V0_8_2;

    int BrokerVersion { get; }

    /// <exception cref="ArgumentException">The profile has no ZooKeeper.</exception>
    public static RegisteredFormat Of(KafkaProfile profile) => profile switch
    {
        KafkaProfile.V0_8_2 => new(profile, 1),
        KafkaProfile.V0_10_2 => new(profile, 4, "/brokers/seqid", "/config/clients", "/config/users", "/isr_change_notification"),
        KafkaProfile.V1_1 => new(profile, 4, "/brokers/seqid", "/config/clients", "/config/users", "/config/brokers", "/isr_change_notification"),
        KafkaProfile.V3_9 => new(
            profile, 5, "/brokers/seqid", "/config/clients", "/config/users", "/config/brokers", "/config/ips", "/isr_change_notification"),
        _ => throw new ArgumentException($"Brokers of the profile {profile} know no ZooKeeper; {nameof(KafkaProfile.V3_9)} is the last that does."),
    };

    /// <summary>The data of <c>/brokers/ids/N</c>.</summary>
    public byte[] Broker(BrokerAddress address, bool isSecure, string? rack, long now) => Json(json =>
    {
        var listener = isSecure ? "SSL" : "PLAINTEXT";
        if (BrokerVersion >= 5) WriteEmpty(json, "features");
        if (BrokerVersion >= 4)
        {
            json.WriteStartObject("listener_security_protocol_map");
            json.WriteString(listener, listener);
            json.WriteEndObject();
            json.WriteStartArray("endpoints");
            json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{listener}://{address.Host}:{address.Port}"));
            json.WriteEndArray();
            if (rack is not null) json.WriteString("rack", rack);
        }

        json.WriteNumber("jmx_port", -1);
        // These two are about the listener in plain text, for those who know no other.
        json.WriteString("host", isSecure && BrokerVersion >= 4 ? null : address.Host);
        json.WriteString("timestamp", Text(now));
        json.WriteNumber("port", isSecure && BrokerVersion >= 4 ? -1 : address.Port);
        json.WriteNumber("version", BrokerVersion);
    });

    /// <summary>The data of <c>/brokers/topics/T</c>.</summary>
    public byte[] Topic(TopicState topic, IReadOnlyList<Leadership> partitions) => Json(json =>
    {
        json.WriteStartObject("partitions");
        for (var i = 0; i < partitions.Count; i++) WriteNumbers(json, Text(i), partitions[i].Replicas);
        json.WriteEndObject();
        if (profile == KafkaProfile.V3_9)
        {
            json.WriteString("topic_id", Base64Url.EncodeToString(topic.Id.ToByteArray(bigEndian: true)));
            WriteEmpty(json, "adding_replicas");
            WriteEmpty(json, "removing_replicas");
        }

        json.WriteNumber("version", profile == KafkaProfile.V3_9 ? 3 : 1);
    });

    /// <summary>The data of <c>/brokers/topics/T/partitions/P/state</c>.</summary>
    public static byte[] State(Leadership partition, int controllerEpoch) => Json(json =>
    {
        json.WriteNumber("controller_epoch", controllerEpoch);
        json.WriteNumber("leader", partition.Leader);
        json.WriteNumber("version", 1);
        json.WriteNumber("leader_epoch", partition.Epoch);
        WriteNumbers(json, "isr", partition.InSync);
    });

    /// <summary>The data of <c>/controller</c>.</summary>
    public byte[] Controller(int broker, long now) => Json(json =>
    {
        json.WriteNumber("version", profile == KafkaProfile.V3_9 ? 2 : 1);
        json.WriteNumber("brokerid", broker);
        json.WriteString("timestamp", Text(now));
        if (profile == KafkaProfile.V3_9) json.WriteNumber("kraftControllerEpoch", -1);
    });

    /// <summary>The data of <c>/cluster/id</c>.</summary>
    public static byte[] ClusterId(string id) => Json(json =>
    {
        json.WriteString("version", "1");
        json.WriteString("id", id);
    });

    /// <summary>The data of <c>/config/topics/T</c>: nothing differs from what holds for all.</summary>
    public static byte[] Config { get; } = Json(json =>
    {
        json.WriteNumber("version", 1);
        WriteEmpty(json, "config");
    });

    static byte[] Json(Action<Utf8JsonWriter> content)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    static void WriteEmpty(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteEndObject();
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
