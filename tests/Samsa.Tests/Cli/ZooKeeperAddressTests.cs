using System.Text.Json;

namespace Samsa.Tests.Cli;

/// <summary>A ZooKeeper in the process, and commands that are told nothing else.</summary>
[TestFixture, Parallelizable(ParallelScope.Self)]
public sealed class ZooKeeperAddressTests
{
    [Test]
    public async Task Serve_gives_brokers_and_their_ZooKeeper_and_every_command_takes_its_address()
    {
        await using var serve = SamsaProcess.Start(null, "serve", "--zookeeper", "--brokers", "2", "--topic", "t:2", "--json");
        var said = JsonDocument.Parse(await serve.LineAsync()).RootElement;
        var address = $"zookeeper://{said.GetProperty("zookeeper").GetString()}";
        await using var watch = SamsaProcess.Start(null, "watch", "--json", "-b", address);
        var first = await watch.LineAsync();

        var made = await SamsaProcess.RunAsync(address, "", "topics", "create", "made", "--partitions", "3");
        var produced = await SamsaProcess.RunAsync(address, "x\n", "produce", "t");
        var consumed = await SamsaProcess.RunAsync(address, "", "consume", "t", "--until-end");
        var listed = await SamsaProcess.RunAsync(address, "", "zk", "ls", "/brokers/topics");
        var seen = await watch.LineAsync();

        Assert.Multiple(() =>
        {
            Assert.That(said.GetProperty("like").GetString(), Is.EqualTo("3.9"));
            Assert.That(first, Does.Contain("\"change\":\"snapshot\"").And.Contains("\"topics\":{\"t\":2}").And.EndsWith("\"source\":\"zookeeper\"}"));
            Assert.That(made.Code, Is.Zero, made.Error);
            Assert.That(produced.Code, Is.Zero, produced.Error);
            Assert.That(consumed.Output, Is.EqualTo("x\n"));
            Assert.That(listed.Lines, Is.EquivalentTo(["made", "t"]));
            Assert.That(seen, Does.Contain("\"change\":\"topic-created\",\"topic\":\"made\",\"partitions\":3"));
        });
    }

    [Test]
    public async Task In_the_demo_a_watch_sees_the_broker_that_stops_and_its_return()
    {
        var finished = await SamsaProcess.RunAsync(null, "", "demo", "--zookeeper", "--seconds", "4", "--json");

        var events = finished.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!).ToList();
        Assert.That(finished.Code, Is.Zero, finished.Error);
        Assert.That(events.Where(one => one.StartsWith("watch-", StringComparison.Ordinal)), Is.EqualTo(["watch-broker-down", "watch-broker-up"]));
    }

    [TestCase("serve")]
    [TestCase("demo")]
    public async Task Kafka_4_has_no_ZooKeeper(string command)
    {
        var (code, _, error) = await SamsaHere.RunAsync(command, "--zookeeper", "--like", "4.3");

        Assert.That((code, error), Is.EqualTo((2, error)));
        Assert.That(error, Does.Contain("--like 3.9"));
    }
}
