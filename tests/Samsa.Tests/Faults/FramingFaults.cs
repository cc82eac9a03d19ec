using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Wire;

namespace Samsa.Tests.Faults;

/// <summary>Answers that are cut, come in crumbs, never come, or are no answers. The numbers are those of docs/faults.md.</summary>
public class FramingFaults
{
    [Test]
    public async Task F007_A_connection_that_ends_inside_an_answer_delivers_nothing_of_it_and_loses_nothing()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("0");
        foreach (var bytes in new[] { 1, 4, 7, 30 })
        {
            var cut = stage.Faults.Next(ApiKey.Produce).CloseAfter(bytes);
            await stage.PublishAsync($"{bytes}").Soon();
            Assert.That(cut.Fired, Is.EqualTo(1));
        }

        var all = new[] { "0", "1", "4", "7", "30" };
        Assert.That(stage.Log(), Is.EqualTo(all));
        foreach (var bytes in new[] { 1, 4, 60, 200 }) stage.Faults.Next(ApiKey.Fetch).CloseAfter(bytes);
        Assert.That(await stage.ReadAsync(), Is.EqualTo(all));
    }

    [Test]
    public async Task F008_Answers_that_come_byte_by_byte_are_the_same_answers()
    {
        await using var stage = await FaultStage.OpenAsync();
        using var crumbs = stage.Faults.Each().InPieces(bytes: 1);
        var all = Enumerable.Range(0, 20).Select(i => $"{i}").ToArray();
        foreach (var value in all) await stage.PublishAsync(value).Soon();
        Assert.That(await stage.ReadAsync(), Is.EqualTo(all));
        Assert.That(crumbs.Fired, Is.GreaterThan(20));
    }

    [Test]
    public async Task F009_An_answer_that_never_comes_costs_the_connection_and_all_behind_it_is_sent_again()
    {
        var clock = new TestClock();
        await using var stage = await FaultStage.OpenAsync(clock: clock);
        await stage.PublishAsync("0").Soon();
        using var dropped = stage.Faults.Next(ApiKey.Produce, times: 2).Applied().Drop();
        var first = stage.PublishAsync("1");
        await dropped.FiredAsync();
        var behind = stage.PublishAsync("2");
        _ = stage.Topic.FlushAsync();
        await dropped.FiredAsync(times: 2);
        Assert.That(first.IsCompleted || behind.IsCompleted, Is.False);
        await clock.AdvanceUntilAsync(() => first.IsCompleted && behind.IsCompleted, TimeSpan.FromSeconds(1));
        Assert.That(((await first).Offset, (await behind).Offset), Is.EqualTo((1, 2)));
        Assert.That(stage.Log(), Is.EqualTo(new[] { "0", "1", "2" }));
        await stage.HasAsync<BrokerDisconnected>(lost => lost.Why.Contains("had no answer within", StringComparison.Ordinal));
    }

    [Test]
    public async Task F010_An_answer_to_a_question_that_nobody_asked_is_not_taken_for_another()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("a");
        stage.Faults.Next(ApiKey.Produce).AnswerBytes(Convert.FromHexString("0000000c" + "7ffffffe" + "0000000000000000"));
        Assert.That((await stage.PublishAsync("b").Soon()).Offset, Is.EqualTo(1));
        await stage.HasAsync<BrokerDisconnected>(lost => lost.Error is ProtocolException { Message: var why } && why.Contains("was expected", StringComparison.Ordinal));
        Assert.That(stage.Log(), Is.EqualTo(new[] { "a", "b" }));
    }

    [TestCase("485454502f312e3120343030204261642052657175657374", "the peer speaks HTTP", TestName = "F021_A_peer_that_speaks_HTTP_is_named")]
    [TestCase("15030300020246", "the peer speaks TLS", TestName = "F022_A_peer_that_speaks_TLS_is_named")]
    public async Task F021_F022_A_peer_that_speaks_something_else_is_named_and_not_waited_for(string hex, string hint)
    {
        await using var cluster = await EmbeddedKafka.StartAsync();
        using var stranger = cluster.Faults.Each().AnswerBytes(Convert.FromHexString(hex));
        var error = await Kafka.ConnectAsync(cluster.BootstrapServers, new() { StartTimeout = TimeSpan.FromHours(1) }).ShouldThrow<NoBrokersAvailableException>();
        Assert.That(error.Message, Does.Contain(cluster.BootstrapServers).And.Contain(hint));
    }
}
