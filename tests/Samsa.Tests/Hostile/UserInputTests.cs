using Samsa.Embedded;
using Samsa.Protocol.Records;
using Samsa.Rx;
using Samsa.Tests.Connections;

namespace Samsa.Tests.Hostile;

/// <summary>What users get wrong, and the whole sentence that is answered. The numbers are those of the catalogue of bad input.</summary>
public sealed class UserInputTests
{
    [TestCase("fetch.min.bytes", "many", "fetch.min.bytes is \"many\": it is a whole number of at most 2147483647.")]
    [TestCase("fetch.min.bytes", "0", "fetch.min.bytes is \"0\": MinBytes is 0; it can be from 1 to 2147483647.")]
    [TestCase("fetch.max.wait.ms", "3600000", "fetch.max.wait.ms is \"3600000\": MaxWait is 01:00:00; it can be from 00:00:00.0010000 to 00:05:00.")]
    [TestCase("max.partition.fetch.bytes", "2147483648", "max.partition.fetch.bytes is \"2147483648\": it is a whole number of at most 2147483647.")]
    [TestCase("isolation.level", "serializable", "isolation.level is \"serializable\": it is one of read_uncommitted, read_committed.")]
    [TestCase("auto.offset.reset", "sometimes", "auto.offset.reset is \"sometimes\": it is one of earliest, smallest, beginning, latest, largest, end, none, error.")]
    [TestCase("check.crcs", "false", "check.crcs is \"false\": checksums are always checked.")]
    [TestCase("check.crcs", "1", "check.crcs is \"1\": it is true or false.")]
    [TestCase("acks", "2", "acks is \"2\": it is one of all, -1, 0, 1.")]
    [TestCase("enable.idempotence", "yes", "enable.idempotence is \"yes\": it is true or false.")]
    [TestCase("partitioner", "modulo", "partitioner is \"modulo\": it is one of murmur2, sticky, round-robin, random, samsa, pykafka.")]
    [TestCase("compression.type", "brotli", "compression.type is \"brotli\": it is one of none, gzip, snappy, lz4, zstd.")]
    [TestCase("linger.ms", "-1", "linger.ms is \"-1\": Linger is -00:00:00.0010000; it can be from 00:00:00 to 01:00:00.")]
    [TestCase("linger.ms", "5ms", "linger.ms is \"5ms\": it is a whole number of milliseconds.")]
    [TestCase("batch.size", "1", "batch.size is \"1\": BatchBytes is 1; it can be from 256 to 268435456.")]
    [TestCase("buffer.memory", "1", "buffer.memory is \"1\": BufferBytes is 1; it can be from 1024 to 1099511627776.")]
    [TestCase("retries", "-1", "retries is \"-1\": Retries is -1; it can be from 0 to 2147483647.")]
    [TestCase("max.in.flight", "0", "max.in.flight is \"0\": InFlight is 0; it can be from 1 to 50.")]
    [TestCase("request.timeout.ms", "0", "request.timeout.ms is \"0\": RequestTimeout is 00:00:00; it can be from 00:00:00.0010000 to 01:00:00.")]
    [TestCase("receive.message.max.bytes", "12", "receive.message.max.bytes is \"12\": MaxFrameBytes is 12; it can be from 1024 to 1073741824.")]
    [TestCase("reconnect.backoff.ms", "99999999999999", "reconnect.backoff.ms is \"99999999999999\": it is a whole number of milliseconds.")]
    [TestCase("client.id\n", "x", "There is no setting client.id\uFFFD. Did you mean client.id?")]
    [TestCase("fetch.min.byte", "1", "There is no setting fetch.min.byte. Did you mean fetch.min.bytes?")]
    [TestCase("group.id", "g", "There is no setting group.id.")]
    [TestCase("linger.ms", "5\n\u001b[31m", "linger.ms is \"5\uFFFD\uFFFD[31m\": it is a whole number of milliseconds.")]
    public void I090_A_setting_that_cannot_be_is_refused_with_what_it_can_be(string name, string value, string sentence) =>
        Assert.That(Refusal(() => KafkaOptions.Parse([new(name, value)])), Is.EqualTo(sentence));

    static IEnumerable<TestCaseData> Options()
    {
        yield return Wrong(() => new KafkaOptions { ClientId = new string('x', 250) }, "ClientId has 250 characters; it can have 249.");
        yield return Wrong(() => new KafkaOptions { Clock = null! }, "Clock is null; leave it out to keep its default.");
        yield return Wrong(() => new KafkaOptions { MaxRequestsWaiting = 0 }, "MaxRequestsWaiting is 0; it can be from 1 to 10000.");
        yield return Wrong(() => new KafkaOptions { MaxFrameBytes = 1023 }, "MaxFrameBytes is 1023; it can be from 1024 to 1073741824.");
        yield return Wrong(() => new KafkaOptions { StartTimeout = TimeSpan.Zero }, "StartTimeout is 00:00:00; it can be from 00:00:00.0010000 to 1.00:00:00.");
        yield return Wrong(() => new ConsumeOptions { Partitions = [] }, "Partitions is empty; leave it null to read all of them.");
        yield return Wrong(() => new ConsumeOptions { Partitions = [0, -1] }, "Partitions is -1; it can be from 0 to 2147483647.");
        yield return Wrong(() => new ConsumeOptions { Isolation = (Isolation)7 }, "Isolation is 7; it can be ReadUncommitted, ReadCommitted.");
        yield return Wrong(() => new ConsumeOptions { OnCorrupt = (CorruptPolicy)(-1) }, "OnCorrupt is -1; it can be Fail, Skip.");
        yield return Wrong(() => new ConsumeOptions { Start = null! }, "Start is null; leave it out to keep its default.");
        yield return Wrong(() => new ConsumeOptions { TopicTimeout = TimeSpan.FromSeconds(-2) }, "TopicTimeout is -00:00:02; it can be from 00:00:00 to 365.00:00:00.");
        yield return Wrong(() => new ConsumeOptions { BufferedBytes = 0 }, "BufferedBytes is 0; it can be from 1 to 9223372036854775807.");
        yield return Wrong(() => new SinkOptions { Acks = (Acks)9 }, "Acks is 9; it can be None, Leader, All.");
        yield return Wrong(() => new SinkOptions { Partitioner = null! }, "Partitioner is null; leave it out to keep its default.");
        yield return Wrong(() => new SinkOptions { InFlightPerPartition = 0 }, "InFlightPerPartition is 0; it can be from 1 to 50.");
        yield return Wrong(() => new SinkOptions { Idempotent = true, Acks = Acks.Leader }.Checked(), "Idempotent needs Acks = All, and Acks is Leader.");
        yield return Wrong(() => new SinkOptions { Idempotent = true, Retries = 0 }.Checked(), "Idempotent needs retries, and Retries is 0.");
        yield return Wrong(() => new SinkOptions { Idempotent = true, InFlightPerPartition = 6 }.Checked(), "Idempotent allows at most 5 batches of a partition under way, and InFlightPerPartition is 6.");
        yield return Wrong(() => new SinkOptions { BufferBytes = 2000, BatchBytes = 3000 }.Checked(), "BufferBytes is 2000, too small for one batch of 3000 bytes.");
        yield return Wrong(() => new BackOff { First = TimeSpan.FromSeconds(-1) }, "First is -00:00:01; it can be from 00:00:00 to 01:00:00.");
        yield return Wrong(() => new EmbeddedKafkaOptions { FirstPort = 70_000 }, "FirstPort is 70000; it can be from 0 to 65535.");
        yield return Wrong(() => new EmbeddedKafkaOptions { DefaultPartitions = 0 }, "DefaultPartitions is 0; it can be 1 or more.");
        yield return Wrong(() => new EmbeddedKafkaOptions { RetentionBytes = 0 }, "RetentionBytes is 0; it can be 1 or more.");
        yield return Wrong(() => new EmbeddedKafkaOptions { MaxMessageBytes = -1 }, "MaxMessageBytes is -1; it can be 0 or more.");
        yield return Wrong(() => new EmbeddedKafkaOptions { RememberedRequests = -1 }, "RememberedRequests is -1; it can be 0 or more.");
        yield return Wrong(() => new EmbeddedKafkaOptions { Clock = null! }, "Clock is null; leave it out to keep its default.");
        yield return Wrong(() => new EmbeddedKafkaOptions { Logger = null! }, "Logger is null; leave it out to keep its default.");
        yield return Wrong(() => new EmbeddedKafkaOptions { Profile = (KafkaProfile)99 }, "Profile is 99; it can be V0_8_2, V0_10_2, V1_1, V3_9, V4_3.");
        yield return Wrong(() => new EmbeddedKafkaOptions { TimestampType = (TimestampType)9 }, "TimestampType is 9; it can be Create, LogAppend.");
        yield return Wrong(() => new TopicSettings { ReplicationFactor = 0 }, "ReplicationFactor is 0; it can be 1 or more.");
        yield return Wrong(() => new TopicSettings { RetentionBytes = 0 }, "RetentionBytes is 0; it can be 1 or more.");
        yield return Wrong(() => new TopicSettings { MinInSyncReplicas = 0 }, "MinInSyncReplicas is 0; it can be 1 or more.");
        yield return Wrong(() => new TopicSettings { MaxTimestampAhead = TimeSpan.FromSeconds(-1) }, "MaxTimestampAhead is -00:00:01; it can be 00:00:00 or more.");
        yield return Wrong(() => StartFrom.Offset(-1), "offset is -1; it can be from 0 to 9223372036854775806.");
        yield return Wrong(() => StartFrom.Last(-1), "count is -1; it can be from 0 to 9223372036854775807.");
    }

    [TestCaseSource(nameof(Options))]
    public void An_option_that_cannot_be_is_refused_with_what_it_can_be(object wrong, string sentence) =>
        Assert.That(Refusal((Func<object>)wrong), Is.EqualTo(sentence));

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a b")]
    [TestCase("a/b")]
    [TestCase("Übersicht")]
    [TestCase("a\nb")]
    [TestCase("250")]
    public async Task I086_A_name_that_no_topic_can_have_is_refused_before_anything_is_sent(string name)
    {
        if (name == "250") name = new string('x', 250);
        await using var brokers = await EmbeddedKafka.StartAsync();
        await using var kafka = await Kafka.ConnectAsync(brokers.BootstrapServers);
        var asked = brokers.Requests.Count;

        var sentence = $"\"{name.Replace('\n', '\uFFFD')}\" cannot be the name of a topic: it has 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-', and is neither '.' nor '..'.";
        Assert.That(Refusal(() => kafka.Topics[name]), Is.EqualTo(sentence));
        Assert.That((await kafka.CreateTopicAsync(name).ShouldThrow<ArgumentException>()).Message, Does.StartWith(sentence));
        Assert.That((await kafka.DeleteTopicAsync(name).ShouldThrow<ArgumentException>()).Message, Does.StartWith(sentence));
        Assert.That(() => brokers.CreateTopic(name), Throws.InvalidOperationException.With.Message.Contains("INVALID_TOPIC_EXCEPTION"));
        Assert.That(brokers.Requests, Has.Count.EqualTo(asked));
    }

    [TestCase(0, "A topic has at least one partition; -1 leaves it to the brokers.")]
    [TestCase(-2, "A topic has at least one partition; -1 leaves it to the brokers.")]
    public async Task A_number_of_partitions_that_cannot_be_is_refused(int partitions, string sentence)
    {
        await using var brokers = await EmbeddedKafka.StartAsync();
        await using var kafka = await Kafka.ConnectAsync(brokers.BootstrapServers);
        Assert.That((await kafka.CreateTopicAsync("t", partitions).ShouldThrow<ArgumentOutOfRangeException>()).Message, Does.StartWith(sentence));
    }

    [Test]
    public void I088_A_header_has_a_name_and_may_have_no_value()
    {
        Assert.That(() => new RecordHeader((string)null!, [1]), Throws.ArgumentNullException);
        Assert.That(new RecordHeader("h", (byte[]?)null).ValueIsNull, Is.True);
        Assert.That(new RecordHeader("", []).ValueIsNull, Is.False);
    }

    [Test]
    public async Task Offsets_that_nobody_tells_are_given_up_with_what_was_tried()
    {
        await using var brokers = await EmbeddedKafka.StartAsync();
        brokers.CreateTopic("t");
        await using var kafka = await Kafka.ConnectAsync(brokers.BootstrapServers, new() { AdminTimeout = TimeSpan.FromSeconds(1) });
        await kafka.Topics["t"].OffsetsAsync();
        await brokers.StopBrokerAsync(1);

        var late = await kafka.Topics["t"].OffsetsAsync().ShouldThrow<TimeoutException>();

        Assert.That(late.Message, Does.StartWith("Not all leaders of t told their offsets within 00:00:01. ").And.Contain(brokers.BootstrapServers).And.EndWith("."));
    }

    static TestCaseData Wrong(Func<object> wrong, string sentence) => new TestCaseData(wrong, sentence).SetArgDisplayNames(sentence);

    static string Refusal(Func<object> wrong)
    {
        try
        {
            return $"{wrong()} was taken.";
        }
        catch (Exception refusal) when (refusal is ArgumentException or FormatException)
        {
            var end = refusal.Message.IndexOf(" (Parameter", StringComparison.Ordinal);
            return end < 0 ? refusal.Message : refusal.Message[..end];
        }
    }
}
