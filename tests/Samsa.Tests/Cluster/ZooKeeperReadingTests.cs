using System.Collections.Immutable;
using System.Text;
using Samsa.Protocol;
using Samsa.Rx;
using Samsa.ZooKeeper;

namespace Samsa.Tests.Cluster;

/// <summary>What brokers of all versions write into ZooKeeper, and what is made of it.</summary>
[TestFixture]
public sealed class ZooKeeperReadingTests
{
    // samsa 06
    [TestCase("host-1353444444444:kafka1.example:9092", "kafka1.example", 9092, true, TestName = "Kafka 0.7")]
    [TestCase("::1-1353444444444:::1:9092", "::1", 9092, true, TestName = "Kafka 0.7 at an IPv6 address")]
    [TestCase("creator:kafka1:9092", "kafka1", 9092, true, TestName = "Something that writes as samsa's tests do")]
    [TestCase("""{"jmx_port":-1,"timestamp":"1","host":"kafka1","version":1,"port":9092}""", "kafka1", 9092, false, TestName = "Kafka 0.8")]
    [TestCase("""{"jmx_port":-1,"timestamp":"1","endpoints":["PLAINTEXT://kafka1:9092"],"host":"kafka1","version":2,"port":9092}""", "kafka1", 9092, false, TestName = "Kafka 0.9")]
    [TestCase("""{"jmx_port":-1,"timestamp":"1","endpoints":["SSL://k:1","PLAINTEXT://[::1]:9092"],"rack":"a","host":"x","version":3,"port":7}""", "::1", 9092, false, TestName = "Kafka 0.10, with a rack")]
    [TestCase("""{"listener_security_protocol_map":{"IN":"PLAINTEXT","OUT":"SSL"},"endpoints":["OUT://k:1","IN://kafka1:9092"],"jmx_port":-1,"port":-1,"host":null,"version":4,"timestamp":"1"}""", "kafka1", 9092, false, TestName = "Kafka 1.1, with named listeners")]
    [TestCase("""{"features":{},"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://kafka1:9092"],"jmx_port":-1,"port":9092,"host":"kafka1","version":5,"timestamp":"1"}""", "kafka1", 9092, false, TestName = "Kafka 3.9")]
    public void A_broker_is_found_as_it_registered_itself(string text, string host, int port, bool isOld)
    {
        var broker = RegisteredBroker.Read(7, Encoding.UTF8.GetBytes(text), secure: false);

        Assert.That((broker.Info.NodeId, broker.Info.Host, broker.Info.Port, broker.IsOld, broker.Trouble), Is.EqualTo((7, host, port, isOld, (string?)null)));
    }

    [Test]
    public void Who_wants_TLS_gets_the_listener_that_speaks_it()
    {
        var both = """{"listener_security_protocol_map":{"IN":"PLAINTEXT","OUT":"SSL"},"endpoints":["IN://a:1","OUT://b:2"],"version":4}"""u8;
        var plain = """{"endpoints":["PLAINTEXT://a:1","SASL_SSL://b:2"],"version":2}"""u8;

        Assert.That(RegisteredBroker.Read(1, both, secure: true).Info, Is.EqualTo(new BrokerInfo(1, "b", 2)));
        var broker = RegisteredBroker.Read(1, plain, secure: true);
        Assert.That((broker.Info.Port, broker.Trouble), Is.EqualTo((1, "it has no SSL listener, but PLAINTEXT, SASL_SSL")));
    }

    [TestCase("")]
    [TestCase("host")]
    [TestCase("a:b:c")]
    [TestCase("creator:host:99999")]
    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("""{"host":5,"port":"x"}""")]
    [TestCase("""{"host":"h","port":70000}""")]
    [TestCase("""{"host":"h/../x","port":1}""")]
    [TestCase("""{"endpoints":[3,"x","://","PLAINTEXT://:1"]}""")]
    [TestCase("[1,2]")]
    public void What_no_broker_writes_is_said_to_be_so(string text) =>
        Assert.That(() => RegisteredBroker.Read(1, Encoding.UTF8.GetBytes(text), secure: false), Throws.TypeOf<FormatException>());

    [TestCase("""{"host":"\ud800","port":1}""", TestName = "Half of a surrogate pair")]
    [TestCase("""{"\ud800":1,"host":"h","port":1}""", TestName = "Half of a surrogate pair in a name")]
    [TestCase("""{"host":"h~","port":1}""", TestName = "Bytes that are not UTF-8")]
    [TestCase("""{"rack":"~","host":"h","port":1}""", TestName = "A rack that is not UTF-8")]
    public void Text_that_is_none_is_unreadable_and_no_more(string text)
    {
        byte[] data = [.. Encoding.UTF8.GetBytes(text).Select(b => b == '~' ? (byte)0xff : b)];

        Assert.That(() => RegisteredBroker.Read(1, data, secure: false), Throws.TypeOf<FormatException>());
    }

    [TestCase("""{"partitions":{"\ud800":[1],"0":[1]}}""")]
    [TestCase("""{"partitions":{"0":[1]},"topic_id":"\udc00"}""")]
    public void A_topic_whose_text_is_none_is_unreadable_and_no_more(string text)
    {
        var told = new List<string>();

        var view = new ZooKeeperReading(false, (path, _) => told.Add(path)).Read(new Tree().Put("/brokers/topics/t", text).State, null, null);

        Assert.That(view.Topics, Is.Empty);
        Assert.That(told, Is.EqualTo(new[] { "/brokers/topics/t" }));
    }

    [Test]
    public void A_view_has_brokers_topics_leaders_and_the_controller()
    {
        var tree = new Tree()
            .Put("/brokers/ids/1", """{"host":"a","port":1}""").Put("/brokers/ids/2", """{"host":"b","port":2}""")
            .Put("/brokers/topics/t", """{"version":3,"partitions":{"1":[2],"0":[1,2]},"topic_id":"AAECAwQFBgcICQoLDA0ODw"}""")
            .Put("/brokers/topics/t/partitions/0/state", """{"controller_epoch":1,"leader":2,"version":1,"leader_epoch":3,"isr":[2,1]}""")
            .Put("/brokers/topics/__consumer_offsets", """{"version":1,"partitions":{"0":[1]}}""");

        var view = Read(tree, """{"version":1,"brokerid":2,"timestamp":"1"}""", """{"version":"1","id":"abc"}""");

        Assert.That(view.Brokers.Keys, Is.EqualTo(new[] { 1, 2 }));
        Assert.That((view.ControllerId, view.ClusterId), Is.EqualTo((2, "abc")));
        var topic = view.Topics["t"];
        Assert.That(topic.Id, Is.EqualTo(new Guid([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], bigEndian: true)));
        Assert.That(topic.Partitions, Is.EqualTo(new PartitionView[]
        {
            new(0, 2, 3, [1, 2], [2, 1], ErrorCode.None),
            new(1, -1, -1, [2], [], ErrorCode.LeaderNotAvailable),
        }));
        Assert.That((topic.IsInternal, view.Topics["__consumer_offsets"].IsInternal), Is.EqualTo((false, true)));
    }

    // samsa 10
    [Test]
    public void A_topic_of_Kafka_0_7_has_the_partitions_that_each_broker_says_and_one_of_each_that_says_nothing()
    {
        var tree = new Tree();
        foreach (var broker in new[] { 0, 1, 2 }) tree.Put($"/brokers/ids/{broker}", $"h-1:h:{broker + 1}");
        tree.Put("/brokers/topics/seen", "").Put("/brokers/topics/t/0", "5").Put("/brokers/topics/t/1", "2").Put("/brokers/topics/t/2", "4").Put("/brokers/topics/u/1", "3");

        var view = Read(tree);

        Assert.That(view.Topics["seen"].Partitions, Has.Count.EqualTo(3), "one of each broker");
        Assert.That(view.Topics["t"].Partitions, Has.Count.EqualTo(11));
        Assert.That(view.Topics["t"].Partitions.Select(partition => (partition.Partition, partition.Leader)).Skip(3).Take(5),
            Is.EqualTo(new[] { (3, 0), (4, 0), (10_000, 1), (10_001, 1), (20_000, 2) }));
        Assert.That(view.Topics["u"].Partitions.Select(partition => partition.Partition), Is.EqualTo(new[] { 0, 10_000, 10_001, 10_002, 20_000 }));
    }

    [Test]
    public void A_broker_of_Kafka_0_7_that_goes_takes_its_partitions_with_it()
    {
        var tree = new Tree().Put("/brokers/ids/0", "h-1:h:1").Put("/brokers/ids/1", "h-1:h:2").Put("/brokers/topics/t/0", "2").Put("/brokers/topics/t/1", "2");
        var reading = new ZooKeeperReading(false, Complain);
        var before = reading.Read(tree.State, null, null);

        var after = reading.Read(tree.Delete("/brokers/ids/1").Delete("/brokers/topics/t/1").State, null, null);

        Assert.That(after.Topics["t"].Partitions.Select(partition => partition.Partition), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(Between(before, after).Select(change => change.GetType().Name), Is.EqualTo(new[] { "BrokerDown", "PartitionsRemoved" }));
    }

    [Test]
    public void A_topic_that_was_created_again_is_another_one_though_it_has_no_id()
    {
        var tree = new Tree().Put("/brokers/topics/t", """{"partitions":{"0":[1]}}""").Put("/brokers/topics/t/partitions/0/state", """{"leader":1,"leader_epoch":7,"isr":[1]}""");
        var reading = new ZooKeeperReading(false, Complain);
        var before = reading.Read(tree.State, null, null);

        tree.Delete("/brokers/topics/t").Delete("/brokers/topics/t/partitions/0/state");
        tree.Put("/brokers/topics/t", """{"partitions":{"0":[1]}}""").Put("/brokers/topics/t/partitions/0/state", """{"leader":1,"leader_epoch":0,"isr":[1]}""");
        var after = reading.Read(tree.State, null, null);

        Assert.That(Between(before, after).Select(change => change.GetType().Name), Is.EqualTo(new[] { "TopicDeleted", "TopicCreated" }));
        Assert.That(after.Find("t", 0)!.LeaderEpoch, Is.Zero);
    }

    [Test]
    public void What_is_unreadable_is_told_and_everything_else_is_seen()
    {
        var tree = new Tree()
            .Put("/brokers/ids/1", "{").Put("/brokers/ids/2", """{"host":"b","port":2}""").Put("/brokers/ids/x", "{}").Put("/brokers/seqid", "")
            .Put("/brokers/topics/t", """{"partitions":{"0":[1,"x",-3],"no":[1],"1":7}}""").Put("/brokers/topics/t/partitions/0/state", "{\"leader\":")
            .Put("/brokers/topics/u", "[]").Put("/brokers/topics/bad name", """{"partitions":{"0":[1]}}""");
        var told = new List<string>();

        var view = new ZooKeeperReading(false, (path, _) => told.Add(path)).Read(tree.State, null, null);

        Assert.That(told, Is.EquivalentTo(["/brokers/ids/1", "/brokers/topics/t/partitions/0/state", "/brokers/topics/u"]));
        Assert.That(view.Brokers.Keys, Is.EqualTo(new[] { 2 }));
        Assert.That(view.Topics.Keys, Is.EqualTo(new[] { "t" }));
        Assert.That(view.Topics["t"].Partitions.Select(partition => (partition.Partition, partition.Leader, partition.Replicas.Count)), Is.EqualTo(new[] { (0, -1, 1), (1, -1, 0) }));
    }

    [Test]
    public void A_broker_or_a_topic_that_is_overwritten_with_something_unreadable_stays_as_it_was()
    {
        var tree = new Tree().Put("/brokers/ids/1", """{"host":"a","port":1}""").Put("/brokers/topics/t", """{"partitions":{"0":[1]}}""");
        var reading = new ZooKeeperReading(false, (_, _) => { });
        var before = reading.Read(tree.State, null, null);

        var after = reading.Read(tree.Put("/brokers/ids/1", "?").Put("/brokers/topics/t", "?").State, null, null);

        Assert.That(Between(before, after), Is.Empty);
    }

    [Test]
    public void A_node_that_cannot_be_read_is_told_once_and_again_when_it_is_written()
    {
        var tree = new Tree().Put("/brokers/topics/t", """{"partitions":{"0":[1],"1":[1]}}""").Put("/brokers/topics/t/partitions/0/state", "?");
        var told = new List<string>();
        var reading = new ZooKeeperReading(false, (path, _) => told.Add(path));
        var controller = Node("/controller", "?");

        reading.Read(tree.State, controller, null);
        reading.Read(tree.Put("/brokers/topics/t/partitions/1/state", """{"leader":1,"leader_epoch":0,"isr":[1]}""").State, controller, null);
        Assert.That(told, Is.EquivalentTo(["/brokers/topics/t/partitions/0/state", "/controller"]));

        reading.Read(tree.Put("/brokers/topics/t/partitions/0/state", "??").State, controller, null);
        Assert.That(told, Has.Count.EqualTo(3));
    }

    [TestCase("?", TestName = "A state that cannot be read")]
    [TestCase("{}", TestName = "A state that says nothing")]
    [TestCase("""{"leader":2,"leader_epoch":6,"isr":[2]}""", TestName = "A state of an epoch that is over")]
    public void A_leader_stays_who_it_was_when_its_state_is_overwritten_with_worse(string state)
    {
        const string Path = "/brokers/topics/t/partitions/0/state";
        var tree = new Tree().Put("/brokers/topics/t", """{"partitions":{"0":[1,2]}}""").Put(Path, """{"leader":1,"leader_epoch":7,"isr":[1]}""");
        var reading = new ZooKeeperReading(false, (_, _) => { });
        var before = reading.Read(tree.State, null, null);

        Assert.That(Between(before, reading.Read(tree.Put(Path, state).State, null, null)), Is.Empty);

        var after = reading.Read(tree.Put(Path, """{"leader":2,"leader_epoch":8,"isr":[2]}""").State, null, null);
        Assert.That((after.Find("t", 0)!.Leader, after.Find("t", 0)!.LeaderEpoch), Is.EqualTo((2, 8)));
    }

    [Test]
    public void The_last_broker_of_Kafka_0_7_takes_its_partitions_with_it_and_brings_them_back()
    {
        var tree = new Tree().Put("/brokers/ids/0", "h-1:h:1").Put("/brokers/topics/t/0", "2").Put("/brokers/topics/seen", "");
        var reading = new ZooKeeperReading(false, Complain);
        var before = reading.Read(tree.State, null, null);

        var none = reading.Read(tree.Delete("/brokers/ids/0").Delete("/brokers/topics/t/0").State, null, null);
        Assert.That(none.Topics.Values.SelectMany(topic => topic.Partitions), Is.Empty);
        Assert.That(Between(before, none).Select(change => change.GetType().Name), Is.EqualTo(new[] { "BrokerDown", "PartitionsRemoved", "PartitionsRemoved" }));

        var again = reading.Read(tree.Put("/brokers/ids/0", "h-1:h:1").State, null, null);
        Assert.That(again.Topics.Values.Select(topic => topic.Partitions.Count), Is.EqualTo(new[] { 1, 1 }));
    }

    [Test]
    public void Topics_of_Kafka_0_7_wait_for_the_first_broker()
    {
        var tree = new Tree().Put("/brokers/topics/t", "");
        var reading = new ZooKeeperReading(false, Complain);
        reading.Read(tree.State, null, null);

        var view = reading.Read(tree.Put("/brokers/ids/3", "h-1:h:1").State, null, null);

        Assert.That(view.Topics["t"].Partitions.Select(partition => partition.Partition), Is.EqualTo(new[] { 30_000 }));
    }

    [Test]
    public void A_number_that_is_spelt_otherwise_is_no_broker()
    {
        var tree = new Tree().Put("/brokers/ids/1", """{"host":"a","port":1}""").Put("/brokers/ids/01", """{"host":"b","port":2}""");
        var reading = new ZooKeeperReading(false, Complain);
        Assert.That(reading.Read(tree.State, null, null).Brokers[1].Host, Is.EqualTo("a"));

        Assert.That(reading.Read(tree.Delete("/brokers/ids/01").State, null, null).Brokers.Keys, Is.EqualTo(new[] { 1 }));
    }

    static ClusterView Read(Tree tree, string? controller = null, string? clusterId = null) =>
        new ZooKeeperReading(false, Complain).Read(tree.State, Node("/controller", controller), Node("/cluster/id", clusterId));

    static IEnumerable<ClusterChange> Between(ClusterView before, ClusterView after) =>
        ClusterDifference.Between(new(before, null), new(after, null), default);

    static ZkNode? Node(string path, string? data) => data is null ? null : new(path, Encoding.UTF8.GetBytes(data), new());

    static void Complain(string path, string why) => Assert.Fail($"{path}: {why}");

    /// <summary>A tree that is written, as a server would show it.</summary>
    sealed class Tree
    {
        ImmutableDictionary<string, ZkNode> nodes = ImmutableDictionary<string, ZkNode>.Empty;
        long zxid;

        public ZkTree State => new("/brokers", nodes, zxid, true);

        public Tree Put(string path, string data)
        {
            for (var parent = path[..path.LastIndexOf('/')]; parent.Length > 0 && !nodes.ContainsKey(parent); parent = parent[..parent.LastIndexOf('/')]) Write(parent, "");
            Write(path, data);
            return this;
        }

        public Tree Delete(string path)
        {
            zxid++;
            nodes = nodes.Remove(path);
            return this;
        }

        void Write(string path, string data)
        {
            zxid++;
            var born = nodes.TryGetValue(path, out var known) ? known.Stat.Czxid : zxid;
            nodes = nodes.SetItem(path, new(path, Encoding.UTF8.GetBytes(data), new() { Czxid = born, Mzxid = zxid }));
        }
    }
}
