using System.Diagnostics;
using System.Text.Json;

namespace Samsa.Tests.Cli;

[TestFixture]
public sealed class ServeTests
{
    [Test]
    public async Task Serve_says_where_it_is_when_every_broker_answers()
    {
        await using var serve = SamsaProcess.Start(null, "serve", "--json", "--brokers", "3", "--topic", "clicks:6", "--topic", "plain", "--partitions", "2", "--like", "3.9");
        var said = JsonDocument.Parse(await serve.LineAsync()).RootElement;
        var bootstrap = said.GetProperty("bootstrap").GetString()!;

        var listed = await SamsaProcess.RunAsync(bootstrap, "", "topics", "--json");
        var produced = await SamsaProcess.RunAsync(bootstrap, "x\n", "produce", "made-on-first-use");
        var listedAgain = await SamsaProcess.RunAsync(bootstrap, "", "topics", "list", "--json");

        Assert.Multiple(() =>
        {
            Assert.That(said.EnumerateObject().Select(member => member.Name), Is.EqualTo(["bootstrap", "brokers", "like", "pid"]));
            Assert.That(said.GetProperty("like").GetString(), Is.EqualTo("3.9"));
            Assert.That(said.GetProperty("pid").GetInt32(), Is.EqualTo(serve.Id));
            Assert.That(said.GetProperty("brokers").EnumerateArray().Select(broker => broker.GetProperty("id").GetInt32()), Is.EqualTo([1, 2, 3]));
            Assert.That(said.GetProperty("brokers").EnumerateArray().Select(broker => $"{broker.GetProperty("host").GetString()}:{broker.GetProperty("port")}"),
                Is.EqualTo(bootstrap.Split(',')));
            Assert.That(listed.Lines, Is.EqualTo(
            [
                """{"topic":"clicks","partitions":6,"replication":3,"internal":false}""",
                """{"topic":"plain","partitions":2,"replication":3,"internal":false}""",
            ]));
            Assert.That(produced.Code, Is.Zero, produced.Error);
            Assert.That(listedAgain.Lines, Does.Contain("""{"topic":"made-on-first-use","partitions":2,"replication":3,"internal":false}"""));
        });
    }

    [TestCase(SamsaProcess.Sigint)]
    [TestCase(SamsaProcess.Sigterm)]
    [Platform(Exclude = "Win", Reason = "signals as POSIX has them")]
    public async Task Serve_ends_with_0_within_two_seconds_though_a_client_is_there(int signal)
    {
        await using var serve = SamsaProcess.Start(null, "serve", "--json", "--topic", "t");
        var bootstrap = JsonDocument.Parse(await serve.LineAsync()).RootElement.GetProperty("bootstrap").GetString()!;
        await SamsaProcess.RunAsync(bootstrap, "hello\n", "produce", "t");
        await using var consume = SamsaProcess.Start(bootstrap, "consume", "t");
        await consume.LineAsync();

        var asked = Stopwatch.StartNew();
        serve.Signal(signal);
        var finished = await serve.FinishAsync();

        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.Zero);
            Assert.That(asked.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)));
        });
    }

    [Test, Platform(Exclude = "Win", Reason = "signals as POSIX has them")]
    public async Task Serve_in_the_background_of_a_script_hears_an_interrupt_too()
    {
        await using var serve = SamsaProcess.StartInBackground("serve", "--json");
        await serve.LineAsync();
        serve.Signal(SamsaProcess.Sigint);
        Assert.That((await serve.FinishAsync()).Code, Is.Zero);
    }

    [Test]
    public async Task A_port_that_is_taken_is_named()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;

        var finished = await SamsaProcess.RunAsync(null, "", "serve", "--port", $"{port}");

        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.EqualTo(1));
            Assert.That(finished.Error, Does.Contain($"{port}").And.Contains("--port"));
        });
    }
}
