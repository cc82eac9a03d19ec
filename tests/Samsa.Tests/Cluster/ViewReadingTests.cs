using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Answered = Samsa.Protocol.Messages.Metadata.Response;

namespace Samsa.Tests.Cluster;

/// <summary>What is believed of an answer to Metadata.</summary>
[TestFixture]
public sealed class ViewReadingTests
{
    static readonly Dictionary<int, BrokerInfo> Two = new() { [1] = new(1, "a", 1), [2] = new(2, "b", 2) };

    [TestCase(-1, "host", 9092)]
    [TestCase(5, "", 9092)]
    [TestCase(5, "ho st", 9092)]
    [TestCase(5, "host/path", 9092)]
    [TestCase(5, "host\n", 9092)]
    [TestCase(5, "host", 0)]
    [TestCase(5, "host", -1)]
    [TestCase(5, "host", 70000)]
    public void I024_A_broker_that_cannot_be_is_passed_over(int id, string host, int port)
    {
        var brokers = ViewReading.Brokers(new() { Brokers = [new() { NodeId = id, Host = host, Port = port }, new() { NodeId = 1, Host = "good", Port = 1 }] });
        Assert.That(brokers.Values, Is.EqualTo([new BrokerInfo(1, "good", 1)]));
    }

    [Test]
    public void I024_A_host_of_256_characters_is_passed_over() =>
        Assert.That(ViewReading.Brokers(new() { Brokers = [new() { NodeId = 1, Host = new string('h', 256), Port = 1 }] }), Is.Empty);

    [Test]
    public void I025_A_broker_that_the_user_does_not_want_is_passed_over() =>
        Assert.That(ViewReading.Brokers(
                new() { Brokers = [new() { NodeId = 1, Host = "169.254.169.254", Port = 80 }, new() { NodeId = 2, Host = "good", Port = 1 }] },
                broker => broker.Host == "good").Keys,
            Is.EqualTo([2]));

    [Test]
    public void I024_Of_two_brokers_with_one_number_the_first_counts() =>
        Assert.That(ViewReading.Brokers(new() { Brokers = [new() { NodeId = 1, Host = "a", Port = 1 }, new() { NodeId = 1, Host = "b", Port = 2 }] })[1].Host,
            Is.EqualTo("a"));

    [Test]
    public void I029_I030_Topics_that_cannot_be_or_come_twice_are_passed_over()
    {
        var id = Guid.NewGuid();
        var topics = ViewReading.Topics(new()
        {
            Topics =
            [
                new() { Name = "good", TopicId = id }, new() { Name = "good" }, new() { Name = "same-id", TopicId = id }, new() { Name = null },
                new() { Name = "" }, new() { Name = "a\u0001" }, new() { Name = new string('x', 250) }, new() { Name = ".." }, new() { Name = "a\uFFFD" },
            ],
        });
        Assert.That(topics.Keys, Is.EqualTo(["good"]));
    }

    [Test]
    public void I028_A_newer_epoch_replaces_an_older_one_and_never_the_other_way_round()
    {
        var before = Topic(Partition(0, leader: 1, epoch: 5));

        Assert.That(ViewReading.Topic(Answer(Said(0, leader: 2, epoch: 6)), before, Two).Find(0)!.Leader, Is.EqualTo(2));
        Assert.That(ViewReading.Topic(Answer(Said(0, leader: 2, epoch: 5)), before, Two).Find(0)!.Leader, Is.EqualTo(2));
        Assert.That(ViewReading.Topic(Answer(Said(0, leader: 2, epoch: 4)), before, Two).Find(0)!.Leader, Is.EqualTo(1));
        Assert.That(ViewReading.Topic(Answer(Said(0, leader: 2, epoch: -2)), before, Two).Find(0)!.Leader, Is.EqualTo(1));
    }

    [Test]
    public void A_broker_too_old_to_know_epochs_is_believed() =>
        Assert.That(ViewReading.Topic(Answer(Said(0, leader: 2, epoch: -1)), Topic(Partition(0, leader: 1, epoch: -1)), Two).Find(0)!.Leader, Is.EqualTo(2));

    [Test]
    public void An_old_epoch_counts_when_the_topic_is_another_one()
    {
        var before = Topic(Partition(0, leader: 1, epoch: 5)) with { Id = Guid.NewGuid() };
        var now = ViewReading.Topic(Answer(Said(0, leader: 2, epoch: 0)) with { TopicId = Guid.NewGuid() }, before, Two);
        Assert.That(now.Find(0), Is.EqualTo(Partition(0, leader: 2, epoch: 0)));
        Assert.That(now.Id, Is.Not.EqualTo(before.Id));
    }

    [Test]
    public void A_broker_too_old_to_know_ids_does_not_make_it_another_topic()
    {
        var before = Topic(Partition(0, leader: 1, epoch: 5)) with { Id = Guid.NewGuid() };
        Assert.That(ViewReading.Topic(Answer(Said(0, leader: 1, epoch: 5)), before, Two), Is.SameAs(before));
    }

    [Test]
    public void F033_Partitions_do_not_become_fewer()
    {
        var before = Topic(Partition(0, 1, 1), Partition(1, 2, 1), Partition(2, 1, 1));
        Assert.That(ViewReading.Topic(Answer(Said(1, leader: 1, epoch: 2)), before, Two).Partitions.Select(p => (p.Partition, p.Leader)),
            Is.EqualTo(new[] { (0, 1), (1, 1), (2, 1) }));
    }

    [Test]
    public void I026_Partitions_with_gaps_twice_or_negative_are_read_without_believing_the_numbers()
    {
        var topic = ViewReading.Topic(Answer(Said(7, 1, 0), Said(-3, 1, 0), Said(2, 2, 0), Said(7, 2, 0), Said(int.MaxValue, 1, 0)), null, Two);
        Assert.That(topic.Partitions.Select(p => (p.Partition, p.Leader)), Is.EqualTo(new[] { (2, 2), (7, 1) }));
        Assert.That(topic.Find(7)!.Leader, Is.EqualTo(1));
        Assert.That(topic.Find(0), Is.Null);
    }

    [Test]
    public void I027_A_leader_that_is_no_broker_is_none()
    {
        var partition = ViewReading.Topic(Answer(Said(0, leader: 9, epoch: 3)), null, Two).Find(0)!;
        Assert.That((partition.Leader, partition.LeaderEpoch, partition.Error), Is.EqualTo((-1, 3, ErrorCode.LeaderNotAvailable)));
    }

    [Test]
    public void A_replica_that_is_not_there_is_no_trouble() =>
        Assert.That(ViewReading.Topic(Answer(Said(0, 1, 1) with { ErrorCode = ErrorCode.ReplicaNotAvailable }), null, Two).Find(0)!.Error, Is.EqualTo(ErrorCode.None));

    [Test]
    public void An_election_of_the_whole_topic_keeps_what_was_known()
    {
        var before = Topic(Partition(0, 1, 5));
        Assert.That(ViewReading.Topic(Answer() with { ErrorCode = ErrorCode.LeaderNotAvailable }, before, Two), Is.SameAs(before));
    }

    [Test]
    public void An_error_without_a_name_stays_that_number()
    {
        var topic = ViewReading.Topic(Answer() with { ErrorCode = (ErrorCode)999 }, null, Two);
        Assert.That((short)topic.Error, Is.EqualTo(999));
        Assert.That(topic.Error.KafkaName, Is.EqualTo("UNKNOWN_CODE_999"));
    }

    static TopicView Topic(params PartitionView[] partitions) => new("t", default, false, ErrorCode.None, partitions);

    static PartitionView Partition(int partition, int leader, int epoch) => new(partition, leader, epoch, [1, 2], [1], ErrorCode.None);

    static Answered.MetadataResponseTopic Answer(params Answered.MetadataResponsePartition[] partitions) => new() { Name = "t", Partitions = partitions };

    static Answered.MetadataResponsePartition Said(int partition, int leader, int epoch) =>
        new() { PartitionIndex = partition, LeaderId = leader, LeaderEpoch = epoch, ReplicaNodes = [1, 2], IsrNodes = [1] };
}
