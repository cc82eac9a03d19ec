using System.Text.Json;
using Samsa.Cli.Demo;

namespace Samsa.Tests.Cli;

[TestFixture, Parallelizable(ParallelScope.Self)]
public sealed class DemoTests
{
    [TestCase("4.3")]
    [TestCase("0.8.2")]
    public async Task The_demo_proves_that_nothing_was_lost_or_reordered(string like)
    {
        var finished = await SamsaProcess.RunAsync(null, "", "demo", "--seconds", "4", "--json", "--like", like);

        var lines = finished.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var events = lines.Select(line => line.GetProperty("event").GetString()).ToList();
        var summary = lines[^1];
        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.Zero, finished.Error);
            Assert.That(finished.Error, Is.Empty);
            Assert.That(events[0], Is.EqualTo("started"));
            Assert.That(events.Count(one => one is "progress"), Is.GreaterThanOrEqualTo(2));
            Assert.That(events.Where(one => one!.StartsWith("broker-", StringComparison.Ordinal)), Is.EqualTo(["broker-stopped", "broker-started"]));
            Assert.That(events[^1], Is.EqualTo("summary"));
            Assert.That(summary.GetProperty("ok").GetBoolean(), Is.True);
            Assert.That(summary.GetProperty("sent").GetInt64(), Is.GreaterThan(500).And.EqualTo(summary.GetProperty("received").GetInt64()));
            Assert.That(summary.GetProperty("lost").GetInt64() + summary.GetProperty("reordered").GetInt64(), Is.Zero);
        });
    }

    [Test]
    public async Task Into_a_pipe_the_demo_prints_a_line_a_second_and_moves_no_cursor()
    {
        var finished = await SamsaProcess.RunAsync(null, "", "demo", "--seconds", "2");
        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.Zero, finished.Error);
            Assert.That(finished.Output, Does.Not.Contain("\u001b"));
            Assert.That(finished.Lines[0], Does.StartWith("Three brokers like Kafka 4.3"));
            Assert.That(finished.Lines[^1], Does.Match(@"^✓ [\d,]+ records sent, [\d,]+ received: none lost, reordered or repeated\.$"));
        });
    }

    [Test]
    public void A_loss_is_said_as_plainly_as_a_success()
    {
        var lost = new Verdict(new Balance(1000, 998, Lost: 2, Repeated: 1, Displaced: 3, Keys: 4), NotPersisted: 1, IsIdempotent: true);
        Assert.That(Words.Of(lost), Is.EqualTo(
        [
            "✗ 1,000 records sent, 998 received: 2 lost, 3 reordered, 1 repeated.",
            "  The brokers did not take 1 record.",
        ]));
    }
}
