using Samsa.Embedded;

namespace Samsa.Tests.Embedded;

/// <summary>Clients that nobody here wrote produce and consume: they know what a broker is like.</summary>
public class StrangerTests
{
    static readonly string[] Lines = [.. Enumerable.Range(0, 2000).Select(i => $"line {i} {new string((char)('a' + i % 26), i % 60)}")];

    static string Text => string.Concat(Lines.Select(line => line + "\n"));

    [Test]
    public async Task Kcat_reads_what_kcat_wrote_in_every_codec_of_the_profile([Values] KafkaProfile profile)
    {
        await using var kafka = await StartAsync(profile);
        // librdkafka asks nobody older than 0.10 for its versions.
        string[] client = profile == KafkaProfile.V0_8_2
            ? ["-b", kafka.BootstrapServers, "-X", "api.version.request=false", "-X", "broker.version.fallback=0.8.2.2"]
            : ["-b", kafka.BootstrapServers];
        string[] codecs = profile >= KafkaProfile.V3_9 ? ["none", "gzip", "snappy", "lz4", "zstd"] : ["none", "gzip", "snappy", "lz4"];
        foreach (var codec in codecs)
            await Ran(Stranger.RunAsync(Stranger.Kcat, [.. client, "-P", "-t", "t", "-p", "1", "-z", codec], Text));
        Assert.That(kafka.Log("t", 1).EndOffset, Is.EqualTo(codecs.Length * Lines.Length));

        var all = await Ran(Stranger.RunAsync(Stranger.Kcat, [.. client, "-C", "-t", "t", "-p", "1", "-e", "-q"]));
        Assert.That(all.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(codecs.SelectMany(_ => Lines)));
        var last = await Ran(Stranger.RunAsync(Stranger.Kcat, [.. client, "-C", "-t", "t", "-p", "1", "-o", "-1", "-e", "-q"]));
        Assert.That(last, Is.EqualTo(Lines[^1] + "\n"));
        var listed = await Ran(Stranger.RunAsync(Stranger.Kcat, [.. client, "-L"]));
        Assert.That(listed, Does.Contain("2 brokers:").And.Contain("topic \"t\" with 2 partitions:"));
    }

    [Test]
    public async Task Kcat_gets_keys_headers_and_times_back()
    {
        await using var kafka = await StartAsync(KafkaProfile.V4_3);
        string[] client = ["-b", kafka.BootstrapServers];
        await Ran(Stranger.RunAsync(Stranger.Kcat, [.. client, "-P", "-t", "t", "-p", "0", "-K", ":", "-H", "h=x", "-Z"], "k:v\nnull:\n"));
        var read = await Ran(Stranger.RunAsync(Stranger.Kcat, [.. client, "-C", "-t", "t", "-p", "0", "-e", "-q", "-f", "%o %k %s %h %S\n"]));
        Assert.That(read, Is.EqualTo("0 k v h=x 1\n1 null  h=x -1\n"));
        var timed = await Ran(Stranger.RunAsync(Stranger.Kcat, [.. client, "-Q", "-t", "t:0:1"]));
        Assert.That(timed, Does.Contain("t [0] offset 0"));
    }

    [Test]
    public async Task Python_writes_and_reads([Values] KafkaProfile profile)
    {
        var python = await Stranger.PythonAsync();
        await using var kafka = await StartAsync(profile);
        const string program = """
            import sys, kafka
            servers, versions = sys.argv[1].split(","), eval(sys.argv[2])
            producer = kafka.KafkaProducer(bootstrap_servers=servers, api_version=versions, compression_type="gzip", acks="all")
            for i in range(500): producer.send("t", key=b"k%d" % i, value=b"v%d" % i, partition=i % 2)
            producer.flush()
            producer.close()
            consumer = kafka.KafkaConsumer(bootstrap_servers=servers, api_version=versions, group_id=None, auto_offset_reset="earliest", consumer_timeout_ms=20000)
            consumer.assign([kafka.TopicPartition("t", 0), kafka.TopicPartition("t", 1)])
            read = {0: [], 1: []}
            for record in consumer:
                read[record.partition].append((record.offset, record.key, record.value))
                if len(read[0]) + len(read[1]) == 500: break
            consumer.close()
            expected = {p: [(i, b"k%d" % (2 * i + p), b"v%d" % (2 * i + p)) for i in range(250)] for p in (0, 1)}
            print("same" if read == expected else read)
            """;
        var versions = profile switch { KafkaProfile.V0_8_2 => "(0, 8, 2)", KafkaProfile.V0_10_2 => "(0, 10, 2)", _ => "None" };
        // kafka-python 2.0.2 guesses the version of a broker from the APIs it has, and knows none as new as 4.3.
        if (profile == KafkaProfile.V4_3) versions = "(2, 5, 0)";
        Assert.That(await Ran(Stranger.RunAsync(python, ["-c", program, kafka.BootstrapServers, versions])), Is.EqualTo("same\n"));
    }

    // Tools of the age of the profile are tried in the scenarios.
    [TestCase("4.3.1", KafkaProfile.V3_9)]
    [TestCase("3.9.2", KafkaProfile.V4_3)]
    [TestCase("3.9.2", KafkaProfile.V1_1)]
    [TestCase("3.9.2", KafkaProfile.V0_10_2)]
    [TestCase("1.1.1", KafkaProfile.V4_3)]
    [TestCase("1.1.1", KafkaProfile.V3_9)]
    [TestCase("1.1.1", KafkaProfile.V0_10_2)]
    [TestCase("0.8.2.2", KafkaProfile.V3_9)]
    [TestCase("0.8.2.2", KafkaProfile.V1_1)]
    [TestCase("0.8.2.2", KafkaProfile.V0_10_2)]
    public async Task Java_of_another_age_reads_what_it_wrote(string version, KafkaProfile profile)
    {
        await using var kafka = await StartAsync(profile);
        var servers = kafka.BootstrapServers;
        string[] modern = ["--bootstrap-server", servers];
        string[] producer = version[0] is '3' or '4' ? modern : ["--broker-list", servers];
        // From 3.0 on it is idempotent unless told otherwise, and refuses brokers that cannot be.
        if (version[0] == '3' && profile < KafkaProfile.V1_1) producer = [.. producer, "--producer-property", "enable.idempotence=false"];
        kafka.CreateTopic("one");
        await Ran(Stranger.JavaToolAsync(version, "ConsoleProducer", [.. producer, "--topic", "one", "--compression-codec", "gzip"], Text));
        Assert.That(kafka.Log("one", 0).EndOffset, Is.EqualTo(Lines.Length));

        string[] reader = version == "0.8.2.2"
            ? ["SimpleConsumerShell", .. producer, "--no-wait-at-logend"]
            // Without a group nobody commits; a consumer that would tries for half a minute when it closes.
            : ["ConsoleConsumer", .. modern, "--offset", "earliest", "--max-messages", $"{Lines.Length}", "--consumer-property", "enable.auto.commit=false"];
        var read = await Ran(Stranger.JavaToolAsync(version, reader[0], [.. reader[1..], "--topic", "one", "--partition", "0"]));
        // Old tools mix what they log into their output.
        Assert.That(read.Split('\n').Where(line => line.StartsWith("line ", StringComparison.Ordinal)), Is.EqualTo(Lines));
    }

    static async Task<EmbeddedKafka> StartAsync(KafkaProfile profile)
    {
        var kafka = await EmbeddedKafka.StartAsync(brokers: 2, new() { Profile = profile });
        kafka.CreateTopic("t", partitions: 2);
        return kafka;
    }

    static async Task<string> Ran(Task<(string Out, string Error, int Exit)> program)
    {
        var (output, error, exit) = await program;
        Assert.That(exit, Is.Zero, $"{output}\n{error}");
        return output;
    }
}
