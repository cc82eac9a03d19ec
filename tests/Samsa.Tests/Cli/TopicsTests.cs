using Samsa.Embedded;

namespace Samsa.Tests.Cli;

[TestFixture, Parallelizable(ParallelScope.Self)]
public sealed class TopicsTests : ToolFixture
{
    [Test]
    public async Task A_topic_is_created_described_and_deleted()
    {
        var created = await Samsa("topics", "create", "made", "--partitions", "2", "--replication", "2", "--config", "retention.bytes=1000000");
        await SamsaReading("a\nb\nc\n", "produce", "made", "--partition", "1");
        var described = await Samsa("topics", "describe", "made", "--json");
        var plain = await Samsa("topics", "describe", "made");
        var deleted = await Samsa("topics", "delete", "made");
        var listed = await Samsa("topics");

        Assert.Multiple(() =>
        {
            Assert.That(created.Code, Is.Zero, created.Error);
            Assert.That(described.Code, Is.Zero, described.Error);
            Assert.That(described.Output, Does.Match("""^\{"topic":"made","partitions":\[\{"partition":0,"leader":[12],"replicas":\[[12],[12]\],"isr":\[[12],[12]\],"beginning":0,"end":0\},\{"partition":1,"leader":[12],"replicas":\[[12],[12]\],"isr":\[[12],[12]\],"beginning":0,"end":3\}\]\}\n$"""));
            Assert.That(plain.Lines, Has.Length.EqualTo(2));
            Assert.That(plain.Lines[1].Split('\t'), Has.Length.EqualTo(7).And.ItemAt(5).EqualTo("3"));
            Assert.That(deleted.Code, Is.Zero, deleted.Error);
            Assert.That(listed.Lines, Has.None.StartsWith("made\t"));
        });
    }

    [Test]
    public async Task The_flag_for_JSON_may_stand_before_the_command()
    {
        Kafka.CreateTopic("flagged");
        var listed = await Samsa("topics", "--json", "list");
        var described = await Samsa("topics", "--json", "describe", "flagged");

        Assert.Multiple(() =>
        {
            Assert.That(listed.Lines, Has.Some.EqualTo("""{"topic":"flagged","partitions":1,"replication":2,"internal":false}"""));
            Assert.That(described.Output, Does.StartWith("""{"topic":"flagged","partitions":[{"partition":0,"""));
        });
    }

    [Test]
    public async Task What_cannot_be_done_is_said_in_a_sentence()
    {
        Kafka.CreateTopic("there");
        var again = await Samsa("topics", "create", "there");
        var missing = await Samsa("topics", "describe", "missing");
        var gone = await Samsa("topics", "delete", "missing");
        var many = await Samsa("topics", "create", "wide", "--replication", "3");

        Assert.Multiple(() =>
        {
            foreach (var finished in new[] { again, missing, gone, many })
            {
                Assert.That(finished.Code, Is.EqualTo(1));
                Assert.That(finished.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
                Assert.That(finished.Bytes, Is.Empty);
            }

            Assert.That(again.Error, Does.Contain("there").And.Contains("samsa topics describe"));
            Assert.That(missing.Error, Does.Contain("There is no topic missing").And.Contains("samsa topics create missing"));
            Assert.That(gone.Error, Does.Contain("missing").And.Contains("samsa topics"));
            Assert.That(many.Error, Does.Contain("as many brokers as replicas"));
            Assert.That(Kafka.Topics, Does.Not.Contain("missing"), "describing creates nothing");
        });
    }

    [Test]
    public async Task A_topic_cannot_be_created_on_brokers_of_2015()
    {
        await using var old = await EmbeddedKafka.StartAsync(options: new() { Profile = KafkaProfile.V0_8_2 });
        var created = await SamsaProcess.RunAsync(old.BootstrapServers, "", "topics", "create", "t");
        Assert.Multiple(() =>
        {
            Assert.That(created.Code, Is.EqualTo(1));
            Assert.That(created.Error, Does.StartWith("samsa: CreateTopics cannot be asked"));
        });
    }
}
