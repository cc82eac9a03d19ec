namespace Samsa.Tests.Cli;

/// <summary>Wrong use is answered with exit code 2 and one sentence that says what to type instead.</summary>
[TestFixture, NonParallelizable]
public sealed class WrongUseTests
{
    [TestCase("prodce", "prodce is not a command; there are demo, serve, topics, produce, consume, watch, zk, marbles. See `samsa --help`.")]
    [TestCase("topics creat t", "creat is not a command; there are list, describe, create, delete. See `samsa topics --help`.")]
    [TestCase("consume", "Required argument 'TOPIC' missing for command: 'consume'. See `samsa consume --help`.")]
    [TestCase("consume t", "Which cluster? Give it with -b host:port, or in SAMSA_BOOTSTRAP; `samsa serve` starts one. See `samsa consume --help`.")]
    [TestCase("consume t --nonsense", "Unrecognized command or argument '--nonsense'. See `samsa consume --help`.")]
    [TestCase("consume t --from middle", "--from middle: it can be beginning, end, last:N, offset:N or time:2026-11-21T10:00:00Z. See `samsa consume --help`.")]
    [TestCase("consume t --count 0", "--count 0: it is a whole number from 1. See `samsa consume --help`.")]
    [TestCase("consume t --partition 1,a", "--partition 1,a: it is a list of partition numbers such as 0,2. See `samsa consume --help`.")]
    [TestCase("consume t --format csv", "--format csv: it can be value, json, raw, or a template with fields of {topic} {partition} {offset} {timestamp} {key} {value} {headers}. See `samsa consume --help`.")]
    [TestCase("consume t --format {val}", "--format {val}: there is no field {val}; there are {topic} {partition} {offset} {timestamp} {key} {value} {headers}. See `samsa consume --help`.")]
    [TestCase("consume t --json --format raw", "--json and --format contradict each other; give one. See `samsa consume --help`.")]
    [TestCase("consume t --isolation dirty", "--isolation dirty: it can be read-committed or read-uncommitted. See `samsa consume --help`.")]
    [TestCase("consume t --timeout soon", "--timeout soon: it is a time such as 500ms, 30s or 2m. See `samsa consume --help`.")]
    [TestCase("consume t -X linger", "-X linger: it is name=value. See `samsa consume --help`.")]
    [TestCase("produce t --acks 2", "--acks 2: it can be 0, 1 or all. See `samsa produce --help`.")]
    [TestCase("produce t --partitioner modulo", "--partitioner modulo: it can be murmur2, sticky, round-robin, random, samsa or pykafka. See `samsa produce --help`.")]
    [TestCase("produce t --key a --key-separator :", "--key and --key-separator both give the key; leave one out. See `samsa produce --help`.")]
    [TestCase("produce t --input json --key-separator :", "--key-separator is for lines; with --input json the key stands in the object. See `samsa produce --help`.")]
    [TestCase("produce t @no-such-file -b localhost:1", "There is no file @no-such-file. See `samsa produce --help`.")]
    [TestCase("produce t no-such-file -b localhost:1", "There is no file no-such-file. See `samsa produce --help`.")]
    [TestCase("serve -b localhost:9092", "samsa serve starts its own brokers: leave -b out. See `samsa serve --help`.")]
    [TestCase("serve --topic a:b", "--topic a:b: it is NAME or NAME:PARTITIONS. See `samsa serve --help`.")]
    [TestCase("serve --port 65535 --brokers 2", "2 brokers from port 65535 on would go beyond 65535; take a lower port. See `samsa serve --help`.")]
    [TestCase("demo --like 0.9", "--like 0.9: it can be 0.8.2, 0.10.2, 1.1, 3.9 or 4.3. See `samsa demo --help`.")]
    [TestCase("topics --json create t -b localhost:1", "--json is for list and describe; create prints nothing but what it did. Leave it out. See `samsa topics create --help`.")]
    [TestCase("topics --json delete t -b localhost:1", "--json is for list and describe; delete prints nothing but what it did. Leave it out. See `samsa topics delete --help`.")]
    [TestCase("topics describe", "Required argument 'TOPIC' missing for command: 'describe'. See `samsa topics describe --help`.")]
    [TestCase("topics describe t u", "Unrecognized command or argument 'u'. See `samsa topics describe --help`.")]
    [TestCase("topics create t --partitions 0", "--partitions 0: it is a whole number from 1. See `samsa topics create --help`.")]
    [TestCase("topics create t --replication 0", "--replication 0: it is a whole number from 1 to 32767. See `samsa topics create --help`.")]
    [TestCase("topics create t --config x", "--config x: it is name=value. See `samsa topics create --help`.")]
    [TestCase("consume t -b localhost:1 -X fetch.min.bytes=0", "fetch.min.bytes is \"0\": MinBytes is 0; it can be from 1 to 2147483647. See `samsa consume --help`.")]
    [TestCase("consume t -b localhost:1 -X fetch.min.bytes=x", "fetch.min.bytes is \"x\": it is a whole number of at most 2147483647. See `samsa consume --help`.")]
    [TestCase("produce t -b localhost:1 -X acks=2", "acks is \"2\": it is one of all, -1, 0, 1. See `samsa produce --help`.")]
    [TestCase("produce t -b localhost:1 -X linger=5", "There is no setting linger. Did you mean linger.ms? See `samsa produce --help`.")]
    [TestCase("consume t -b localhost:1 -X bootstrap.servers=h:1", "The brokers are given with -b, not with -X. See `samsa consume --help`.")]
    [TestCase("consume t u", "Unrecognized command or argument 'u'. See `samsa consume --help`.")]
    [TestCase("consume t -b", "Required argument missing for option: '-b'. See `samsa consume --help`.")]
    [TestCase("consume t --from", "Required argument missing for option: '--from'. See `samsa consume --help`.")]
    [TestCase("consume t --from time:noon", "--from time:noon: \"noon\" is neither a time such as 2026-11-21T10:00:00Z nor milliseconds since 1970. See `samsa consume --help`.")]
    [TestCase("consume t --from offset:-1", "--from offset:-1: \"-1\" is not a whole number from 0. See `samsa consume --help`.")]
    [TestCase("consume t --count 5 --count 6", "Option '--count' expects a single argument but 2 were provided. See `samsa consume --help`.")]
    [TestCase("consume t --where-key [", "--where-key [: Invalid pattern '[' at offset 1. Unterminated [] set. See `samsa consume --help`.")]
    [TestCase("consume t --timeout 0s", "--timeout 0s: it is a time such as 500ms, 30s or 2m. See `samsa consume --help`.")]
    [TestCase("produce t --partition -1", "--partition -1: it is a whole number from 0. See `samsa produce --help`.")]
    [TestCase("produce t --compression brotli", "--compression brotli: it can be none, gzip, snappy, lz4 or zstd. See `samsa produce --help`.")]
    [TestCase("produce t --idempotent maybe", "--idempotent maybe: it can be true or false. See `samsa produce --help`.")]
    [TestCase("produce t --input csv", "--input csv: it can be lines or json. See `samsa produce --help`.")]
    [TestCase("serve --brokers 0", "--brokers 0: it is a whole number from 1 to 100. See `samsa serve --help`.")]
    [TestCase("serve --port 70000", "--port 70000: it is a whole number from 0 to 65535. See `samsa serve --help`.")]
    [TestCase("serve --partitions 0", "--partitions 0: it is a whole number from 1 to 10000. See `samsa serve --help`.")]
    [TestCase("demo --seconds 0", "--seconds 0: it is a whole number from 2 to 86400. See `samsa demo --help`.")]
    [TestCase("demo -b x:1", "samsa demo starts its own brokers: leave -b out. See `samsa demo --help`.")]
    public async Task Wrong_use_is_answered_with_what_to_do(string words, string sentence)
    {
        var finished = await SamsaHere.RunAsync(words.Split(' '));
        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.EqualTo(2));
            Assert.That(finished.Error, Is.EqualTo($"samsa: {sentence}{Environment.NewLine}"));
            Assert.That(finished.Output, Is.Empty);
        });
    }

    [Test]
    public async Task The_process_answers_as_the_tool_does()
    {
        var finished = await SamsaProcess.RunAsync(null, "", "prodce");
        Assert.That((finished.Code, finished.Error), Is.EqualTo((2, $"samsa: prodce is not a command; there are demo, serve, topics, produce, consume, watch, zk, marbles. See `samsa --help`.{Environment.NewLine}")));
    }

    [TestCase("a b")]
    [TestCase("..")]
    [TestCase("é")]
    public async Task What_cannot_be_a_topic_is_wrong_use(string topic)
    {
        var finished = await SamsaHere.RunAsync("consume", topic, "-b", "localhost:1");
        Assert.That((finished.Code, finished.Error), Is.EqualTo((2, $"samsa: {topic}: the name of a topic has letters, digits, dots, dashes and underscores. See `samsa consume --help`.{Environment.NewLine}")));
    }

    [TestCase("consume", "t", "-b", "host:port")]
    [TestCase("topics", "-b", "localhost:99999")]
    public async Task What_cannot_be_an_address_is_wrong_use(params string[] words)
    {
        var finished = await SamsaHere.RunAsync(words);
        Assert.That(finished.Code, Is.EqualTo(2), finished.Error);
        Assert.That(finished.Error, Does.Contain(words[^1]).And.EndsWith($"--help`.{Environment.NewLine}"));
    }

    [Test]
    public async Task An_unknown_setting_is_refused()
    {
        var finished = await SamsaHere.RunAsync("consume", "t", "-b", "localhost:1", "-X", "no.such.setting=1");
        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.EqualTo(2));
            Assert.That(finished.Error, Does.Contain("no.such.setting"));
        });
    }

    [Test]
    public async Task A_cluster_that_is_not_there_is_a_failure_that_says_what_was_tried()
    {
        var finished = await SamsaHere.RunAsync("topics", "-b", "127.0.0.1:1", "--timeout", "300ms");
        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.EqualTo(1));
            Assert.That(finished.Error, Does.StartWith("samsa: No broker could be reached").And.Contains("127.0.0.1:1").And.Contains("samsa serve"));
            Assert.That(finished.Error, Does.Not.Contain("   at "), "no stack trace");
            Assert.That(finished.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
        });
    }

    [Test]
    public async Task Verbose_tells_where()
    {
        var finished = await SamsaHere.RunAsync("topics", "-b", "127.0.0.1:1", "--timeout", "300ms", "--verbose");
        Assert.That(finished.Error, Does.Contain("   at Samsa."));
    }
}
