using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Samsa.Embedded;
using Samsa.Rx;
using Samsa.Tests.ZooKeeper;
using Samsa.ZooKeeper;

namespace Samsa.Tests.Embedded;

/// <summary>What embedded brokers write into ZooKeeper, compared with what real ones were seen to write.</summary>
public sealed class RegisteringTests
{
    EmbeddedZooKeeper zookeeper = null!;
    ZooKeeperClient client = null!;

    [SetUp]
    public async Task Open()
    {
        zookeeper = await EmbeddedZooKeeper.StartAsync();
        client = await ZooKeeperClient.ConnectAsync(zookeeper.ConnectString);
    }

    [TearDown]
    public async Task Close()
    {
        await client.DisposeAsync();
        await zookeeper.DisposeAsync();
    }

    [TestCase(KafkaProfile.V0_8_2)]
    [TestCase(KafkaProfile.V0_10_2)]
    [TestCase(KafkaProfile.V1_1)]
    [TestCase(KafkaProfile.V3_9)]
    public async Task Brokers_register_as_those_of_their_profile_do(KafkaProfile profile)
    {
        await using var kafka = await StartAsync(2, profile);
        kafka.CreateTopic("trams", partitions: 2);
        await StateAsync("trams", 1, state => state is not null);

        var port = kafka.Brokers[0].Port;
        await HasAsync("/brokers/ids/1", profile switch
        {
            KafkaProfile.V0_8_2 => $$"""{"jmx_port":-1,"timestamp":"","host":"127.0.0.1","version":1,"port":{{port}}}""",
            KafkaProfile.V3_9 => $$"""
                {"features":{},"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://127.0.0.1:{{port}}"],
                "jmx_port":-1,"port":{{port}},"host":"127.0.0.1","version":5,"timestamp":""}
                """,
            _ => $$"""
                {"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://127.0.0.1:{{port}}"],"jmx_port":-1,
                "host":"127.0.0.1","timestamp":"","port":{{port}},"version":4}
                """,
        });
        await HasAsync("/controller", profile == KafkaProfile.V3_9
            ? """{"version":2,"brokerid":1,"timestamp":"","kraftControllerEpoch":-1}"""
            : """{"version":1,"brokerid":1,"timestamp":""}""");
        await HasAsync("/controller_epoch", "1");
        await HasAsync("/brokers/topics/trams", profile == KafkaProfile.V3_9
            ? """{"partitions":{"0":[1,2],"1":[2,1]},"topic_id":"","adding_replicas":{},"removing_replicas":{},"version":3}"""
            : """{"version":1,"partitions":{"0":[1,2],"1":[2,1]}}""");
        await HasAsync("/brokers/topics/trams/partitions/1/state", """{"controller_epoch":1,"leader":2,"version":1,"leader_epoch":0,"isr":[2,1]}""");
        await HasAsync("/config/topics/trams", """{"version":1,"config":{}}""");
        await HasAsync("/cluster/id", profile == KafkaProfile.V0_8_2 ? null : $$"""{"version":"1","id":"{{kafka.ClusterId}}"}""");
        Assert.That((await client.GetAsync("/brokers/ids/1"))!.Stat.EphemeralOwner, Is.Not.Zero);
        Assert.That((await client.GetChildrenAsync("/brokers/ids"))!.Names, Is.EqualTo(["1", "2"]));
    }

    [Test]
    public async Task Racks_and_secure_listeners_are_told()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        await using var kafka = await EmbeddedKafka.StartAsync(options: new()
        {
            Profile = KafkaProfile.V1_1, ZooKeeper = zookeeper.ConnectString, Racks = ["north"], Certificate = certificate,
        });
        await HasAsync("/brokers/ids/1", $$"""
            {"listener_security_protocol_map":{"SSL":"SSL"},"endpoints":["SSL://127.0.0.1:{{kafka.Brokers[0].Port}}"],"rack":"north","jmx_port":-1,
            "host":null,"timestamp":"","port":-1,"version":4}
            """);
    }

    [Test]
    public async Task ZooKeeper_stays_in_step_with_the_cluster()
    {
        await using var kafka = await StartAsync(3, KafkaProfile.V3_9);
        kafka.CreateTopic("trams", partitions: 1);
        await StateAsync("trams", 0, state => state is "1/0 of 1,2,3 by 1");

        kafka.AddPartitions("trams", 3);
        await StateAsync("trams", 2, state => state is "3/0 of 3,1,2 by 1");
        Assert.That(await TextAsync("/brokers/topics/trams"), Does.Contain("\"2\":[3,1,2]"));

        kafka.MoveLeader("trams", 0, toBroker: 3);
        await StateAsync("trams", 0, state => state is "3/1 of 1,2,3 by 1");

        // It says farewell, so it is gone when it has stopped; the next one is the controller, and says so where it writes.
        await kafka.StopBrokerAsync(1);
        Assert.That(await client.ExistsAsync("/brokers/ids/1"), Is.Null);
        await StateAsync("trams", 1, state => state is "2/0 of 2,3 by 2");
        Assert.That(await TextAsync("/controller"), Does.Contain("\"brokerid\":2"));

        // What has not changed is not written again.
        var before = (await client.ExistsAsync("/brokers/topics/trams"))!.Mzxid;
        await kafka.StartBrokerAsync(1);
        Assert.That(await client.ExistsAsync("/brokers/ids/1"), Is.Not.Null);
        await StateAsync("trams", 1, state => state is "2/0 of 2,3,1 by 3");
        Assert.That(await TextAsync("/controller"), Does.Contain("\"brokerid\":1"));
        Assert.That((await client.ExistsAsync("/brokers/topics/trams"))!.Mzxid, Is.EqualTo(before));

        var id = await TextAsync("/brokers/topics/trams");
        kafka.DeleteTopic("trams");
        kafka.CreateTopic("trams", partitions: 1);
        using var topic = new Recorder<ZkNode?>(client.WatchNode("/brokers/topics/trams"));
        await topic.BecomesAsync(node => node is not null && Text(node) != id);
        await StateAsync("trams", 0, state => state is not null);
        Assert.That((await client.GetChildrenAsync("/brokers/topics/trams/partitions"))!.Names, Is.EqualTo(["0"]));
        kafka.DeleteTopic("trams");
        await topic.BecomesAsync(node => node is null);
        using var config = new Recorder<ZkNode?>(client.WatchNode("/config/topics/trams"));
        await config.BecomesAsync(node => node is null);
    }

    [Test]
    public async Task A_broker_that_is_killed_stays_until_its_session_is_over()
    {
        await using var kafka = await StartAsync(2, KafkaProfile.V1_1, TimeSpan.FromMinutes(1));
        kafka.CreateTopic("trams", partitions: 2);
        await StateAsync("trams", 1, state => state is "2/0 of 2,1 by 1");
        await kafka.KillBrokerAsync(1);
        Assert.That(() => zookeeper.Sessions.Count(session => session.IsConnected), Is.EqualTo(2).After(5000, 10), "the other broker and this test");
        var owner = (await client.ExistsAsync("/brokers/ids/1"))!.EphemeralOwner;
        Assert.That((await client.ExistsAsync("/controller"))!.EphemeralOwner, Is.EqualTo(owner));
        Assert.That(kafka.LeaderOf("trams", 0), Is.EqualTo(2));
        Assert.That(await TextAsync("/brokers/topics/trams/partitions/0/state"), Does.Contain("\"leader\":1"), "nobody may say otherwise yet");

        Assert.That(zookeeper.ExpireSession(owner));
        await StateAsync("trams", 0, state => state is "2/1 of 2 by 2");
        Assert.That(await client.ExistsAsync("/brokers/ids/1"), Is.Null);
        await kafka.StartBrokerAsync(1);
        Assert.That(await client.ExistsAsync("/brokers/ids/1"), Is.Not.Null);
    }

    [Test]
    public async Task A_broker_whose_session_is_over_registers_again()
    {
        await using var kafka = await StartAsync(1, KafkaProfile.V3_9);
        kafka.CreateTopic("trams");
        await StateAsync("trams", 0, state => state is "1/0 of 1 by 1");
        using var node = new Recorder<ZkNode?>(client.WatchNode("/brokers/ids/1"));
        var owner = (await node.BecomesAsync(seen => seen is not null))!.Stat.EphemeralOwner;
        zookeeper.ExpireSession(owner);
        await node.BecomesAsync(seen => seen is not null && seen.Stat.EphemeralOwner != owner);
        kafka.CreateTopic("buses");
        await StateAsync("buses", 0, state => state is "1/0 of 1 by 2");
    }

    [Test]
    public async Task What_changes_while_ZooKeeper_is_away_is_written_when_it_is_back()
    {
        await using var kafka = await StartAsync(2, KafkaProfile.V3_9, TimeSpan.FromSeconds(30));
        kafka.CreateTopic("trams");
        await StateAsync("trams", 0, state => state is not null);
        await zookeeper.StopAsync();
        kafka.MoveLeader("trams", 0, toBroker: 2);
        kafka.CreateTopic("buses", partitions: 100);
        await zookeeper.ResumeAsync();
        await StateAsync("trams", 0, state => state is "2/1 of 1,2 by 1");
        await StateAsync("buses", 99, state => state is not null);
        zookeeper.CutConnections();
        kafka.DeleteTopic("trams");
        using var topics = new Recorder<ZkChildren?>(client.WatchChildren("/brokers/topics"));
        await topics.BecomesAsync(seen => seen!.Names is ["buses"]);
    }

    [Test]
    public async Task A_client_finds_the_brokers_through_ZooKeeper()
    {
        await using var kafka = await StartAsync(2, KafkaProfile.V3_9, place: "/trains");
        await using var found = await Kafka.ConnectAsync($"zookeeper://{zookeeper.ConnectString}/trains");
        Assert.That((await found.Topics["trams"].PublishAsync("ding")).Offset, Is.Zero);
        using var topic = new Recorder<ZkNode?>(client.WatchNode("/trains/brokers/topics/trams"));
        await topic.BecomesAsync(node => node is not null);
    }

    [Test]
    public async Task What_cannot_be_is_refused_and_says_why()
    {
        var without = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(1, KafkaProfile.V4_3));
        Assert.That(without!.Message, Does.Contain("V4_3 know no ZooKeeper"));
        await using (await StartAsync(1, KafkaProfile.V1_1))
        {
            var taken = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(1, KafkaProfile.V1_1));
            Assert.That(taken!.Message, Does.Contain("/brokers/ids/1"));
            await using var beside = await StartAsync(1, KafkaProfile.V1_1, place: "/beside");
        }

        Assert.That((await client.GetChildrenAsync("/brokers/ids"))!.Names, Is.Empty);
        // A place that brokers have left without topics is free.
        await using var again = await StartAsync(1, KafkaProfile.V1_1);
    }

    [TestCase(KafkaProfile.V0_8_2, "0.8.2.2")]
    [TestCase(KafkaProfile.V1_1, "1.1.1")]
    public async Task The_tools_of_a_published_Kafka_list_the_topics(KafkaProfile profile, string version)
    {
        await using var kafka = await StartAsync(3, profile);
        kafka.CreateTopic("trams", partitions: 2);
        kafka.MoveLeader("trams", 0, toBroker: 3);
        await StateAsync("trams", 0, state => state is "3/1 of 1,2,3 by 1");
        await StateAsync("trams", 1, state => state is not null);
        await kafka.StopBrokerAsync(2);
        await StateAsync("trams", 1, state => state is "3/1 of 3,1 by 1");
        var (output, error, exit) = await Stranger.JavaToolAsync(version, "TopicCommand", ["--zookeeper", zookeeper.ConnectString, "--describe"]);
        Assert.That(exit, Is.Zero, output + error);
        Assert.That(output, Does.Match(@"Topic:\s*trams\s+PartitionCount:\s*2\s+ReplicationFactor:\s*3")
            .And.Match(@"Partition:\s*0\s+Leader:\s*3\s+Replicas:\s*1,2,3\s+Isr:\s*1,3")
            .And.Match(@"Partition:\s*1\s+Leader:\s*3\s+Replicas:\s*2,3,1\s+Isr:\s*3,1"));
    }

    Task<EmbeddedKafka> StartAsync(int brokers, KafkaProfile profile, TimeSpan? session = null, string place = "") =>
        EmbeddedKafka.StartAsync(brokers, new()
        {
            Profile = profile,
            ZooKeeper = zookeeper.ConnectString + place,
            ZooKeeperSessionTimeout = session ?? TimeSpan.FromSeconds(10),
        });

    /// <summary>Waits for the state of a partition, in short: leader/epoch of in-sync replicas by the epoch of the controller.</summary>
    async Task StateAsync(string topic, int partition, Func<string?, bool> enough)
    {
        using var seen = new Recorder<ZkNode?>(client.WatchNode($"/brokers/topics/{topic}/partitions/{partition}/state"));
        await seen.BecomesAsync(node => enough(node is null ? null : Short(JsonNode.Parse(node.Data.Span)!)));
    }

    static string Short(JsonNode state) =>
        $"{state["leader"]}/{state["leader_epoch"]} of {string.Join(',', state["isr"]!.AsArray())} by {state["controller_epoch"]}";

    /// <summary>What a node has; times and ids are not compared.</summary>
    async Task HasAsync(string path, string? expected)
    {
        var (there, wanted) = (Read(await TextAsync(path)), Read(expected));
        Assert.That(JsonNode.DeepEquals(there, wanted), $"{path} has {there?.ToJsonString()}, not {wanted?.ToJsonString()}");
    }

    static JsonNode? Read(string? text)
    {
        var json = text is null ? null : JsonNode.Parse(text);
        foreach (var name in (string[])["timestamp", "topic_id"])
            if (json is JsonObject and var some && some.ContainsKey(name)) some[name] = "";
        return json;
    }

    async Task<string?> TextAsync(string path) => await client.GetAsync(path) is { } node ? Text(node) : null;

    static string Text(ZkNode node) => Encoding.UTF8.GetString(node.Data.Span);
}
