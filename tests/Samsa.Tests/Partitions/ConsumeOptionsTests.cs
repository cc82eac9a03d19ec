using Samsa.Rx;

namespace Samsa.Tests.Partitions;

[TestFixture]
public sealed class ConsumeOptionsTests
{
    [Test]
    public void Options_refuse_what_they_cannot_be_and_say_what_they_can()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new ConsumeOptions { MaxWait = TimeSpan.FromHours(1) },
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("MaxWait is 01:00:00; it can be from 00:00:00.0010000 to 00:05:00."));
            Assert.That(() => new ConsumeOptions { MinBytes = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { FetchBytes = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { PartitionBytes = -1 }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { BufferedRecords = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { BufferedBytes = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { TopicTimeout = TimeSpan.FromSeconds(-2) }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { Isolation = (Isolation)7 }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { OnOutOfRange = (ResetPolicy)7 }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { OnCorrupt = (CorruptPolicy)7 }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { Partitions = [] }, Throws.ArgumentException);
            Assert.That(() => new ConsumeOptions { Partitions = [0, -1] }, Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => new ConsumeOptions { Start = null! }, Throws.ArgumentNullException);
            Assert.That(() => StartFrom.Offset(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => StartFrom.Last(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => StartFrom.Offsets(new Dictionary<int, long> { [0] = -5 }), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Settings_are_read_by_the_names_that_other_clients_give_them()
    {
        var options = KafkaOptions.Parse(new Dictionary<string, string>
        {
            ["fetch.min.bytes"] = "10",
            ["fetch.max.wait.ms"] = "250",
            ["fetch.max.bytes"] = "2000000",
            ["max.partition.fetch.bytes"] = "30000",
            ["isolation.level"] = "read_committed",
            ["auto.offset.reset"] = "latest",
            ["queued.max.messages.kbytes"] = "16",
            ["client.rack"] = "north",
            ["check.crcs"] = "true",
        }).Consume;

        Assert.That(options, Is.EqualTo(new ConsumeOptions
        {
            MinBytes = 10,
            MaxWait = TimeSpan.FromMilliseconds(250),
            FetchBytes = 2_000_000,
            PartitionBytes = 30_000,
            Isolation = Isolation.ReadCommitted,
            Start = StartFrom.End,
            OnOutOfRange = ResetPolicy.Latest,
            BufferedBytes = 16 * 1024,
            Rack = "north",
        }));
    }

    [TestCase("fetch.min.bytes", "many")]
    [TestCase("isolation.level", "serializable")]
    [TestCase("auto.offset.reset", "sometimes")]
    [TestCase("check.crcs", "false")]
    public void A_value_that_makes_no_sense_is_refused_with_the_name_of_its_setting(string name, string value) =>
        Assert.That(() => KafkaOptions.Parse([new(name, value)]), Throws.TypeOf<FormatException>().With.Message.StartsWith(name));
}
