using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Samsa.Embedded;

namespace Samsa.Tests.Cli;

/// <summary>The tool while it runs: lines as they come, signals, readers that leave.</summary>
[TestFixture, Parallelizable(ParallelScope.Self), Platform(Exclude = "Win", Reason = "signals and broken pipes as POSIX has them")]
public sealed class LiveTests : ToolFixture
{
    [Test]
    public async Task A_line_is_sent_and_printed_before_the_next_one_is_typed()
    {
        var topic = NewTopic();
        await using var consume = SamsaProcess.Start(Bootstrap, "consume", topic);
        await using var produce = SamsaProcess.Start(Bootstrap, "produce", topic, "--report");

        foreach (var line in new[] { "one", "two", "three" })
        {
            await produce.WriteAsync(line + "\n");
            Assert.That(await produce.LineAsync(), Does.Contain("\"outcome\":\"persisted\""));
            Assert.That(await consume.LineAsync(), Is.EqualTo(line));
        }
    }

    [Test]
    public async Task Output_follows_arrival_within_a_tenth_of_a_second()
    {
        var topic = NewTopic();
        await using var consume = SamsaProcess.Start(Bootstrap, "consume", topic, "--format", "{value} {timestamp}\\n");
        await using var produce = SamsaProcess.Start(Bootstrap, "produce", topic);
        var late = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            await produce.WriteAsync($"{i}\n");
            var line = await consume.LineAsync();
            late.Add(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        }

        // A machine under load may delay one of them; the half of them tells how it is meant.
        Assert.That(late.Order().ElementAt(late.Count / 2), Is.LessThanOrEqualTo(100), $"milliseconds from the record's timestamp to its line: {string.Join(' ', late)}");
    }

    [TestCase(SamsaProcess.Sigint, 130)]
    [TestCase(SamsaProcess.Sigterm, 143)]
    public async Task A_signal_ends_consume_and_says_so(int signal, int code)
    {
        var topic = NewTopic();
        await SamsaReading("here\n", "produce", topic);
        await using var consume = SamsaProcess.Start(Bootstrap, "consume", topic);
        Assert.That(await consume.LineAsync(), Is.EqualTo("here"));

        consume.Signal(signal);
        var finished = await consume.FinishAsync();

        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.EqualTo(code), finished.Error);
            Assert.That(finished.Error, Is.Empty);
        });
    }

    [Test]
    public async Task A_signal_ends_the_input_of_produce_and_what_was_read_is_sent()
    {
        var topic = NewTopic();
        await using var produce = SamsaProcess.Start(Bootstrap, "produce", topic, "-X", "linger.ms=3000");
        await using (var ready = SamsaProcess.Start(Bootstrap, "consume", topic))
        {
            await produce.WriteAsync("a\nb\nhalf a line");
            Assert.That((await ready.LineAsync(), await ready.LineAsync()), Is.EqualTo(("a", "b")));
        }

        await produce.WriteAsync(" and more\nc\n");
        await Task.Delay(200);
        produce.Signal(SamsaProcess.Sigint);
        var finished = await produce.FinishAsync();

        Assert.Multiple(async () =>
        {
            Assert.That(finished.Code, Is.EqualTo(130), finished.Error);
            Assert.That(finished.Error, Does.Contain("4 records written"));
            Assert.That((await Samsa("consume", topic, "--until-end")).Lines, Is.EqualTo(["a", "b", "half a line and more", "c"]));
        });
    }

    [Test]
    public async Task When_the_brokers_have_gone_a_signal_still_ends_produce_within_its_grace()
    {
        await using var serve = SamsaProcess.Start(null, "serve", "--json", "--topic", "t:1");
        var bootstrap = JsonDocument.Parse(await serve.LineAsync()).RootElement.GetProperty("bootstrap").GetString()!;
        await using var produce = SamsaProcess.Start(bootstrap, "produce", "t", "--report");
        await produce.WriteAsync("first\n");
        await produce.LineAsync();

        serve.Signal(SamsaProcess.Sigterm);
        await serve.FinishAsync();
        await produce.WriteAsync("second\n");
        await Task.Delay(200);
        var asked = Stopwatch.StartNew();
        produce.Signal(SamsaProcess.Sigterm);
        var finished = await produce.FinishAsync();

        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.EqualTo(143), finished.Error);
            Assert.That(asked.Elapsed, Is.LessThan(TimeSpan.FromSeconds(14)), "10 s of grace, and the end of the process");
            Assert.That(finished.Lines, Has.Length.EqualTo(2), "each record has its outcome");
            Assert.That(finished.Lines[1], Does.Contain("\"index\":1").And.Not.Contains("\"persisted\""));
            Assert.That(finished.Error, Does.Contain("1 record written"));
        });
    }

    [Test]
    public async Task When_its_reader_leaves_consume_ends_quietly()
    {
        var topic = NewTopic();
        await SamsaReading(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"a line that fills the pipe {i}\n")), "produce", topic);
        await using var consume = SamsaProcess.Start(Bootstrap, "consume", topic);
        Assert.That(await consume.LineAsync(), Is.EqualTo("a line that fills the pipe 0"));

        consume.CloseOutput();
        var finished = await consume.FinishAsync();

        Assert.Multiple(() =>
        {
            Assert.That(finished.Code, Is.Zero);
            Assert.That(finished.Error, Is.Empty);
        });
    }

    [Test]
    public async Task Input_is_read_only_as_fast_as_records_go_out()
    {
        await using var kafka = await EmbeddedKafka.StartAsync();
        kafka.CreateTopic("t");
        await using var produce = SamsaProcess.Start(kafka.BootstrapServers, "produce", "t", "--report", "-X", "buffer.memory=1048576", "-X", "batch.size=65536");
        await produce.WriteAsync("first\n");
        await produce.LineAsync();
        await kafka.StopBrokerAsync(1);

        long accepted = 0;
        var lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 99) + "\n", 640)));
        var feeding = Task.Run(async () =>
        {
            for (; accepted < 64 * 1024 * 1024; Volatile.Write(ref accepted, accepted + lines.Length)) await produce.Input.WriteAsync(lines);
        });
        // Until nothing more is taken for a second.
        var before = -1L;
        for (var waited = Stopwatch.StartNew(); before != Volatile.Read(ref accepted) && waited.Elapsed < TimeSpan.FromSeconds(20); await Task.Delay(1000))
            before = Volatile.Read(ref accepted);

        Assert.That(before, Is.LessThan(4 * 1024 * 1024), "bytes taken while nothing could go out: the buffer, the pipe and the read buffer");
        produce.Kill();
        Assert.That(async () => await feeding, Throws.InstanceOf<IOException>(), "the pipe was full until the end");
    }
}
