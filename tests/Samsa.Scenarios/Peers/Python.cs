using System.Text.Json;
using System.Text.Json.Nodes;
using Samsa.Protocol.Compression;

namespace Samsa.Scenarios.Peers;

/// <summary>kafka-python: a client in Python that shares nothing with ours, nor with librdkafka.</summary>
static class Python
{
    const string Interpreter = "/usr/bin/python3";

    // "servers" and "version" are what every program begins with; it tells its results as lines of JSON.
    const string Beginning = """
        import json, sys, time, kafka
        servers, version, words = sys.argv[1].split(","), eval(sys.argv[2]), sys.argv[3:]
        def tell(what): print(json.dumps(what), flush=True)

        """;

    const string Reads = """
        topic, count = words[0], int(words[1])
        reader = kafka.KafkaConsumer(bootstrap_servers=servers, api_version=version, group_id=None, auto_offset_reset="earliest", consumer_timeout_ms=20000)
        reader.assign([kafka.TopicPartition(topic, 0)])
        text = lambda some: None if some is None else some.decode("utf8")
        for _, record in zip(range(count), reader):
            tell({"key": text(record.key), "value": text(record.value), "timestamp": record.timestamp, "headers": ",".join(n + "=" + text(v) for n, v in record.headers)})
        reader.close()

        """;

    const string Writes = """
        topic, codec = words[0], None if words[1] == "none" else words[1]
        writer = kafka.KafkaProducer(bootstrap_servers=servers, api_version=version, compression_type=codec, acks="all", linger_ms=50)
        data = lambda some: None if some is None else some.encode("utf8")
        for record in json.load(sys.stdin):
            more = {}
            if record["timestamp"] is not None: more["timestamp_ms"] = record["timestamp"]
            if record["headers"]: more["headers"] = [(n, data(v)) for n, v in (pair.split("=") for pair in record["headers"].split(","))]
            writer.send(topic, key=data(record["key"]), value=data(record["value"]), partition=0, **more)
        writer.flush()
        writer.close()

        """;

    /// <summary>The codecs it has without packages of others.</summary>
    public static readonly CompressionCodec[] Codecs = [CompressionCodec.None, CompressionCodec.Gzip];

    /// <summary>The first records of partition 0.</summary>
    public static async Task<Told[]> ReadAsync(RunningBrokers brokers, string topic, int count) =>
        [.. (await RunAsync(brokers, Reads, null, topic, $"{count}")).Select(line => new Told(
            (string?)line["key"], (string?)line["value"], (string)line["headers"]!, (long?)line["timestamp"] is >= 0 and var timestamp ? timestamp : null))];

    /// <summary>Writes records into partition 0.</summary>
    public static Task WriteAsync(RunningBrokers brokers, string topic, CompressionCodec codec, IEnumerable<Told> records)
    {
        var told = records.Select(record => new { key = record.Key, value = record.Value, headers = record.Headers, timestamp = record.Timestamp });
        return RunAsync(brokers, Writes, JsonSerializer.Serialize(told), topic, codec.ToString().ToLowerInvariant());
    }

    /// <summary>Runs a program that knows <c>kafka</c>, <c>servers</c>, <c>version</c>, its <c>words</c>, and how to <c>tell</c>.</summary>
    public static async Task<JsonNode[]> RunAsync(RunningBrokers brokers, string program, string? input, params string[] words)
    {
        if (!await IsHere.Value) Assert.Ignore("python3-kafka is not installed: apt-get install -y --no-install-recommends python3-kafka");
        var said = await Command.RunAsync(Interpreter, ["-c", Beginning + program, brokers.Bootstrap, VersionOf(brokers.Kind), .. words], input);
        return [.. said.Expected().Lines.Select(line => JsonNode.Parse(line)!)];
    }

    static readonly Lazy<Task<bool>> IsHere = new(async () =>
        File.Exists(Interpreter) && (await Command.RunAsync(Interpreter, ["-c", "import kafka"])).ExitCode == 0);

    // 2.0.2 guesses versions from what a broker has; it must be told about those that are older or newer than its guesses.
    static string VersionOf(BrokerKind kind) => kind.Speaks switch
    {
        { Major: 0, Minor: 8 } => "(0, 8, 2)",
        { Major: 0, Minor: 9 } => "(0, 9)",
        { Major: >= 4 } => "(2, 5, 0)",
        _ => "None",
    };
}
