using Samsa.Embedded;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Rx;
using Samsa.Tests.Connections;
using Samsa.Tests.Producing;

namespace Samsa.Tests.Faults;

/// <summary>Answers that do not fit the request, and records whose time is over. The numbers are those of docs/faults.md.</summary>
public class ProduceOutcomeFaults
{
    [Test]
    public async Task F051_Of_a_request_for_many_partitions_only_the_one_that_failed_goes_again_and_keeps_its_order()
    {
        await using var stage = await FaultStage.OpenAsync(brokers: 2, partitions: 4);
        foreach (var partition in new[] { 0, 2 }) await stage.PublishAsync("0", partition);
        using var sent = stage.Faults.Each(ApiKey.Produce).Watch();
        using var held = stage.Faults.Next(ApiKey.Produce).On(broker: 1).Hold();
        // The first request is held, so that all the others gather for the next one, in which partition 2 has another leader.
        var all = new List<Task<Published>> { stage.PublishAsync("1", 0) };
        await held.FiredAsync();
        using var next = stage.Faults.Next(ApiKey.Produce).On(broker: 1).Hold();
        foreach (var value in new[] { "2", "3", "4" })
            foreach (var partition in new[] { 0, 2 })
                all.Add(stage.PublishAsync(value, partition));
        held.Release();
        await next.FiredAsync();
        stage.Cluster.MoveLeader("t", 2, toBroker: 2);
        next.Release();
        await Task.WhenAll(all).Soon();
        Assert.That((stage.Log(0), stage.Log(2)), Is.EqualTo((new[] { "0", "1", "2", "3", "4" }, new[] { "0", "2", "3", "4" })));
        Assert.That(sent.Batches(0).Select(batch => batch.BaseSequence), Is.Unique, "nothing of partition 0 went twice");
    }

    [Test]
    public async Task F052_A_partition_that_the_answer_leaves_out_is_sent_again_under_its_number_and_told_of()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.PublishAsync("a");
        stage.Faults.Next(ApiKey.Produce).Change<Produce.Response>(answer => answer with { Responses = [] });
        Assert.That((await stage.PublishAsync("b").Soon()).Offset, Is.EqualTo(1));
        Assert.That(stage.Log(), Is.EqualTo(new[] { "a", "b" }));
        await stage.HasAsync<RequestRetried>(retried => retried.Error.Message.Contains("left the partition out", StringComparison.Ordinal));
    }

    [Test]
    public async Task F053_What_was_not_asked_or_is_told_twice_changes_nothing_and_is_told()
    {
        await using var stage = await FaultStage.OpenAsync();
        stage.Faults.Next(ApiKey.Produce).Change<Produce.Response>(answer => answer with
        {
            Responses =
            [
                answer.Responses[0] with
                {
                    PartitionResponses =
                    [
                        new() { Index = 77, ErrorCode = ErrorCode.NotLeaderOrFollower },
                        .. answer.Responses[0].PartitionResponses,
                        .. answer.Responses[0].PartitionResponses.Select(told => told with { BaseOffset = 1000, ErrorCode = ErrorCode.RequestTimedOut }),
                    ],
                },
                new() { TopicId = Guid.NewGuid(), PartitionResponses = [new() { Index = 0, ErrorCode = ErrorCode.InvalidTopic }] },
            ],
        });
        Assert.That((await stage.PublishAsync("a").Soon()).Offset, Is.Zero);
        Assert.That((await stage.PublishAsync("b").Soon()).Offset, Is.EqualTo(1));
        Assert.That(stage.Log(), Is.EqualTo(new[] { "a", "b" }));
        await stage.HasAsync<UnaskedAnswer>(told => told.About == "t 77" && told.Api == "Produce");
        Assert.That(stage.Events.OfType<BrokerDisconnected>(), Is.Empty, "once may be an oversight");
    }

    [Test]
    public async Task F053_The_second_answer_that_tells_twice_closes_the_connection_and_nothing_is_lost_or_doubled()
    {
        await using var stage = await FaultStage.OpenAsync();
        stage.Faults.Next(ApiKey.Produce, times: 2).Change<Produce.Response>(answer => answer with { Responses = [.. answer.Responses, .. answer.Responses] });
        Assert.That((await stage.PublishAsync("a").Soon()).Offset, Is.Zero);
        Assert.That((await stage.PublishAsync("b").Soon()).Offset, Is.EqualTo(1));
        await stage.HasAsync<BrokerDisconnected>(gone => gone.Why.Contains("lastly of t 0", StringComparison.Ordinal) && gone.Error is Samsa.Wire.ProtocolException);
        Assert.That((await stage.PublishAsync("c").Soon()).Offset, Is.EqualTo(2));
        Assert.That(stage.Log(), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(stage.Events.OfType<UnaskedAnswer>().Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task F054_A_record_whose_time_is_over_while_it_is_under_way_is_unknown_and_a_late_answer_changes_nothing([Values] bool wasWritten)
    {
        var clock = new TestClock();
        var patience = new SinkOptions { DeliveryTimeout = TimeSpan.FromSeconds(5), RequestTimeout = TimeSpan.FromSeconds(1) };
        await using var stage = await FaultStage.OpenAsync(produce: patience, clock: clock);
        await stage.PublishAsync("a").Soon();
        var reports = new ReportList();
        using var listening = stage.Topic.Reports.Subscribe(reports);
        var target = stage.Faults.Next(ApiKey.Produce);
        using var held = wasWritten ? target.Hold() : target.Answer(ErrorCode.NotEnoughReplicas);
        using var late = wasWritten ? null : stage.Faults.Next(ApiKey.Produce).Drop();
        stage.Topic.Publish(new ProducerRecord("b") { Partition = 0 });
        await held.FiredAsync();
        await clock.AdvanceUntilAsync(() => reports.All.Count > 0, TimeSpan.FromMilliseconds(200));
        Assert.That(reports.All[0].Outcome, Is.EqualTo(Outcome.Unknown));
        held.Release();
        // The next record goes on behind it, whether it was written or left a gap.
        var next = stage.PublishAsync("c");
        await clock.AdvanceUntilAsync(() => next.IsCompleted, TimeSpan.FromMilliseconds(100), most: 45);
        Assert.That(next.IsCompletedSuccessfully, Is.True);
        Assert.That(stage.Log(), Is.EqualTo(wasWritten ? new[] { "a", "b", "c" } : ["a", "c"]));
        Assert.That(reports.All, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task F056_Disposing_ends_in_time_and_says_of_what_is_left_what_is_known()
    {
        var stage = await FaultStage.OpenAsync(produce: new() { FlushTimeout = TimeSpan.FromMilliseconds(200), InFlight = 1 });
        await using var _ = stage;
        await stage.PublishAsync("a");
        using var held = stage.Faults.Each(ApiKey.Produce).Hold();
        var underWay = stage.PublishAsync("b");
        await held.FiredAsync();
        var waiting = stage.PublishAsync("c");
        await stage.Kafka.DisposeAsync().AsTask().Soon();
        Assert.That((await underWay.ShouldThrow<PublishException>()).Outcome, Is.EqualTo(Outcome.Unknown));
        Assert.That((await waiting.ShouldThrow<PublishException>()).Outcome, Is.EqualTo(Outcome.NotPersisted));
    }

    [Test]
    public async Task F057_A_broker_that_wants_silence_gets_it_and_the_delivery_timeout_goes_on()
    {
        var clock = new TestClock();
        await using var stage = await FaultStage.OpenAsync(brokers: 2, partitions: 2, produce: new() { DeliveryTimeout = TimeSpan.FromSeconds(20) }, clock: clock);
        stage.Faults.Next(ApiKey.Produce).On(broker: 1).Throttle(TimeSpan.FromSeconds(30));
        await stage.PublishAsync("a").Soon();
        await stage.HasAsync<BrokerThrottled>(told => told.Quiet == TimeSpan.FromSeconds(30));
        using var sent = stage.Faults.Each(ApiKey.Produce).On(broker: 1).Watch();
        var tooEarly = stage.PublishAsync("b");
        await stage.PublishAsync("elsewhere", partition: 1).Soon();
        await clock.AdvanceUntilAsync(() => tooEarly.IsCompleted, TimeSpan.FromMilliseconds(500));
        Assert.That((await tooEarly.ShouldThrow<PublishException>()).Code, Is.EqualTo(ErrorCode.RequestTimedOut));
        Assert.That(sent.Fired, Is.Zero);
        var inTime = stage.PublishAsync("c");
        await clock.AdvanceUntilAsync(() => inTime.IsCompleted, TimeSpan.FromMilliseconds(500));
        Assert.That(inTime.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task F058_Without_acknowledgements_a_connection_that_closes_costs_what_was_under_way_and_nothing_behind_it()
    {
        await using var stage = await FaultStage.OpenAsync(produce: new() { Acks = Acks.None });
        await stage.PublishAsync("a");
        await stage.Topic.AsObserver().FlushAsync().Soon();
        using var halted = stage.Faults.Next(ApiKey.Produce).Hold();
        Assert.That((await stage.PublishAsync("lost").Soon()).Offset, Is.EqualTo(-1), "nobody heard that it was lost");
        await halted.FiredAsync();
        stage.Cluster.Brokers[0].CloseConnections();
        await stage.HasAsync<RecordsPossiblyLost>(told => told.Records == 1);
        await stage.HasAsync<BrokerDisconnected>();
        for (var i = 0; i < 5; i++) await stage.PublishAsync($"{i}").Soon();
        await Eventually.True(() => stage.Log().Count == 6);
        Assert.That(stage.Log(), Is.EqualTo(new[] { "a", "0", "1", "2", "3", "4" }));
        Assert.That(stage.Events.OfType<RecordsPossiblyLost>().Count(), Is.EqualTo(1));
    }

    [TestCase(KafkaProfile.V0_8_2)]
    [TestCase(KafkaProfile.V4_3)]
    public async Task F058_Of_what_went_out_without_acknowledgements_those_are_told_as_possibly_lost_that_the_broker_had_not_shown_to_have_read(KafkaProfile profile)
    {
        await using var stage = await FaultStage.OpenAsync(profile: profile, produce: new() { Acks = Acks.None });
        for (var i = 0; i < 20; i++) await stage.PublishAsync($"{i}").Soon();
        await Eventually.True(() => stage.Log().Count == 20);
        // Each is a request of its own here, and the first is never answered, so nothing behind it is either.
        using var halted = stage.Faults.Next(ApiKey.Produce).Hold();
        await stage.Topic.AsObserver().FlushAsync().Soon();
        for (var i = 20; i < 27; i++) await stage.PublishAsync($"{i}").Soon();
        await halted.FiredAsync();
        stage.Cluster.Brokers[0].CloseConnections();
        await stage.HasAsync<RecordsPossiblyLost>(told => told.Records == 7);
        await stage.PublishAsync("27").Soon();
        await Eventually.True(() => stage.Log()[^1] == "27");
        Assert.That(stage.Events.OfType<RecordsPossiblyLost>().Count(), Is.EqualTo(1));
    }

    [TestCase(KafkaProfile.V0_8_2)]
    [TestCase(KafkaProfile.V4_3)]
    public async Task F058_What_is_written_without_acknowledgements_has_ended_when_the_broker_has_read_it(KafkaProfile profile)
    {
        await using var stage = await FaultStage.OpenAsync(profile: profile, produce: new() { Acks = Acks.None });
        using var halted = stage.Faults.Next(ApiKey.Produce).Hold();
        var sink = stage.Topic.AsObserver();
        for (var i = 0; i < 5; i++) sink.OnNext($"{i}");
        sink.OnCompleted();
        var flushed = stage.Topic.AsObserver().FlushAsync();
        await halted.FiredAsync();
        await Eventually.True(() => sink.Counts.Persisted == 5);
        Assert.That(async () => await Task.WhenAny(sink.Completion, flushed).WaitAsync(TimeSpan.FromMilliseconds(200)), Throws.InstanceOf<TimeoutException>());
        halted.Release();
        await sink.Completion.Soon();
        Assert.That(stage.Log(), Is.EqualTo(new[] { "0", "1", "2", "3", "4" }));
        await flushed.Soon();
    }

    [Test]
    public async Task F058_A_connection_that_ends_leaves_nobody_waiting_for_what_the_broker_has_read()
    {
        await using var stage = await FaultStage.OpenAsync(produce: new() { Acks = Acks.None });
        using var halted = stage.Faults.Next(ApiKey.Produce).Hold();
        var sink = stage.Topic.AsObserver();
        sink.OnNext("lost");
        sink.OnCompleted();
        await halted.FiredAsync();
        await Eventually.True(() => sink.Counts.Persisted == 1);
        stage.Cluster.Brokers[0].CloseConnections();
        await stage.HasAsync<RecordsPossiblyLost>(told => told.Records == 1);
        await sink.Completion.Soon();
    }
}
