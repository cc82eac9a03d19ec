using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Samsa.Protocol.Compression;

namespace Samsa.Scenarios.Peers;

/// <summary>Confluent.Kafka: the other .NET client. Its native library comes from the system and lies beside the program.</summary>
static class ConfluentClient
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static readonly string Library = Path.Combine(AppContext.BaseDirectory, "librdkafka.so");
    static readonly Lazy<string> Version = new(Prepare);

    /// <summary>The first records of partition 0, read without a group.</summary>
    public static Told[] Read(RunningBrokers brokers, string topic, int count)
    {
        RequireLibrary();
        var config = new ConsumerConfig(Common(brokers)) { GroupId = "none", EnableAutoCommit = false, EnableAutoOffsetStore = false };
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var read = new List<Told>();
        while (read.Count < count)
            read.Add(By(consumer.Consume(Patience) ?? throw new AssertionException($"Confluent.Kafka read {read.Count} of {count} records in {Patience}.")));
        consumer.Close();
        return [.. read];
    }

    /// <summary>Writes records into partition 0, idempotently where the brokers can, and returns the offsets it was told.</summary>
    public static async Task<long[]> WriteAsync(RunningBrokers brokers, string topic, CompressionCodec codec, IEnumerable<Told> records)
    {
        RequireLibrary();
        var config = new ProducerConfig(Common(brokers))
        {
            EnableIdempotence = brokers.Kind.IsIdempotent,
            Acks = global::Confluent.Kafka.Acks.All,
            CompressionType = Enum.Parse<CompressionType>(codec.ToString()),
            LingerMs = 20,
        };
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(config).Build();
        var written = records.Select(record => producer.ProduceAsync(new global::Confluent.Kafka.TopicPartition(topic, 0), Message(record))).ToList();
        return [.. (await Task.WhenAll(written).Within(Patience.TotalSeconds, $"Confluent.Kafka writing {written.Count} records")).Select(place => place.Offset.Value)];
    }

    static void RequireLibrary()
    {
        if (!File.Exists(Library))
            Assert.Ignore("librdkafka was not installed when this was built: apt-get install -y --no-install-recommends librdkafka1");
        TestContext.Out.WriteLine($"librdkafka {Version.Value}");
    }

    // For each record the package asks for the epoch of its leader, which librdkafka tells from 2.1 on, and Debian 12 has 2.0.2.
    // There it is told what a newer one tells of a record without an epoch.
    static string Prepare()
    {
        var version = global::Confluent.Kafka.Library.VersionString;
        if (NativeLibrary.TryGetExport(NativeLibrary.Load(Library), "rd_kafka_message_leader_epoch", out _)) return version;
        var asked = typeof(ProducerConfig).Assembly.GetType("Confluent.Kafka.Impl.Librdkafka")!
            .GetField("_message_leader_epoch", BindingFlags.NonPublic | BindingFlags.Static)!;
        asked.SetValue(null, Delegate.CreateDelegate(asked.FieldType, typeof(ConfluentClient).GetMethod(nameof(NoEpoch), BindingFlags.NonPublic | BindingFlags.Static)!));
        return version;
    }

    static int NoEpoch(nint message) => -1;

    static Dictionary<string, string> Common(RunningBrokers brokers) => new()
    {
        ["bootstrap.servers"] = brokers.Bootstrap,
        ["client.id"] = "confluent",
        ["api.version.request"] = brokers.Kind.TellsItsVersions ? "true" : "false",
        ["broker.version.fallback"] = brokers.Kind.TellsItsVersions ? "0.10.0" : brokers.Kind.Speaks.ToString(3),
    };

    static Message<byte[]?, byte[]?> Message(Told told)
    {
        var message = new Message<byte[]?, byte[]?> { Key = Bytes(told.Key), Value = Bytes(told.Value) };
        if (told.Timestamp is { } at) message.Timestamp = new Timestamp(at, global::Confluent.Kafka.TimestampType.CreateTime);
        if (told.Headers is "") return message;
        message.Headers = [];
        foreach (var pair in told.Headers.Split(',').Select(pair => pair.Split('='))) message.Headers.Add(pair[0], Bytes(pair[1]));
        return message;
    }

    static Told By(ConsumeResult<byte[]?, byte[]?> read) => new(
        Text(read.Message.Key), Text(read.Message.Value),
        string.Join(',', (read.Message.Headers ?? []).Select(header => $"{header.Key}={Text(header.GetValueBytes())}")),
        read.Message.Timestamp.Type == global::Confluent.Kafka.TimestampType.CreateTime ? read.Message.Timestamp.UnixTimestampMs : null);

    static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
