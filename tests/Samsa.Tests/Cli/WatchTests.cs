using Samsa.Cli.Output;
using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.ZooKeeper;
using Samsa.ZooKeeper;
using Spectre.Console;

namespace Samsa.Tests.Cli;

[TestFixture, Parallelizable(ParallelScope.Self)]
public sealed class WatchTests
{
    [Test]
    public async Task What_changes_is_a_line_each_and_the_first_is_what_is_so()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(3);
        kafka.CreateTopic("t", partitions: 3);
        kafka.MoveLeader("t", 0, 3);
        await using var samsa = SamsaProcess.Start(kafka.BootstrapServers, "watch", "--json");

        Assert.That(await samsa.LineAsync(), Does.Match(
            """^\{"at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","change":"snapshot","brokers":\[\{"id":1,"host":"127\.0\.0\.1","port":\d+\},.*\],"topics":\{"t":3\},"controller":\d,"source":"metadata"\}"""));
        await kafka.StopBrokerAsync(3);
        Assert.That(await LineAsync(samsa, "broker-down"), Does.Contain("\"broker\":3,\"host\":\"127.0.0.1\""));
        Assert.That(await LineAsync(samsa, "leader-changed"), Does.Match("""
            "topic":"t","partition":0,"leader":[12],"leaderEpoch":\d,"isr":\[
            """.Trim()));
        kafka.CreateTopic("u", partitions: 2);
        Assert.That(await LineAsync(samsa, "topic-created"), Does.Contain("\"topic\":\"u\",\"partitions\":2"));
        await kafka.StartBrokerAsync(3);
        await LineAsync(samsa, "broker-up");

        samsa.Signal(SamsaProcess.Sigint);
        Assert.That((await samsa.FinishAsync()).Code, Is.EqualTo(130));
    }

    [Test]
    public async Task People_read_what_it_means()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(2);
        kafka.CreateTopic("clicks", partitions: 4);

        var now = await SamsaProcess.RunAsync(kafka.BootstrapServers, "", "watch", "--count", "1");

        Assert.That(now.Code, Is.Zero, now.Error);
        Assert.That(now.Lines[0], Does.Match(@"^\d\d:\d\d:\d\d\.\d{3}  the cluster now +2 brokers, controller \d, 1 topic$"));
        Assert.That(now.Lines[1], Does.Match(@"^ +broker 1 +127\.0\.0\.1:\d+$"));
        Assert.That(now.Lines[3], Does.Match("^ +clicks +4 partitions, led by 1, 2$"));
    }

    [Test]
    public async Task Brokers_that_are_gone_are_a_line_and_no_end()
    {
        await using var kafka = await EmbeddedKafka.StartAsync(1);
        await using var samsa = SamsaProcess.Start(kafka.BootstrapServers, "watch", "--json", "--count", "3");
        await samsa.LineAsync();

        await kafka.StopBrokerAsync(1);
        Assert.That(await LineAsync(samsa, "suspended"), Does.Contain("\"why\":\""));
        await kafka.StartBrokerAsync(1);
        await LineAsync(samsa, "resumed");

        Assert.That((await samsa.FinishAsync()).Code, Is.Zero);
    }

    [Test]
    public async Task A_ZooKeeper_that_is_not_there_is_said_to_be_so_in_time([Values("watch", "topics")] string command)
    {
        var said = await SamsaProcess.RunAsync(null, "", command, "-b", "zookeeper://127.0.0.1:1/kafka", "--timeout", "1s");

        Assert.That(said.Code, Is.EqualTo(1));
        Assert.That(said.Error, Does.Contain("127.0.0.1:1").And.Contains("1"));
        Assert.That(said.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
        TestContext.Out.WriteLine(said.Error);
    }

    [Test]
    public async Task A_ZooKeeper_is_watched_at_its_secure_port()
    {
        using var authority = new Authority("Trusted");
        using var folder = new PemFolder();
        await using var zooKeeper = await EmbeddedZooKeeper.StartAsync();
        using var proxy = new Proxy(zooKeeper.ConnectString, authority.Issue("127.0.0.1"));
        var trusted = folder.Write("ca.pem", authority.Certificate.ExportCertificatePem());

        var seen = await SamsaProcess.RunAsync(
            null, "", "watch", "-b", $"zookeeper://{proxy.Address}", "-X", $"zookeeper.ssl.ca.location={trusted}", "--count", "1", "--timeout", "10s");

        Assert.That((seen.Code, seen.Error), Is.EqualTo((0, "")));
        Assert.That(seen.Output, Does.Contain("the cluster now"));
    }

    [Test]
    public async Task What_no_broker_writes_is_passed_over_and_said_to_be()
    {
        await using var zooKeeper = await EmbeddedZooKeeper.StartAsync();
        await using var client = await ZooKeeperClient.ConnectAsync(zooKeeper.ConnectString);
        await client.CreateParentsAsync("/brokers/ids/7");
        await client.CreateAsync("/brokers/ids/7", "{\"host\":\e[2J"u8.ToArray());

        var seen = await SamsaProcess.RunAsync(null, "", "watch", "-b", $"zookeeper://{zooKeeper.ConnectString}", "--count", "1", "--timeout", "10s");

        Assert.That(seen.Code, Is.Zero, seen.Error);
        Assert.That(seen.Error, Does.StartWith("samsa: /brokers/ids/7 is passed over: it is no JSON").And.Not.Contains('\e'));
        Assert.That(seen.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(seen.Lines[0], Does.Contain("0 brokers"));
    }

    [Test]
    public void A_line_says_no_more_than_is_known()
    {
        var (one, two) = (new BrokerInfo(1, "a", 9092, "east"), new BrokerInfo(1, "a", 9092, "we\nst\e[2J"));
        var nobody = new PartitionView(0, -1, 3, [1], [], ErrorCode.LeaderNotAvailable);
        Assert.Multiple(() =>
        {
            Assert.That(Line(new ClusterChange.ControllerChanged(2, -1)), Does.Match("another controller +controller 2, before none$"));
            Assert.That(Line(new ClusterChange.ControllerChanged(-1, 2)), Does.Match("there is no controller +before 2$"));
            Assert.That(Line(new ClusterChange.LeaderChanged("t", nobody, -1)), Does.Match("t 0 has no leader +nothing can be read or written there$"));
            Assert.That(Line(new ClusterChange.BrokerChanged(two, one)), Does.Match("broker 1 is elsewhere +at a:9092, rack we·st·\\[2J, before at a:9092, rack east$"));
        });
    }

    static string Line(ClusterChange change)
    {
        using var written = new StringWriter();
        ChangeText.Write(change, AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(written) }));
        Assert.That(written.ToString().Count(c => c == '\n'), Is.EqualTo(1));
        return written.ToString().TrimEnd();
    }

    [TestCase("zookeeper://", "zookeeper://")]
    [TestCase("zookeeper://h:x", "h:x")]
    [TestCase("zookeeper://h/a/", "/a/")]
    public async Task An_address_that_is_none_is_wrong_use(string address, string named)
    {
        foreach (var command in new[] { "watch", "topics" })
        {
            var (code, _, error) = await SamsaHere.RunAsync(command, "-b", address);
            Assert.That((code, error), Is.EqualTo((2, error)));
            Assert.That(error, Does.Contain(named is "zookeeper://" ? "servers" : named));
        }
    }

    static async Task<string> LineAsync(SamsaProcess samsa, string change)
    {
        for (var lines = 0; lines < 100; lines++)
            if (await samsa.LineAsync() is var line && line.Contains($"\"change\":\"{change}\"", StringComparison.Ordinal))
                return line;
        throw new AssertionException($"There was no {change}.");
    }
}
